import { Injectable, Logger } from '@nestjs/common'
import type { StageKey } from '@saitaku/committee'
import { Database } from '@saitaku/database'

/** Whoever follows a deliberation hears of an act within this time and a look. */
const LOOK_EVERY_MS = 300

type Heard = (version: number) => void

interface Followed extends StageKey {
  version: number
  listeners: Set<Heard>
}

/** Looks at the versions of all deliberations that somebody follows, in one query however many follow them. */
@Injectable()
export class DeliberationWatch {
  private readonly logger = new Logger('DeliberationWatch')
  private readonly followed = new Map<string, Followed>()
  private timer: NodeJS.Timeout | undefined
  private looking = false

  constructor(private readonly database: Database) {}

  /** Calls `heard` with every version after this one. Gives what ends it. */
  follow({ callId, stage }: StageKey, version: number, heard: Heard): () => void {
    const key = `${callId} ${stage}`
    const one = this.followed.get(key) ?? { callId, stage, version, listeners: new Set<Heard>() }
    this.followed.set(key, one)
    one.listeners.add(heard)
    if (version < one.version) heard(one.version)
    this.timer ??= setInterval(() => void this.look(), LOOK_EVERY_MS)
    return () => {
      one.listeners.delete(heard)
      if (one.listeners.size === 0) this.followed.delete(key)
      if (this.followed.size > 0) return
      clearInterval(this.timer)
      this.timer = undefined
    }
  }

  private async look(): Promise<void> {
    if (this.looking) return
    this.looking = true
    try {
      const all = [...this.followed.values()]
      const rows = await this.database.query<{ callId: string; stage: string; version: number }>(
        `SELECT s.call_id AS "callId", s.stage, s.version FROM unnest($1::uuid[], $2::text[]) AS f(call_id, stage) JOIN review_stage s USING (call_id, stage)`,
        [all.map(({ callId }) => callId), all.map(({ stage }) => stage)])
      for (const { callId, stage, version } of rows) {
        const one = this.followed.get(`${callId} ${stage}`)
        if (!one || one.version === version) continue
        one.version = version
        for (const heard of one.listeners) heard(version)
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'The deliberations could not be looked at; the next look follows')
    } finally {
      this.looking = false
    }
  }
}
