import type { CaseState } from '@saitaku/statechart'
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** A case as it stands. Written by the commit statement alone; what follows `head` is its read model. */
@Entity('cases')
@Index('cases_parent', ['parentId', 'id'], { where: 'parent_id IS NOT NULL' })
@Index('cases_organisation', ['organisationId', 'programme'], { where: 'organisation_id IS NOT NULL' })
@Index('cases_phase', ['programme', 'chart', 'phase', 'id'])
@Index('cases_created', ['createdAt', 'id'])
export class CaseEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'cases_pkey' })
  id: string

  @Column('text')
  programme: string

  @Column('text')
  chart: string

  @Column('int', { name: 'began_version_id' })
  beganVersionId: number

  @Column('int', { name: 'version_id' })
  versionId: number

  @Column('uuid', { name: 'parent_id', nullable: true })
  parentId: string | null

  @Column('uuid', { name: 'organisation_id', nullable: true })
  organisationId: string | null

  @Column('text', { default: '' })
  title: string

  @Column('jsonb')
  state: CaseState

  @Column('int')
  version: number

  /** Hash of its last event. */
  @Column('bytea')
  head: Buffer

  @Column('text', { nullable: true })
  number: string | null

  @Column('text', { array: true })
  states: string[]

  @Column('text', { nullable: true })
  phase: string | null

  @Column('text', { name: 'public_status', nullable: true })
  publicStatus: string | null

  @Column('text', { nullable: true })
  turn: string | null

  @Column('text', { array: true })
  tags: string[]

  @Column('boolean')
  done: boolean

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date

  @Column('timestamptz', { name: 'moved_at' })
  movedAt: Date

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date
}
