import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm'

@Entity('organisation')
@Index('organisation_corporate_number', ['corporateNumber'], { where: 'corporate_number IS NOT NULL' })
export class OrganisationEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'organisation_pkey' })
  id: string

  @Column('text')
  name: string

  @Column('text', { default: '' })
  kana: string

  @Column('text', { name: 'corporate_number', nullable: true })
  corporateNumber: string | null

  @Column('text', { nullable: true })
  kind: string | null

  @Column('text', { nullable: true })
  ward: string | null

  /** The organisation that this one was found to be. */
  @Column('uuid', { name: 'merged_into', nullable: true })
  mergedInto: string | null

  @Column('timestamptz', { name: 'created_at', default: () => 'app_now()' })
  createdAt: Date
}
