import type { JsonObject } from '@saitaku/statechart'
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm'

/** An effect that an event asked for. */
@Entity('outbox')
@Index('outbox_unrelayed', ['id'], { where: 'relayed_at IS NULL' })
@Index('outbox_case', ['caseId'])
export class OutboxEntity {
  /** A bigint, so a text in JavaScript. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'outbox_pkey' })
  id: string

  @Column('uuid', { name: 'case_id' })
  caseId: string

  @Column('int')
  seq: number

  @Column('text')
  topic: string

  @Column('jsonb')
  payload: JsonObject

  @Column('timestamptz')
  at: Date

  /** One more at every retry of a dead effect, since a queue never runs an old job's id again. */
  @Column('int', { default: 1 })
  generation: number

  @Column('timestamptz', { name: 'relayed_at', nullable: true })
  relayedAt: Date | null
}
