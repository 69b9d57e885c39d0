import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'

/** A mail that stays on this machine, where no mail server is configured; sealed. */
@Entity('identity_mailbox')
export class IdentityMailboxEntity {
  /** A bigint, so a text in JavaScript. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'identity_mailbox_pkey' })
  id: string

  @Column('bytea')
  sealed: Buffer

  @Column('timestamptz', { name: 'sent_at', default: () => 'clock_timestamp()' })
  sentAt: Date
}
