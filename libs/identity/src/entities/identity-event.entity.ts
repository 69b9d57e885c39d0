import type { JsonObject } from '@saitaku/contracts'
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm'

/** What happened to an account and who did it. Append-only. */
@Entity('identity_event')
@Index('identity_event_person', ['personId', 'id'])
export class IdentityEventEntity {
  /** A bigint, so a text in JavaScript. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'identity_event_pkey' })
  id: string

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  at: Date

  @Column('text')
  kind: string

  @Column('uuid', { name: 'person_id', nullable: true })
  personId: string | null

  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId: string | null

  @Column('uuid', { name: 'session_id', nullable: true })
  sessionId: string | null

  @Column('text', { nullable: true })
  address: string | null

  @Column('jsonb')
  data: JsonObject
}
