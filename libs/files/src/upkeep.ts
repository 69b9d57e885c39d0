import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '@saitaku/database'
import { IS_IN_THE_RECORD, IS_NAMED_NOW } from './named-files.js'
import type { Scanner } from './scan/scanner.js'
import type { Uploads } from './uploads.js'
import type { Vault } from './vault/vault.js'

export interface UpkeepLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface Lifetimes {
  /** An upload that nobody goes on with. */
  unfinished: string
  /** A file that no form names: it was replaced, or its sender never saved. */
  unnamed: string
  /** What was removed or refused: its bytes, then its row. */
  removed: string
}

/** Intervals of PostgreSQL. */
export const LIFETIMES: Lifetimes = { unfinished: '7 days', unnamed: '30 days', removed: '1 day' }

export interface Tended {
  finished: number
  scanned: number
  expired: number
  unnamed: number
  deleted: number
  restored: number
}

const AT_ONCE = 100
const EVERY_MS = 60_000
const SCAN_EVERY_MS = 2_000

/** Ends what a process left behind: uploads that nobody goes on with, files that wait for the scanner, bytes that nothing names. */
export class Upkeep {
  private stopping = new AbortController()
  private running: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly uploads: Uploads,
    private readonly scanner: Scanner | undefined,
    private readonly log: UpkeepLog,
    private readonly lifetimes: Lifetimes = LIFETIMES,
  ) {}

  start(): void {
    this.running = Promise.all([this.repeat(EVERY_MS, async () => { await this.tend() }), this.scanner ? this.repeat(SCAN_EVERY_MS, async () => { await this.scanAll() }) : undefined])
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    await this.running
  }

  private wakeScan: (() => void) | undefined

  /** A file waits for the scanner. */
  wake(): void {
    this.wakeScan?.()
  }

  /** One round of everything. */
  async tend(): Promise<Tended> {
    const finished = await this.finishWhole()
    const expired = await this.each(`state = 'receiving' AND touched_at < clock_timestamp() - $1::interval`, this.lifetimes.unfinished, (id) => this.uploads.abandon(id))
    const unnamed = await this.giveUpUnnamed()
    const restored = await this.restoreRecorded()
    const deleted = await this.each(`state IN ('removed', 'refused') AND touched_at < clock_timestamp() - $1::interval`, this.lifetimes.removed, async (id) => {
      await this.vault.discard(id)
      await this.database.query(`DELETE FROM attachment WHERE id = $1 AND state IN ('removed', 'refused')`, [id])
    })
    return { finished, scanned: await this.scanAll(), expired, unnamed, deleted, restored }
  }

  /** The last byte came and the process died before it judged the file; its sender may never ask again. */
  private finishWhole(): Promise<number> {
    return this.each(`state = 'receiving' AND touched_at < clock_timestamp() - $1::interval AND (writer_until IS NULL OR writer_until < clock_timestamp())`, '30 seconds', async (id) => {
      const { state } = await this.uploads.finish(id)
      return state !== 'receiving'
    })
  }

  /** A file that is named is looked at again only after as long. */
  private giveUpUnnamed(): Promise<number> {
    return this.each(`state = 'ready' AND touched_at < clock_timestamp() - $1::interval`, this.lifetimes.unnamed, async (id) => {
      const [row] = await this.database.query<{ state: string }>(
        `UPDATE attachment a SET touched_at = clock_timestamp(), state = CASE WHEN ${IS_NAMED_NOW} OR ${IS_IN_THE_RECORD} THEN 'ready' ELSE 'removed' END WHERE id = $1 AND state = 'ready' RETURNING state`, [id])
      return row?.state === 'removed'
    })
  }

  /** A submission that was decided at the same moment as the removal names the file: then it stays. */
  private async restoreRecorded(): Promise<number> {
    const rows = await this.database.query(`UPDATE attachment a SET state = 'ready', touched_at = clock_timestamp() WHERE state = 'removed' AND a.sha256 IS NOT NULL AND ${IS_IN_THE_RECORD} RETURNING id`)
    if (rows.length > 0) this.log.warn({ files: rows.length }, 'Files were removed while a submission that names them was decided; they stay')
    return rows.length
  }

  private async scanAll(): Promise<number> {
    let count = 0
    for (let scanned = await this.scanner?.next(); scanned; scanned = this.stopping.signal.aborted ? undefined : await this.scanner?.next()) {
      count++
      if (scanned.outcome === 'refused') this.log.warn({ file: scanned.id, found: scanned.detail }, 'A file was refused by the virus check and is deleted')
      if (scanned.outcome === 'later') this.log.error({ file: scanned.id, error: scanned.detail }, 'clamd could not look at a file; it waits')
    }
    return count
  }

  /** Does something with each row that meets a condition, and counts those with which something was done. */
  private async each(condition: string, age: string, act: (id: string) => Promise<unknown>): Promise<number> {
    const rows = await this.database.query<{ id: string }>(`SELECT id FROM attachment WHERE ${condition} ORDER BY touched_at LIMIT ${AT_ONCE}`, [age])
    let count = 0
    for (const { id } of rows)
      try {
        if ((await act(id)) !== false) count++
      } catch (error) {
        this.log.error({ err: error, file: id }, 'Tending a file failed and will be tried again')
      }
    return count
  }

  private async repeat(everyMs: number, act: () => Promise<void>): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      try {
        await act()
      } catch (error) {
        this.log.error({ err: error }, 'Tending files failed and will be tried again')
      }
      const woken = new AbortController()
      if (everyMs === SCAN_EVERY_MS) this.wakeScan = () => { woken.abort() }
      await sleep(everyMs, undefined, { signal: AbortSignal.any([signal, woken.signal]), ref: false }).catch(() => undefined)
    }
  }
}
