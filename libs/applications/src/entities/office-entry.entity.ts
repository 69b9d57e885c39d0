import { Check, Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'

/** A revision that the office wrote for an applicant, and whether they agreed. */
@Entity('form_consent')
@Check('form_consent_outcome_check', `outcome IN ('agreed', 'refused')`)
export class FormConsentEntity {
  @PrimaryColumn('uuid', { name: 'case_id', primaryKeyConstraintName: 'form_consent_pkey' })
  caseId: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'form_consent_pkey' })
  form: string

  @PrimaryColumn('int', { primaryKeyConstraintName: 'form_consent_pkey' })
  revision: number

  @Column('text')
  reason: string

  @Column('uuid', { name: 'asked_by' })
  askedBy: string

  @Column('timestamptz', { name: 'asked_at', default: () => 'app_now()' })
  askedAt: Date

  @Column('text', { nullable: true })
  outcome: 'agreed' | 'refused' | null

  @Column('uuid', { name: 'answered_by', nullable: true })
  answeredBy: string | null

  @Column('timestamptz', { name: 'answered_at', nullable: true })
  answeredAt: Date | null
}

/** An application that came on paper or by mail and was entered by the office. */
@Entity('case_intake')
@Check('case_intake_channel_check', `channel IN ('paper', 'email')`)
export class CaseIntakeEntity {
  @PrimaryColumn('uuid', { name: 'case_id', primaryKeyConstraintName: 'case_intake_pkey' })
  caseId: string

  @Column('text')
  channel: 'paper' | 'email'

  @Column('timestamptz', { name: 'received_at' })
  receivedAt: Date

  /** Where the scan or the mail is kept. */
  @Column('text', { default: '' })
  reference: string

  @Column('text', { default: '' })
  note: string

  @Column('uuid', { name: 'entered_by' })
  enteredBy: string

  @Column('timestamptz', { name: 'entered_at', default: () => 'app_now()' })
  enteredAt: Date
}

/** From which application another was made. */
@Entity('case_origin')
@Check('case_origin_kind_check', `kind IN ('copy', 'move')`)
@Index('case_origin_from', ['fromCaseId'])
export class CaseOriginEntity {
  @PrimaryColumn('uuid', { name: 'case_id', primaryKeyConstraintName: 'case_origin_pkey' })
  caseId: string

  @Column('uuid', { name: 'from_case_id' })
  fromCaseId: string

  @Column('text')
  kind: 'copy' | 'move'

  @Column('text', { default: '' })
  reason: string

  @Column('uuid', { name: 'by_id' })
  byId: string

  @Column('timestamptz', { default: () => 'app_now()' })
  at: Date
}

/** Two organisations that were found to be one. Appended, never changed. */
@Entity('organisation_merge')
export class OrganisationMergeEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'organisation_merge_pkey' })
  id: string

  @Column('uuid', { name: 'kept_id' })
  keptId: string

  @Column('uuid', { name: 'merged_id' })
  mergedId: string

  @Column('text')
  reason: string

  @Column('uuid', { name: 'by_id' })
  byId: string

  @Column('timestamptz', { default: () => 'app_now()' })
  at: Date

  @Column('uuid', { name: 'moved_cases', array: true })
  movedCases: string[]
}
