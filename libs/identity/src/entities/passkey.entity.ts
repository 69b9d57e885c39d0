import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm'
import { AccountEntity } from './account.entity.js'

@Entity('passkey')
@Index('passkey_person', ['personId'])
export class PasskeyEntity {
  /** The credential's id, in base64url. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'passkey_pkey' })
  id: string

  @Column('uuid', { name: 'person_id' })
  @ForeignKey(() => AccountEntity, { name: 'passkey_person_id_fkey' })
  personId: string

  @Column('bytea', { name: 'public_key' })
  publicKey: Buffer

  /** A bigint, so a text in JavaScript. */
  @Column('bigint')
  counter: string

  @Column('text', { array: true })
  transports: string[]

  @Column('text')
  label: string

  @Column('text', { name: 'device_type' })
  deviceType: string

  @Column('boolean', { name: 'backed_up' })
  backedUp: boolean

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null
}
