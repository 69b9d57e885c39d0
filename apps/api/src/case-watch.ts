import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common'
import { Database } from '@saitaku/database'

/** How long a change may go unnoticed. */
const EVERY_MS = 400

/** What moves when anything of a case does that somebody may see: events, messages, saved answers. */
const MARKS = `SELECT c.id, concat_ws(' ', c.version, (SELECT max(m.id) FROM case_message m WHERE m.case_id = c.id),
    (SELECT sum(r.newest) FROM (SELECT max(f.revision) AS newest FROM form_revision f WHERE f.case_id = c.id GROUP BY f.form) r)) AS mark
  FROM cases c WHERE c.id = ANY ($1::uuid[])`

/**
 * Tells of changes of the cases that somebody watches: one query for all of them, and none where nobody does. It says only
 * that something changed; what a watcher may learn of it is for whoever asked.
 */
@Injectable()
export class CaseWatch implements BeforeApplicationShutdown {
  private readonly watchers = new Map<string, Set<() => void>>()
  private readonly marks = new Map<string, string>()
  private readonly ends = new Set<() => void>()
  private readonly logger = new Logger('CaseWatch')
  private timer: NodeJS.Timeout | undefined
  private looking = false

  constructor(private readonly database: Database) {}

  /** Calls `changed` after each change of the case until the answer is called. */
  watch(caseId: string, changed: () => void): () => void {
    const watchers = this.watchers.get(caseId) ?? new Set()
    this.watchers.set(caseId, watchers.add(changed))
    this.timer ??= setInterval(() => void this.look(), EVERY_MS)
    return () => {
      watchers.delete(changed)
      if (watchers.size > 0) return
      this.watchers.delete(caseId)
      this.marks.delete(caseId)
      if (this.watchers.size === 0) this.rest()
    }
  }

  /** Calls `end` when the process ends, so that no open answer keeps it. */
  untilShutdown(end: () => void): () => void {
    this.ends.add(end)
    return () => void this.ends.delete(end)
  }

  /** Before the server closes, which waits for open answers. */
  beforeApplicationShutdown(): void {
    this.rest()
    for (const end of this.ends) end()
  }

  private rest(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  private async look(): Promise<void> {
    if (this.looking) return
    this.looking = true
    try {
      for (const { id, mark } of await this.database.query<{ id: string; mark: string }>(MARKS, [[...this.watchers.keys()]])) {
        const before = this.marks.get(id)
        this.marks.set(id, mark)
        // at the first look too: it may have changed since the watcher looked itself
        if (before !== mark) for (const changed of this.watchers.get(id) ?? []) changed()
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'watched cases could not be looked at') // the next look finds what changed meanwhile
    } finally {
      this.looking = false
    }
  }
}
