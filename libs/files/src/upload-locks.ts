import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ERRORS, type Lock, type Locker } from '@tus/server'
import type { Database } from '@saitaku/database'

const LEASE_SECONDS = 6
const SIGN_OF_LIFE_MS = 2_000
const LOOK_AGAIN_MS = 150
const PATIENCE_MS = 20_000

/**
 * One request at a time writes an upload, in whichever process: a lease in its row, kept alive while the request runs.
 * One that comes later asks the first to let go, since that is most often the dead half of a connection that broke. A
 * process that was killed holds its uploads for a few seconds.
 */
export class UploadLocks implements Locker {
  constructor(private readonly database: Database) {}

  newLock(id: string): Lock {
    return new UploadLock(this.database, id)
  }
}

class UploadLock implements Lock {
  private readonly writer = randomUUID()
  private signs: NodeJS.Timeout | undefined

  constructor(
    private readonly database: Database,
    private readonly id: string,
  ) {}

  async lock(signal: AbortSignal, letGo: () => Promise<void> | void): Promise<void> {
    const until = performance.now() + PATIENCE_MS
    while (!(await this.take())) {
      if (signal.aborted) throw protocolError('The request has ended', ERRORS.ABORTED)
      if (performance.now() > until) throw protocolError('Another request writes this upload', ERRORS.ERR_LOCK_TIMEOUT)
      await sleep(LOOK_AGAIN_MS)
    }
    this.signs = setInterval(() => void this.giveSign(letGo), SIGN_OF_LIFE_MS / 4).unref()
  }

  async unlock(): Promise<void> {
    clearInterval(this.signs)
    await this.database.query('UPDATE attachment SET writer = NULL, writer_until = NULL, release_wanted = false WHERE id = $1 AND writer = $2', [this.id, this.writer])
  }

  /** Takes the lease where it is free, else says that somebody waits. A row that is gone holds nobody up: the store answers for it. */
  private async take(): Promise<boolean> {
    const [row] = await this.database.query<{ taken: boolean }>(
      `UPDATE attachment SET
         writer = CASE WHEN free THEN $2::uuid ELSE attachment.writer END,
         writer_until = CASE WHEN free THEN clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}) ELSE attachment.writer_until END,
         release_wanted = NOT free, touched_at = clock_timestamp()
       FROM (SELECT id, writer IS NULL OR writer_until < clock_timestamp() AS free FROM attachment WHERE id = $1 FOR UPDATE) AS held
       WHERE attachment.id = held.id RETURNING free AS taken`,
      [this.id, this.writer],
    )
    return row?.taken ?? true
  }

  private lastSign = performance.now()

  private async giveSign(letGo: () => Promise<void> | void): Promise<void> {
    try {
      const due = performance.now() - this.lastSign > SIGN_OF_LIFE_MS
      if (due) this.lastSign = performance.now()
      const rows = due
        ? await this.database.query<{ wanted: boolean }>(
            `UPDATE attachment SET writer_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}) WHERE id = $1 AND writer = $2 RETURNING release_wanted AS wanted`, [this.id, this.writer])
        : await this.database.query<{ wanted: boolean }>('SELECT release_wanted AS wanted FROM attachment WHERE id = $1 AND writer = $2', [this.id, this.writer])
      if (rows[0]?.wanted) await letGo()
    } catch {
      // the database is away: the lease runs out, and whoever writes next finds the offset in the store
    }
  }
}

/** What tus' server answers with, as an error. */
const protocolError = (message: string, answer: { status_code: number; body: string }): Error => Object.assign(new Error(message), answer)
