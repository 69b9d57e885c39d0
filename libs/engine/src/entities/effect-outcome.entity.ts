import type { Json } from '@saitaku/statechart'
import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm'
import { OutboxEntity } from './outbox.entity.js'

/** What became of an effect; none before its first attempt. */
@Entity('effect_outcome')
@Check('effect_outcome_state_check', `state IN ('going', 'done', 'failing', 'dead')`)
@Index('effect_outcome_dead', ['outboxId'], { where: `state IN ('dead', 'failing')` })
export class EffectOutcomeEntity {
  @PrimaryColumn('bigint', { name: 'outbox_id', primaryKeyConstraintName: 'effect_outcome_pkey' })
  outboxId: string

  /** Its effect. Without a foreign key, which would lock the outbox's row once more for every outcome. */
  @ManyToOne(() => OutboxEntity, { createForeignKeyConstraints: false })
  @JoinColumn({ name: 'outbox_id' })
  effect: OutboxEntity

  @Column('text')
  state: 'going' | 'done' | 'failing' | 'dead'

  @Column('int', { default: 0 })
  attempts: number

  @Column('jsonb', { nullable: true })
  result: Json

  @Column('text', { nullable: true })
  error: string | null

  /** Where resumable work has come to. */
  @Column('jsonb', { nullable: true })
  cursor: Json

  @Column('timestamptz')
  at: Date
}
