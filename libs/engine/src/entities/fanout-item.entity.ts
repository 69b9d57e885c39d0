import type { Json } from '@saitaku/statechart'
import { Column, Entity, PrimaryColumn } from 'typeorm'

/** One target of a fan-out, and what its event came to there. */
@Entity('fanout_item')
export class FanoutItemEntity {
  @PrimaryColumn('bigint', { name: 'outbox_id', primaryKeyConstraintName: 'fanout_item_pkey' })
  outboxId: string

  @PrimaryColumn('uuid', { name: 'case_id', primaryKeyConstraintName: 'fanout_item_pkey' })
  caseId: string

  @Column('text')
  outcome: string

  @Column('jsonb', { nullable: true })
  detail: Json
}
