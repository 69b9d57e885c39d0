import type { Database, Row } from '@saitaku/database'
import type { CaseState } from '@saitaku/statechart'
import type { Connection } from './connection.js'
import { EVERY_PROGRAMME } from './people.js'

/** Who looks: a person, or nobody signed in; and roles that came with the sign-in and hold in every programme. */
export interface Viewer {
  personId: string | null
  roles: readonly string[]
}

export const NOBODY: Viewer = { personId: null, roles: [] }
export const ADMINISTRATOR = 'administrator'

/** Being the applicant of a case, or running the service, opens no view of the office. */
const isOfficeRole = (role: string): boolean => role !== 'applicant' && role !== ADMINISTRATOR

/** What a viewer may see of a case: everything, what an applicant may observe of their own, or what is public. */
export type Sight = 'office' | 'own' | 'public'

/** A case that its viewer may see, in full: a view of it leaves out what their sight does not cover. */
export interface SeenCase {
  id: string
  programme: string
  chart: string
  versionId: number
  parentId: string | null
  organisationId: string | null
  title: string
  state: CaseState
  version: number
  number: string | null
  states: string[]
  phase: string | null
  publicStatus: string | null
  turn: string | null
  tags: string[]
  done: boolean
  createdAt: Date
  movedAt: Date
  now: Date
  sight: Sight
  /** Roles of the viewer on this case: granted in its programme, signed in with, and those in the case and its parent. */
  roles: string[]
  /** Those of them that do not come from the case: what a command carries. */
  programmeRoles: string[]
}

/**
 * The one place that decides whether a person may see a case. Undefined for a case that does not exist and
 * for one that they may not see: nobody can tell the two apart. A case that holds others (a call) is public
 * once it has a public status or is open.
 */
export async function see(database: Database, viewer: Viewer, caseId: string): Promise<SeenCase | undefined> {
  let reader = readers.get(database)
  if (!reader) readers.set(database, (reader = new SightReader(database)))
  const row = await reader.read(caseId, viewer.personId)
  if (!row) return undefined
  const { granted, own, parental, ...seen } = row
  const programmeRoles = [...new Set([...granted, ...viewer.roles.filter((role) => role !== 'applicant')])]
  const sight = sightOf(seen, [...programmeRoles, ...own, ...parental], own)
  return sight && { ...seen, sight, programmeRoles, roles: [...new Set([...programmeRoles, ...own, ...parental.filter(isOfficeRole)])] }
}

const readers = new WeakMap<Database, SightReader>()

/**
 * Reads for many requests at once: what is asked while two reads are under way goes into the next one. One read
 * for 32 requests costs little more than one for one.
 */
class SightReader {
  private waiting: { caseId: string; personId: string | null; settle: (row: SeenRow | undefined) => void; fail: (error: unknown) => void }[] = []
  private flights = 0
  private scheduled = false

  constructor(private readonly database: Database) {}

  read(caseId: string, personId: string | null): Promise<SeenRow | undefined> {
    return new Promise((settle, fail) => {
      this.waiting.push({ caseId, personId, settle, fail })
      this.schedule()
    })
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      if (this.waiting.length > 0 && this.flights < MAX_FLIGHTS) void this.fly(this.waiting.splice(0, MAX_AT_ONCE))
    })
  }

  private async fly(group: SightReader['waiting']): Promise<void> {
    this.flights++
    try {
      const values = [group.map(({ caseId }) => caseId), group.map(({ personId }) => personId)]
      const { rows } = await this.database.pool.query<SeenRow & { n: number }>({ name: 'see_cases', text: SEE, values })
      const found = new Map(rows.map(({ n, ...row }) => [n, row]))
      for (const [i, { settle }] of group.entries()) settle(found.get(i + 1))
    } catch (error) {
      for (const { fail } of group) fail(error)
    } finally {
      this.flights--
      if (this.waiting.length > 0) this.schedule()
    }
  }
}

const MAX_FLIGHTS = 2
const MAX_AT_ONCE = 128
const SEE = `SELECT d.n::int AS n, c.id, c.programme, c.chart, c.version_id AS "versionId", c.parent_id AS "parentId", c.organisation_id AS "organisationId", c.title, c.state, c.version, c.number,
    c.states, c.phase, c.public_status AS "publicStatus", c.turn, c.tags, c.done, c.created_at AS "createdAt", c.moved_at AS "movedAt", app_now() AS now,
    ARRAY(SELECT g.role FROM role_grant g WHERE g.person_id = d.person AND g.programme IN (c.programme, '${EVERY_PROGRAMME}')) AS granted,
    ARRAY(SELECT p.role FROM case_party p WHERE p.person_id = d.person AND p.case_id = c.id) AS own,
    ARRAY(SELECT p.role FROM case_party p WHERE p.person_id = d.person AND p.case_id = c.parent_id) AS parental
  FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS d(id, person, n) JOIN cases c ON c.id = d.id`

interface SeenRow extends Row, Omit<SeenCase, 'sight' | 'roles' | 'programmeRoles'> {
  granted: string[]
  own: string[]
  parental: string[]
}

function sightOf(seen: Pick<SeenCase, 'parentId' | 'publicStatus' | 'tags'>, roles: readonly string[], own: readonly string[]): Sight | undefined {
  if (roles.some(isOfficeRole)) return 'office'
  if (own.includes('applicant')) return 'own'
  return seen.parentId === null && (seen.publicStatus !== null || seen.tags.includes('open')) ? 'public' : undefined
}

/** In which programmes a person works for the office: in all of them, or in these. */
export async function officeOf(on: Connection, viewer: Viewer): Promise<'all' | string[]> {
  if (viewer.roles.some(isOfficeRole)) return 'all'
  if (viewer.personId === null) return []
  const rows = await on.query<{ programme: string; role: string }>('SELECT programme, role FROM role_grant WHERE person_id = $1', [viewer.personId])
  const programmes = rows.filter(({ role }) => isOfficeRole(role)).map(({ programme }) => programme)
  return programmes.includes(EVERY_PROGRAMME) ? 'all' : [...new Set(programmes)]
}

/** Roles of a person in a programme, without those in a case. */
export async function rolesIn(on: Connection, viewer: Viewer, programme: string): Promise<string[]> {
  const rows = viewer.personId === null ? [] : await on.query<{ role: string }>('SELECT role FROM role_grant WHERE person_id = $1 AND programme IN ($2, $3)', [viewer.personId, programme, EVERY_PROGRAMME])
  return [...new Set([...rows.map(({ role }) => role), ...viewer.roles.filter((role) => role !== 'applicant')])]
}
