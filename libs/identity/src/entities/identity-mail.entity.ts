import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm'

/** A mail with a code or a link in it, sealed until it is sent. */
@Entity('identity_mail')
@Index('identity_mail_next', ['nextAt', 'id'])
export class IdentityMailEntity {
  /** A bigint, so a text in JavaScript. */
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'identity_mail_pkey' })
  id: string

  @Column('bytea')
  sealed: Buffer

  @Column('uuid', { name: 'person_id', nullable: true })
  personId: string | null

  @Column('timestamptz', { name: 'queued_at', default: () => 'clock_timestamp()' })
  queuedAt: Date

  @Column('timestamptz', { name: 'next_at', default: () => 'clock_timestamp()' })
  nextAt: Date

  @Column('int', { default: 0 })
  attempts: number

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date
}
