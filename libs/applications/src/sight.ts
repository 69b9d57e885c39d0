import { capacityOf, fieldsSeen, mandated, PARTY_ROLES, restrictedFields, visibleParts, type Capacity, type Part, type PartyRole, type RoleBook } from '@saitaku/access'
import type { Database, Row } from '@saitaku/database'
import type { CaseState } from '@saitaku/statechart'
import type { Connection } from './connection.js'
import { CaseScopes } from './case-scopes.js'
import { GroupedReads } from './grouped-reads.js'
import { EVERY_PROGRAMME } from './people.js'
import { RoleBooks } from './role-books.js'
import type { Viewer } from './viewer.js'

/**
 * From where a viewer looks at a case: from the office, with its states and version; from the applicant's side, who may
 * observe no more than their page; `partial` for whom of the office or the committee the states are not (now); or from outside.
 */
export type Sight = 'office' | 'own' | 'partial' | 'public'

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
  /** What the viewer is to the case, and what follows for its parts. */
  capacities: Capacity[]
  parts: ReadonlySet<Part>
  /** Fields of forms that only some roles see, and those of them that this viewer sees. */
  restricted: ReadonlySet<string>
  shownFields: ReadonlySet<string> | 'all'
  /** Roles of the viewer on this case: granted in its programme, signed in with, and those in the case and its parent; an agent's are an applicant's too. */
  roles: string[]
  /** Those of them that a form asks for: whoever helps an applicant writes as the applicant. */
  formRoles: string[]
  /** What a command carries: roles that the engine does not read from the case itself. */
  commandRoles: string[]
}

/**
 * The one place that decides whether a person may see a case. Undefined for a case that does not exist and
 * for one that they may not see: nobody can tell the two apart. A case that holds others (a call) is public
 * once it has a public status or is open.
 */
export async function see(database: Database, viewer: Viewer, caseId: string): Promise<SeenCase | undefined> {
  const row = await readerOf(database).read({ caseId, personId: viewer.personId })
  if (!row) return undefined
  const { granted, own, parental, hidden, ...found } = row
  const book = await RoleBooks.of(database).ofVersion(found.versionId)
  const programmeRoles = [...new Set([...granted, ...viewer.roles.filter((role) => !isPartyRole(role))])]
  const inParent = parental.filter((role) => !isPartyRole(role))
  const capacities = capacitiesOf([...programmeRoles, ...own, ...inParent], own, book).filter((capacity) => !(hidden && isPanel(capacity)))
  const parts = visibleParts(capacities, situationOf(found))
  if (parts.size === 0) return undefined
  const acting = capacities.includes('agent') ? ['applicant'] : []
  const roles = [...new Set([...programmeRoles, ...own, ...inParent, ...acting])]
  const formRoles = [...new Set([...roles, ...(capacities.includes('editor') ? ['applicant'] : [])])]
  const shownFields = parts.has('restrictedAnswers') ? 'all' : fieldsSeen(roles, book)
  return { ...found, sight: sightOf(found, capacities, parts), capacities, parts, restricted: restrictedFields(book), shownFields, roles, formRoles, commandRoles: [...programmeRoles, ...acting] }
}

const isPartyRole = (role: string): role is PartyRole => Object.hasOwn(PARTY_ROLES, role)
const isPanel = (capacity: Capacity): boolean => capacity === 'reviewer' || capacity === 'chair'
const isApplicants = (capacity: Capacity): boolean => capacity === 'owner' || capacity === 'agent' || capacity === 'editor' || capacity === 'viewer'

/** Of several roles, and of none. Everyone is the public too. */
function capacitiesOf(roles: readonly string[], own: readonly string[], book: RoleBook): Capacity[] {
  const held = roles.flatMap((role) => (isPartyRole(role) ? (own.includes(role) ? PARTY_ROLES[role] : []) : (capacityOf(role, book) ?? [])))
  return [...new Set<Capacity>([...held, 'public'])]
}

function situationOf({ parentId, tags, phase, publicStatus }: Pick<SeenCase, 'parentId' | 'tags' | 'phase' | 'publicStatus'>): Parameters<typeof visibleParts>[1] {
  return { kind: parentId === null ? 'call' : 'application', embargoed: tags.includes('embargoed'), preparing: phase === 'preparing', announced: publicStatus !== null || tags.includes('open') }
}

function sightOf({ parentId }: Pick<SeenCase, 'parentId'>, capacities: readonly Capacity[], parts: ReadonlySet<Part>): Sight {
  if (parts.has('states')) return 'office'
  if (parentId !== null && capacities.some(isApplicants)) return 'own'
  return capacities.some((capacity) => capacity !== 'public' && capacity !== 'administrator' && !isApplicants(capacity)) ? 'partial' : 'public'
}

const readers = new WeakMap<Database, GroupedReads<Asked, SeenRow>>()

interface Asked {
  caseId: string
  personId: string | null
}

function readerOf(database: Database): GroupedReads<Asked, SeenRow> {
  let reader = readers.get(database)
  if (!reader) {
    const text = SEE.replace('$hidden', CaseScopes.of(database).hides('c', 'd.person'))
    reader = new GroupedReads(async (asked) => {
      const rows = await database.query<SeenRow & { n: number }>(text, [asked.map(({ caseId }) => caseId), asked.map(({ personId }) => personId)])
      const found = new Map(rows.map(({ n, ...row }) => [n, row]))
      return asked.map((_, i) => found.get(i + 1))
    })
    readers.set(database, reader)
  }
  return reader
}

const SEE = `SELECT d.n::int AS n, c.id, c.programme, c.chart, c.version_id AS "versionId", c.parent_id AS "parentId", c.organisation_id AS "organisationId", c.title, c.state, c.version, c.number,
    c.states, c.phase, c.public_status AS "publicStatus", c.turn, c.tags, c.done, c.created_at AS "createdAt", c.moved_at AS "movedAt", app_now() AS now,
    ARRAY(SELECT g.role FROM role_grant g WHERE g.person_id = d.person AND g.programme IN (c.programme, '${EVERY_PROGRAMME}')) AS granted,
    ARRAY(SELECT p.role FROM case_party p WHERE p.person_id = d.person AND p.case_id = c.id AND ${mandated('p')}) AS own,
    ARRAY(SELECT p.role FROM case_party p WHERE p.person_id = d.person AND p.case_id = c.parent_id) AS parental,
    ($hidden) AS hidden
  FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS d(id, person, n) JOIN cases c ON c.id = d.id`

interface SeenRow extends Row, Omit<SeenCase, 'sight' | 'roles' | 'formRoles' | 'commandRoles' | 'capacities' | 'parts' | 'restricted' | 'shownFields'> {
  granted: string[]
  own: string[]
  parental: string[]
  hidden: boolean
}

/** Roles of a person in a programme, without those in a case. */
export async function rolesIn(on: Connection, viewer: Viewer, programme: string): Promise<string[]> {
  const rows = viewer.personId === null ? [] : await on.query<{ role: string }>('SELECT role FROM role_grant WHERE person_id = $1 AND programme IN ($2, $3)', [viewer.personId, programme, EVERY_PROGRAMME])
  return [...new Set([...rows.map(({ role }) => role), ...viewer.roles.filter((role) => !isPartyRole(role))])]
}
