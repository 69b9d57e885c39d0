import type { Database, Row, Tx } from '@saitaku/database'
import type { NoticeKind } from './notice-kind.js'

/** Mailed at once, in the day's one mail, or in the inbox alone. */
export type Way = 'atOnce' | 'daily' | 'inbox'
export type Ways = Record<NoticeKind, Way>

export interface NoticePreferences {
  ways: Ways
  /** The hour in Japan from which the day's mail goes out, 0 to 23. */
  digestHour: number
}

/** What a person may choose. A letter has legal weight, so it is always mailed at once; a deadline is never left to the inbox. */
export const CHOICES: Record<NoticeKind, readonly Way[]> = {
  letter: ['atOnce'], deadline: ['atOnce', 'daily'], progress: ['atOnce', 'daily', 'inbox'], task: ['atOnce', 'daily', 'inbox'], ownAct: ['atOnce', 'daily', 'inbox'],
}

/** Nobody needs a mail to learn what they did a moment ago: it is in their inbox. */
export const DEFAULTS: NoticePreferences = { ways: { letter: 'atOnce', deadline: 'atOnce', progress: 'atOnce', task: 'atOnce', ownAct: 'inbox' }, digestHour: 8 }

type Connection = Pick<Tx, 'query'>

interface PreferenceRow extends Row {
  person_id: string
  ways: Record<string, string>
  digest_hour: number
}

export async function readPreferences(on: Connection, personId: string): Promise<NoticePreferences> {
  return (await readAllPreferences(on, [personId])).get(personId) ?? DEFAULTS
}

/** Of those who have chosen; the others are told as `DEFAULTS` says. */
export async function readAllPreferences(on: Connection, people: readonly string[]): Promise<Map<string, NoticePreferences>> {
  const rows = await on.query<PreferenceRow>('SELECT person_id, ways, digest_hour FROM notice_preference WHERE person_id = ANY($1)', [people])
  return new Map(rows.map(({ person_id, ways, digest_hour }) => [person_id, { ways: known(ways), digestHour: digest_hour }]))
}

/** Changes what is given and leaves the rest as it is; answers what holds now. A way that may not be chosen is left out. */
export async function changePreferences(database: Database, personId: string, { ways = {}, digestHour }: { ways?: Partial<Ways> | undefined; digestHour?: number | undefined }): Promise<NoticePreferences> {
  return database.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`saitaku.notices.preferences ${personId}`])
    const before = await readPreferences(tx, personId)
    const after: NoticePreferences = { ways: known({ ...before.ways, ...ways }), digestHour: digestHour ?? before.digestHour }
    await tx.query(
      `INSERT INTO notice_preference (person_id, ways, digest_hour, at) VALUES ($1, $2, $3, app_now())
       ON CONFLICT (person_id) DO UPDATE SET ways = excluded.ways, digest_hour = excluded.digest_hour, at = excluded.at`,
      [personId, JSON.stringify(after.ways), after.digestHour],
    )
    return after
  })
}

/** Kinds may be added later, and what was stored may name one that is gone. */
function known(stored: Record<string, string>): Ways {
  const chosen = Object.entries(CHOICES).map(([kind, choices]) => [kind, choices.find((way) => way === stored[kind]) ?? DEFAULTS.ways[kind as NoticeKind]])
  return Object.fromEntries(chosen) as Ways
}
