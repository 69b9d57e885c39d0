import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm'

/** What a reviewer belongs to: for finding conflicts of interest. */
@Entity('reviewer_affiliation')
@Index('reviewer_affiliation_person', ['personId'])
export class ReviewerAffiliationEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'reviewer_affiliation_pkey' })
  id: string

  @Column('uuid', { name: 'person_id' })
  personId: string

  @Column('text')
  organisation: string

  @Column('text', { name: 'corporate_number', nullable: true })
  corporateNumber: string | null

  @Column('text', { nullable: true })
  address: string | null

  @Column('text', { nullable: true })
  note: string | null

  @Column('timestamptz', { default: () => 'app_now()' })
  at: Date
}
