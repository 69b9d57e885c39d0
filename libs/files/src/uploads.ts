import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Database } from '@saitaku/database'
import { fieldsOf, DEFAULT_MAX_BYTES, typesOfKinds, type FieldOf, type FileType, type FormDefinition } from '@saitaku/forms'
import { ATTACHMENT_COLUMNS, findAttachment, type Attachment, type Place } from './attachment.js'
import type { FileRefusal } from './entities/attachment.entity.js'
import { FILE_REFUSALS } from './file-refusals.js'
import { safeFileName } from './file-name.js'
import { inspectContent } from './inspect/inspect-content.js'
import { TusServer, type WriteProblem } from './tus-server.js'
import { UploadLocks } from './upload-locks.js'
import type { HashStates } from './vault/hash-states.js'
import type { Vault } from './vault/vault.js'

/** Of one case: files, and bytes of all of them; and uploads that one person has begun and not ended. */
const MOST_OF_A_CASE = 300
const MOST_BYTES_OF_A_CASE = 10_000_000_000
const MOST_UNDER_WAY = 100

export interface NewUpload extends Place {
  id: string
  name: string
  size: number
  /** What the sender says the content sums up to. */
  sha256?: string | undefined
  personId: string
}

/** What a field takes: its types and the most bytes of a file. */
export interface FieldTerms {
  types: readonly FileType[]
  maxBytes: number
}

/** The terms of a file field; undefined where the form has no such field, or it takes no files. */
export function fieldTerms(form: FormDefinition | undefined, field: string): FieldTerms | undefined {
  const found = form && fieldsOf(form).find((one): one is FieldOf<'file'> => one.id === field && one.kind === 'file')
  return found && { types: typesOfKinds(found.accept), maxBytes: found.maxBytes ?? DEFAULT_MAX_BYTES }
}

export interface UploadsOptions {
  /** The path at which uploads are served, such as `/api/v1/uploads`. */
  path: string
  /** The form's terms of an upload, by the programme version of its case. */
  termsOf(place: Place): Promise<FieldTerms | undefined>
  /** Whether what has arrived waits for the malware scanner. */
  scans: boolean
  problem: WriteProblem
  /** Called when a file waits for the scanner. */
  onScanWanted?: () => void
}

/**
 * Receives files (tus 1.0). A row is written before the first byte comes and says whose and where the file is; when
 * the last one has come the content is judged, and what is refused is deleted at once.
 */
export class Uploads {
  private readonly server: TusServer
  private readonly finishing = new Map<string, Promise<Attachment>>()

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly hashes: HashStates,
    private readonly options: UploadsOptions,
  ) {
    this.server = new TusServer({ path: options.path, datastore: vault.store, locker: new UploadLocks(database), finished: (id) => this.finish(id), problem: options.problem })
  }

  /** Writes the row of an upload. A refusal where the name, the size or the number of files is not taken. */
  async begin({ id, caseId, form, field, name, size, sha256, personId }: NewUpload, terms: FieldTerms): Promise<FileRefusal | undefined> {
    const safe = safeFileName(name)
    if (safe === undefined) return FILE_REFUSALS.noName()
    if (size === 0) return FILE_REFUSALS.empty()
    if (size > terms.maxBytes) return FILE_REFUSALS.tooLarge(terms.maxBytes)
    const [row] = await this.database.query(
      `INSERT INTO attachment (id, case_id, form, field, name, size, announced_sha256, state, uploaded_by)
       SELECT $1, $2, $3, $4, $5, $6::bigint, $7, 'receiving', $8
       WHERE (SELECT count(*) < ${MOST_OF_A_CASE} AND coalesce(sum(size), 0) + $6::bigint <= ${MOST_BYTES_OF_A_CASE} FROM attachment WHERE case_id = $2 AND state NOT IN ('removed', 'refused'))
         AND (SELECT count(*) FROM attachment WHERE uploaded_by = $8 AND state = 'receiving') < ${MOST_UNDER_WAY} RETURNING id`,
      [id, caseId, form, field, safe, size, sha256 ?? null, personId],
    )
    return row ? undefined : FILE_REFUSALS.tooMany()
  }

  /** Serves a tus request whose person may send this upload. With an id of its own for a request that begins one. */
  async serve(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    await this.server.serve(request, response, id)
  }

  /**
   * Judges what has arrived and says so in the row: `ready`, `scanning`, or `refused` and deleted. The same for whoever
   * asks again. An upload of which bytes are lacking stays as it is.
   */
  finish(id: string): Promise<Attachment> {
    const under = this.finishing.get(id)
    if (under) return under
    const work = this.judge(id).finally(() => this.finishing.delete(id))
    this.finishing.set(id, work)
    return work
  }

  /** Takes an upload back that its sender no longer wants. */
  async abandon(id: string): Promise<void> {
    await this.database.query(`UPDATE attachment SET state = 'removed', touched_at = clock_timestamp() WHERE id = $1 AND state IN ('receiving', 'refused')`, [id])
    await this.vault.discard(id)
  }

  private async judge(id: string): Promise<Attachment> {
    const attachment = await findAttachment(this.database, id)
    if (!attachment) throw new Error(`There is no upload ${id}`)
    if (attachment.state !== 'receiving' || (await this.vault.size(id)) !== attachment.size) return attachment
    await this.vault.settle(id)
    const sha256 = this.hashes.finish(id, attachment.size) ?? (await sumOf(this.vault, id))
    const terms = await this.options.termsOf(attachment)
    const types = terms?.types ?? typesOfKinds()
    const { refusal, mediaType } =
      attachment.announcedSha256 !== null && attachment.announcedSha256 !== sha256 ? { refusal: FILE_REFUSALS.otherContent(), mediaType: undefined } : await inspectContent(this.vault, attachment, types)
    if (refusal) await this.vault.discard(id)
    const state = refusal ? 'refused' : this.options.scans ? 'scanning' : 'ready'
    const [judged] = await this.database.query<Attachment & Record<string, unknown>>(
      `UPDATE attachment SET state = $2, media_type = $3, sha256 = $4, refusal = $5, checked_at = CASE WHEN $2 = 'refused' THEN NULL ELSE clock_timestamp() END, uploaded_at = app_now(), touched_at = clock_timestamp()
       WHERE id = $1 AND state = 'receiving' RETURNING ${ATTACHMENT_COLUMNS}`,
      [id, state, mediaType ?? null, sha256, refusal ? JSON.stringify(refusal) : null],
    )
    if (state === 'scanning') this.options.onScanWanted?.()
    return judged ?? (await findAttachment(this.database, id)) ?? attachment
  }
}

/** SHA-256 of what is stored, in hexadecimal, read in pieces. */
export async function sumOf(vault: Vault, id: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of await vault.read(id)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
