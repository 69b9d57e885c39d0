import type { Database } from '@saitaku/database'
import type { FileRefusal } from '../entities/attachment.entity.js'
import { FILE_REFUSALS } from '../file-refusals.js'
import type { Vault } from '../vault/vault.js'
import { scan, type ClamdAddress } from './clamd.js'

/** After the n-th failure a file waits this many seconds, at most ten minutes. */
const PAUSE = `least(600, 2 * power(2, least(scan_attempts, 10)))`
/** A process that began to scan and died leaves the file to others after this. */
const CLAIM = `interval '10 minutes'`

export interface ScannedFile {
  id: string
  outcome: 'clean' | 'refused' | 'later'
  /** What clamd calls it, or why it could not look. */
  detail?: string
}

/** Has the files that wait looked at, one after the other. What is infected is deleted; where clamd is away they go on waiting. */
export class Scanner {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clamd: ClamdAddress,
  ) {}

  /** Takes the next file that waits; undefined where none does. */
  async next(): Promise<ScannedFile | undefined> {
    const [claimed] = await this.database.query<{ id: string }>(
      `UPDATE attachment SET scan_after = clock_timestamp() + ${CLAIM} WHERE id = (
         SELECT id FROM attachment WHERE state = 'scanning' AND (scan_after IS NULL OR scan_after < clock_timestamp()) ORDER BY touched_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id`)
    return claimed && this.look(claimed.id)
  }

  private async look(id: string): Promise<ScannedFile> {
    try {
      const verdict = await scan(this.clamd, await this.vault.read(id))
      switch (verdict.kind) {
        case 'clean':
          await this.settle(id, 'ready', null)
          return { id, outcome: 'clean' }
        case 'infected':
          return await this.refuse(id, FILE_REFUSALS.malware(), verdict.signature)
        case 'tooLarge':
          return await this.refuse(id, FILE_REFUSALS.tooLargeToScan(), 'larger than clamd takes')
      }
    } catch (error) {
      await this.database.query(`UPDATE attachment SET scan_attempts = scan_attempts + 1, scan_after = clock_timestamp() + make_interval(secs => ${PAUSE}) WHERE id = $1 AND state = 'scanning'`, [id])
      return { id, outcome: 'later', detail: error instanceof Error ? error.message : String(error) }
    }
  }

  private async refuse(id: string, refusal: FileRefusal, detail: string): Promise<ScannedFile> {
    await this.settle(id, 'refused', refusal)
    await this.vault.discard(id)
    return { id, outcome: 'refused', detail }
  }

  private async settle(id: string, state: 'ready' | 'refused', refusal: FileRefusal | null): Promise<void> {
    await this.database.query(`UPDATE attachment SET state = $2, refusal = $3, scan_after = NULL, touched_at = clock_timestamp() WHERE id = $1 AND state = 'scanning'`, [id, state, refusal && JSON.stringify(refusal)])
  }
}
