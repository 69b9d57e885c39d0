import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm'
import { AccountEntity } from './account.entity.js'

/** Who someone is at an OpenID provider: issuer and subject, never an address. */
@Entity('openid_link')
@Index('openid_link_person', ['personId'])
export class OpenIdLinkEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'openid_link_pkey' })
  issuer: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'openid_link_pkey' })
  subject: string

  @Column('uuid', { name: 'person_id' })
  @ForeignKey(() => AccountEntity, { name: 'openid_link_person_id_fkey' })
  personId: string

  @Column('timestamptz', { name: 'linked_at', default: () => 'clock_timestamp()' })
  linkedAt: Date

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null
}
