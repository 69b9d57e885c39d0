import type { ProgrammeDefinition, ProgrammeFiles } from '@saitaku/statechart'
import { Column, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm'

/** A programme as it was published once. Append only. */
@Entity('programme_version')
@Unique('programme_version_programme_number_key', ['programme', 'number'])
export class ProgrammeVersionEntity {
  @PrimaryGeneratedColumn('identity', { type: 'int', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'programme_version_pkey' })
  id: number

  @Column('text')
  programme: string

  @Column('int')
  number: number

  /** SHA-256 of the definition's canonical JSON, in hex. */
  @Column('text')
  hash: string

  /** As it was written: jsonb would sort its states and statuses by the length of their names. */
  @Column('json')
  definition: ProgrammeDefinition

  /** The files themselves, comments included: export gives them back. */
  @Column('jsonb')
  files: ProgrammeFiles

  @Column('timestamptz', { name: 'published_at', default: () => 'app_now()' })
  publishedAt: Date

  @Column('uuid', { name: 'published_by', nullable: true })
  publishedBy: string | null
}
