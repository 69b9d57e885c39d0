import type { Row, Tx } from '@saitaku/database'
import type { AttachmentState, FileRefusal } from './entities/attachment.entity.js'
import { IS_IN_THE_RECORD } from './named-files.js'

/** The database where one statement is enough, or an open transaction. */
export type Connection = Pick<Tx, 'query'>

/** Where a file belongs: to a field of a form of a case. */
export interface Place {
  caseId: string
  form: string
  field: string
}

export interface Attachment extends Place {
  id: string
  name: string
  /** Bytes. */
  size: number
  state: AttachmentState
  announcedSha256: string | null
  mediaType: string | null
  sha256: string | null
  refusal: FileRefusal | null
  uploadedBy: string
  uploadedAt: Date
  checkedAt: Date | null
}

export const ATTACHMENT_COLUMNS = `id, case_id AS "caseId", form, field, name, size::float8 AS size, state, announced_sha256 AS "announcedSha256", media_type AS "mediaType", sha256, refusal,
  uploaded_by AS "uploadedBy", uploaded_at AS "uploadedAt", checked_at AS "checkedAt"`

export async function findAttachment(on: Connection, id: string): Promise<Attachment | undefined> {
  const [row] = await on.query<Attachment & Row>(`SELECT ${ATTACHMENT_COLUMNS} FROM attachment WHERE id = $1`, [id])
  return row
}

/** A file as a list of its case has it. */
export interface ListedAttachment extends Attachment {
  /** A submission has named it: it is part of the record and stays. */
  submitted: boolean
}

/** Files of a case that somebody may still ask about, oldest first: neither removed nor half received. */
export async function attachmentsOf(on: Connection, caseId: string): Promise<ListedAttachment[]> {
  return on.query<ListedAttachment & Row>(
    `SELECT ${ATTACHMENT_COLUMNS}, ${IS_IN_THE_RECORD} AS submitted FROM attachment a WHERE case_id = $1 AND state IN ('scanning', 'ready', 'refused', 'damaged') ORDER BY uploaded_at, id`, [caseId])
}

/** Of one file: whether a submission has named it. */
export async function isSubmitted(on: Connection, id: string): Promise<boolean> {
  const [row] = await on.query<{ submitted: boolean }>(`SELECT ${IS_IN_THE_RECORD} AS submitted FROM attachment a WHERE id = $1`, [id])
  return row?.submitted ?? false
}

/** The file that stands at a place of an answer in a revision, where it is ready. */
export async function fileOfAnswer(on: Connection, { caseId, form, field }: Place, revision: number, place: number): Promise<Attachment | undefined> {
  const [row] = await on.query<Attachment & Row>(
    `SELECT ${ATTACHMENT_COLUMNS} FROM attachment WHERE case_id = $1 AND form = $2 AND field = $3 AND state = 'ready' AND (sha256, size) = (
       SELECT r.answers->$3->$5::int->>'sha256', (r.answers->$3->$5::int->>'size')::bigint FROM form_revision r WHERE r.case_id = $1 AND r.form = $2 AND r.revision = $4) ORDER BY id LIMIT 1`,
    [caseId, form, field, revision, place])
  return row
}
