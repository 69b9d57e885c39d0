import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm'
import { AccountEntity } from './account.entity.js'

/** One of ten codes on paper, for the day on which the second factor is lost. */
@Entity('recovery_code')
export class RecoveryCodeEntity {
  @PrimaryColumn('uuid', { name: 'person_id', primaryKeyConstraintName: 'recovery_code_pkey' })
  @ForeignKey(() => AccountEntity, { name: 'recovery_code_person_id_fkey' })
  personId: string

  @PrimaryColumn('bytea', { name: 'code_hash', primaryKeyConstraintName: 'recovery_code_pkey' })
  codeHash: Buffer

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null
}
