import type { JsonObject } from '@saitaku/statechart'
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** One entry of a stage's journal. Appended, never changed; each is hashed with the one before it. */
@Entity('committee_record')
@Index('committee_record_kind', ['callId', 'stage', 'kind', 'seq'])
export class CommitteeRecordEntity {
  @PrimaryColumn('uuid', { name: 'call_id', primaryKeyConstraintName: 'committee_record_pkey' })
  callId: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'committee_record_pkey' })
  stage: string

  @PrimaryColumn('int', { primaryKeyConstraintName: 'committee_record_pkey' })
  seq: number

  @Column('text')
  kind: string

  @Column('jsonb')
  content: JsonObject

  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId: string | null

  @Column('timestamptz')
  at: Date

  @Column('bytea')
  prev: Buffer

  @Column('bytea')
  hash: Buffer
}
