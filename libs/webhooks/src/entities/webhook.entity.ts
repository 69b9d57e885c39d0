import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** An address that is told of changes of public status in a programme. */
@Entity('webhook')
@Index('webhook_programme', ['programme'])
export class WebhookEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_pkey' })
  id: string

  @Column('text')
  programme: string

  @Column('text')
  url: string

  @Column('text', { default: '' })
  description: string

  @Column('text', { name: 'event_types', array: true })
  eventTypes: string[]

  @Column('bytea', { name: 'sealed_secret' })
  sealedSecret: Buffer

  /** Signs beside the new one until `formerUntil`, so that a receiver can change over in its own time. */
  @Column('bytea', { name: 'sealed_former_secret', nullable: true })
  sealedFormerSecret: Buffer | null

  @Column('timestamptz', { name: 'former_until', nullable: true })
  formerUntil: Date | null

  @Column('uuid', { name: 'created_by' })
  createdBy: string

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date

  /** The first failure since it last took something. */
  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince: Date | null

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt: Date | null

  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason: string | null
}
