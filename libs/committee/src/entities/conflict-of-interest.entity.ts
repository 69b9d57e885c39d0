import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm'

/** A conflict of interest: one row whatever becomes of it, so that one that was dismissed is not raised again. */
@Entity('conflict_of_interest')
@Check('conflict_of_interest_kind_check', `kind IN ('declared', 'organisation', 'corporateNumber', 'name', 'address')`)
@Check('conflict_of_interest_state_check', `state IN ('suspected', 'confirmed', 'dismissed')`)
@Unique('conflict_of_interest_once', ['applicationId', 'reviewerId', 'kind', 'evidence'])
@Index('conflict_of_interest_call', ['callId', 'reviewerId'])
export class ConflictOfInterestEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'conflict_of_interest_pkey' })
  id: string

  @Column('uuid', { name: 'call_id' })
  callId: string

  @Column('uuid', { name: 'application_id' })
  applicationId: string

  @Column('uuid', { name: 'reviewer_id' })
  reviewerId: string

  @Column('text')
  kind: 'declared' | 'organisation' | 'corporateNumber' | 'name' | 'address'

  /** The reviewer's own words, or what was found to be the same. */
  @Column('text')
  evidence: string

  @Column('text')
  state: 'suspected' | 'confirmed' | 'dismissed'

  @Column('uuid', { name: 'raised_by', nullable: true })
  raisedBy: string | null

  @Column('timestamptz', { name: 'raised_at' })
  raisedAt: Date

  @Column('uuid', { name: 'decided_by', nullable: true })
  decidedBy: string | null

  @Column('timestamptz', { name: 'decided_at', nullable: true })
  decidedAt: Date | null

  @Column('text', { nullable: true })
  reason: string | null
}
