import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm'

export const ATTACHMENT_STATES = ['receiving', 'scanning', 'ready', 'refused', 'damaged', 'removed'] as const
export type AttachmentState = (typeof ATTACHMENT_STATES)[number]

/** Why a file was refused, for those who sent it. */
export interface FileRefusal {
  code: string
  ja: string
  en: string
}

/** A file that somebody sends or has sent for a field of a form of a case. Its bytes lie in the vault under its id. */
@Entity('attachment')
@Check('attachment_state_check', `state IN ('receiving', 'scanning', 'ready', 'refused', 'damaged', 'removed')`)
@Index('attachment_case', ['caseId', 'form', 'field'])
@Index('attachment_touched', ['state', 'touchedAt'])
@Index('attachment_uploader', ['uploadedBy'], { where: `state = 'receiving'` })
export class AttachmentEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'attachment_pkey' })
  id: string

  @Column('uuid', { name: 'case_id' })
  caseId: string

  @Column('text')
  form: string

  @Column('text')
  field: string

  @Column('text')
  name: string

  /** Bytes, as announced before the first one came. */
  @Column('bigint')
  size: string

  /** What the sender says it will be; checked when the last byte has come. */
  @Column('text', { name: 'announced_sha256', nullable: true })
  announcedSha256: string | null

  @Column('text')
  state: AttachmentState

  @Column('text', { name: 'media_type', nullable: true })
  mediaType: string | null

  @Column('text', { nullable: true })
  sha256: string | null

  @Column('jsonb', { nullable: true })
  refusal: FileRefusal | null

  @Column('uuid', { name: 'uploaded_by' })
  uploadedBy: string

  /** By the clock of the cases. */
  @Column('timestamptz', { name: 'uploaded_at', default: () => 'app_now()' })
  uploadedAt: Date

  /** By the machine's clock, which decides what is old: an upload is of today even where a demo's clock stands elsewhere. */
  @Column('timestamptz', { name: 'touched_at', default: () => 'clock_timestamp()' })
  touchedAt: Date

  /** When the stored bytes were last read again and found to be the same. */
  @Column('timestamptz', { name: 'checked_at', nullable: true })
  checkedAt: Date | null

  @Column('int', { name: 'scan_attempts', default: 0 })
  scanAttempts: number

  @Column('timestamptz', { name: 'scan_after', nullable: true })
  scanAfter: Date | null

  /** Which request writes now, and until when it holds that right without a sign of life. */
  @Column('uuid', { nullable: true })
  writer: string | null

  @Column('timestamptz', { name: 'writer_until', nullable: true })
  writerUntil: Date | null

  /** Another request waits: the writer lets go. */
  @Column('boolean', { name: 'release_wanted', default: false })
  releaseWanted: boolean
}
