import { Column, Entity, PrimaryColumn, Unique } from 'typeorm'

/** A person who can sign in. The key is the address they type, in one spelling (`email.ts`). */
@Entity('account')
@Unique('account_email_key_key', ['emailKey'])
export class AccountEntity {
  @PrimaryColumn('uuid', { name: 'person_id', primaryKeyConstraintName: 'account_pkey' })
  personId: string

  @Column('text', { name: 'email_key' })
  emailKey: string

  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash: string | null

  @Column('timestamptz', { name: 'password_set_at', nullable: true })
  passwordSetAt: Date | null

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt: Date | null

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date
}
