import type { JsonObject } from '@saitaku/statechart'
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** One reviewer's sheet for one application, as last saved. `sealed`: its reviewer is recused; it is kept and counts in nothing. */
@Entity('score_sheet')
@Check('score_sheet_state_check', `state IN ('draft', 'submitted', 'sealed')`)
@Index('score_sheet_reviewer', ['reviewerId', 'callId'])
export class ScoreSheetEntity {
  @PrimaryColumn('uuid', { name: 'call_id', primaryKeyConstraintName: 'score_sheet_pkey' })
  callId: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'score_sheet_pkey' })
  stage: string

  @PrimaryColumn('uuid', { name: 'application_id', primaryKeyConstraintName: 'score_sheet_pkey' })
  applicationId: string

  @PrimaryColumn('uuid', { name: 'reviewer_id', primaryKeyConstraintName: 'score_sheet_pkey' })
  reviewerId: string

  @Column('jsonb')
  points: JsonObject

  @Column('jsonb')
  comments: JsonObject

  @Column('text', { default: '' })
  note: string

  @Column('text')
  state: 'draft' | 'submitted' | 'sealed'

  @Column('int')
  version: number

  /** With the weights, in lowest terms; null while a criterion is missing. */
  @Column('text', { nullable: true })
  total: string | null

  /** SHA-256 of the rubric's stage that it was filled in by. */
  @Column('text')
  rubric: string

  /** Once handed in: which revision of each form it judged, with its hash. */
  @Column('jsonb', { nullable: true })
  judged: JsonObject | null

  @Column('timestamptz', { name: 'submitted_at', nullable: true })
  submittedAt: Date | null

  @Column('timestamptz', { name: 'saved_at' })
  savedAt: Date
}
