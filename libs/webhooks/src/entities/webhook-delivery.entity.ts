import { Check, Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm'
import { WebhookEntity } from './webhook.entity.js'

/** One message to one receiver, with how its attempts went. */
@Entity('webhook_delivery')
@Check('webhook_delivery_state_check', `state IN ('waiting', 'delivered', 'failed')`)
@Index('webhook_delivery_log', ['webhookId', 'id'])
@Index('webhook_delivery_due', ['nextAt'], { where: `state = 'waiting'` })
export class WebhookDeliveryEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'webhook_delivery_pkey' })
  id: string

  @Column('uuid', { name: 'webhook_id' })
  webhookId: string

  @ManyToOne(() => WebhookEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'webhook_delivery_webhook_id_fkey' })
  webhook: WebhookEntity

  @Column('text', { name: 'message_id' })
  messageId: string

  @Column('text')
  type: string

  @Column('uuid', { name: 'case_id', nullable: true })
  caseId: string | null

  @Column('text')
  body: string

  @Column('text', { default: 'waiting' })
  state: 'waiting' | 'delivered' | 'failed'

  @Column('int', { default: 0 })
  attempts: number

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date

  @Column('timestamptz', { name: 'next_at', nullable: true, default: () => 'clock_timestamp()' })
  nextAt: Date | null

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt: Date | null

  @Column('int', { name: 'last_status', nullable: true })
  lastStatus: number | null

  @Column('text', { name: 'last_error', nullable: true })
  lastError: string | null

  @Column('text', { name: 'last_answer', nullable: true })
  lastAnswer: string | null

  @Column('int', { name: 'last_ms', nullable: true })
  lastMs: number | null
}
