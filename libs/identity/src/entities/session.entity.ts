import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm'
import { AccountEntity } from './account.entity.js'

@Entity('session')
@Unique('session_token_hash_key', ['tokenHash'])
@Index('session_person', ['personId'])
@Index('session_expiry', ['expiresAt'])
export class SessionEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'session_pkey' })
  id: string

  @Column('bytea', { name: 'token_hash' })
  tokenHash: Buffer

  @Column('uuid', { name: 'person_id' })
  @ForeignKey(() => AccountEntity, { name: 'session_person_id_fkey' })
  personId: string

  @Column('text', { array: true })
  methods: string[]

  @Column('boolean', { name: 'second_factor' })
  secondFactor: boolean

  @Column('text')
  device: string

  @Column('text')
  address: string

  @Column('timestamptz', { name: 'started_at', default: () => 'clock_timestamp()' })
  startedAt: Date

  /** When the person last proved who they are: at sign-in, or at a step up. */
  @Column('timestamptz', { name: 'authenticated_at', default: () => 'clock_timestamp()' })
  authenticatedAt: Date

  @Column('timestamptz', { name: 'seen_at', default: () => 'clock_timestamp()' })
  seenAt: Date

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date
}
