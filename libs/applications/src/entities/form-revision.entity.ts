import type { JsonObject } from '@saitaku/statechart'
import { Column, Entity, PrimaryColumn } from 'typeorm'

/** A form as it was saved once. Appended, never changed; the submitting event names the revision and its hash. */
@Entity('form_revision')
export class FormRevisionEntity {
  @PrimaryColumn('uuid', { name: 'case_id', primaryKeyConstraintName: 'form_revision_pkey' })
  caseId: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'form_revision_pkey' })
  form: string

  @PrimaryColumn('int', { primaryKeyConstraintName: 'form_revision_pkey' })
  revision: number

  /** As typed. */
  @Column('jsonb')
  answers: JsonObject

  /** Normalised values with totals. */
  @Column('jsonb')
  computed: JsonObject

  @Column('boolean')
  complete: boolean

  @Column('text', { array: true })
  missing: string[]

  @Column('text')
  hash: string

  @Column('uuid', { name: 'author_id', nullable: true })
  authorId: string | null

  @Column('timestamptz')
  at: Date
}
