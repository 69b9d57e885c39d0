import type { JsonObject } from '@saitaku/contracts'
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** What was handed out to be used once and soon. Only hashes of it are kept. */
@Entity('ticket')
@Index('ticket_person', ['personId', 'kind'], { where: 'person_id IS NOT NULL' })
@Index('ticket_expiry', ['expiresAt'])
export class TicketEntity {
  @PrimaryColumn('bytea', { name: 'handle_hash', primaryKeyConstraintName: 'ticket_pkey' })
  handleHash: Buffer

  @Column('text')
  kind: string

  /** Of the code that has to be typed beside the handle, where there is one. */
  @Column('bytea', { name: 'secret_hash', nullable: true })
  secretHash: Buffer | null

  @Column('uuid', { name: 'person_id', nullable: true })
  personId: string | null

  @Column('jsonb', { default: {} })
  data: JsonObject

  @Column('int', { name: 'attempts_left', default: 1 })
  attemptsLeft: number

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null
}
