import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm'
import { AccountEntity } from './account.entity.js'

/** An authenticator app. It counts once its first code was confirmed. */
@Entity('totp_factor')
export class TotpFactorEntity {
  @PrimaryColumn('uuid', { name: 'person_id', primaryKeyConstraintName: 'totp_factor_pkey' })
  @ForeignKey(() => AccountEntity, { name: 'totp_factor_person_id_fkey' })
  personId: string

  @Column('bytea', { name: 'sealed_secret' })
  sealedSecret: Buffer

  /** The last step of thirty seconds whose code was used. */
  @Column('int', { name: 'last_step', default: 0 })
  lastStep: number

  @Column('timestamptz', { name: 'confirmed_at', nullable: true })
  confirmedAt: Date | null

  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' })
  createdAt: Date
}
