import { Column, Entity, PrimaryColumn } from 'typeorm'

/** One stage of one call: how many entries its journal has, and the hash of the last. */
@Entity('review_stage')
export class ReviewStageEntity {
  @PrimaryColumn('uuid', { name: 'call_id', primaryKeyConstraintName: 'review_stage_pkey' })
  callId: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'review_stage_pkey' })
  stage: string

  @Column('int', { default: 0 })
  version: number

  @Column('bytea')
  head: Buffer
}
