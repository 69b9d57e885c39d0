import type { Database } from '@saitaku/database'
import type { ProgrammeStore } from '@saitaku/engine'
import { replayRecord } from './replay-record.js'

/** What came of a programme's applications, counted in the record: cases right under a call unless it says otherwise. */
export interface ProgrammeFigures {
  name: string
  title: { ja: string; en: string }
  /** Applications that were ever submitted, and those that came as far as screening and judging, or farther. */
  applied: number
  screened: number
  judged: number
  /** Those that stand decided as adopted at the end, conditionally or not. */
  adopted: number
  /** Adopted ones that hold a prize; `prizes` by kind, a second prize of the same case included. */
  won: number
  grandPrizes: number
  prizes: Record<string, number>
  /** On the reserve list once, and adopted at the end. */
  promoted: number
  /** Registrations, certifications, groups that are valid at the end, and when the year began. */
  inForce: number
  inForceAtStart: number
  /** Those of them that may act: the same, as one says it of groups. */
  active: number
  /** How often an application was returned with remarks. */
  returns: number
  /** What has ended otherwise, by the status that its applicant sees. */
  ended: Record<string, number>
  /** Letters and timers of all its cases, the calls and what lies under applications included. */
  notices: number
  deadlines: { fired: number; cancelled: number; armed: number }
  documents: number
}

/** Counts everything in the record and nothing in the demo's files. `only`: names of programmes. */
export async function demoFigures(database: Database, programmes: ProgrammeStore, startsAt: Date, only: ReadonlySet<string>): Promise<ProgrammeFigures[]> {
  const published = await programmes.list()
  const figures = new Map(published.map(({ programme, title }): [string, ProgrammeFigures] => [programme, nothingYet(programme, title)]))
  const of = (programme: string): ProgrammeFigures => {
    const found = figures.get(programme)
    if (!found) throw new Error(`There are cases of ${programme}, which is not published`)
    return found
  }
  await countStates(database, of)
  await countTraces(database, of)
  for await (const course of replayRecord(database, programmes, startsAt)) {
    const mine = of(course.programme)
    mine.deadlines.cancelled += course.deadlinesCancelled
    if (course.depth !== 1) continue
    const reached = (...phases: string[]): number => (phases.some((phase) => course.phases.has(phase)) ? 1 : 0)
    mine.applied += reached('submitted', 'screened', 'judged', 'adopted')
    mine.screened += reached('screened', 'judged', 'adopted')
    mine.judged += reached('judged', 'adopted')
    if (course.tags.has('decided.reserve') && ADOPTED_TAGS.some((tag) => course.tagsNow.includes(tag))) mine.promoted++
    if (course.tagsThen.includes('inForce')) mine.inForceAtStart++
  }
  return [...figures.values()].filter(({ name }) => only.has(name))
}

function nothingYet(name: string, title: { ja: string; en: string }): ProgrammeFigures {
  return {
    name, title, applied: 0, screened: 0, judged: 0, adopted: 0, won: 0, grandPrizes: 0, prizes: {}, promoted: 0, inForce: 0, inForceAtStart: 0, active: 0, returns: 0, ended: {},
    notices: 0, deadlines: { fired: 0, cancelled: 0, armed: 0 }, documents: 0,
  }
}

const APPLICATIONS = `cases c JOIN cases p ON p.id = c.parent_id AND p.parent_id IS NULL`
const ADOPTED_TAGS = ['decided.adopted', 'decided.conditional']
const ADOPTED = `c.tags && ARRAY['${ADOPTED_TAGS.join("', '")}']`

async function countStates(database: Database, of: (programme: string) => ProgrammeFigures): Promise<void> {
  const counts = await database.query<{ programme: string; adopted: number; in_force: number }>(
    `SELECT c.programme, count(*) FILTER (WHERE ${ADOPTED})::int AS adopted, count(*) FILTER (WHERE 'inForce' = ANY (c.tags))::int AS in_force FROM ${APPLICATIONS} GROUP BY 1`)
  for (const { programme, adopted, in_force: inForce } of counts) Object.assign(of(programme), { adopted, inForce, active: inForce })
  const prizes = await database.query<{ programme: string; prize: string; winners: number; n: number }>(
    `SELECT c.programme, a.value #>> '{}' AS prize, count(*) FILTER (WHERE a.key = 'prize')::int AS winners, count(*)::int AS n
     FROM ${APPLICATIONS}, jsonb_each(c.state->'attributes') a WHERE a.key IN ('prize', 'otherPrize') AND a.value #>> '{}' <> '' AND ${ADOPTED} GROUP BY 1, 2 ORDER BY 1, 2`)
  for (const { programme, prize, winners, n } of prizes) {
    const mine = of(programme)
    mine.prizes[prize] = n
    mine.won += winners
    if (prize === 'grandPrize') mine.grandPrizes = n
  }
  const ended = await database.query<{ programme: string; status: string; n: number }>(
    `SELECT c.programme, c.public_status AS status, count(*)::int AS n FROM ${APPLICATIONS} WHERE c.phase = 'closed' AND NOT ${ADOPTED} AND c.public_status IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2`)
  for (const { programme, status, n } of ended) of(programme).ended[status] = n
}

async function countTraces(database: Database, of: (programme: string) => ProgrammeFigures): Promise<void> {
  const counts = await database.query<{ programme: string; fired: number; returns: number; notices: number; documents: number; armed: number }>(
    `SELECT c.programme, coalesce(sum(e.fired), 0)::int AS fired, coalesce(sum(e.returns) FILTER (WHERE c.parent_id IS NOT NULL), 0)::int AS returns,
       coalesce(sum(n.n), 0)::int AS notices, coalesce(sum(d.n), 0)::int AS documents, coalesce(sum(t.n), 0)::int AS armed
     FROM cases c
     LEFT JOIN (SELECT case_id, count(*) FILTER (WHERE door = 'timer') AS fired, count(*) FILTER (WHERE payload->'data' ? 'remarks') AS returns FROM case_event GROUP BY 1) e ON e.case_id = c.id
     LEFT JOIN (SELECT case_id, count(*) AS n FROM notice GROUP BY 1) n ON n.case_id = c.id
     LEFT JOIN (SELECT case_id, count(*) AS n FROM document GROUP BY 1) d ON d.case_id = c.id
     LEFT JOIN (SELECT case_id, count(*) AS n FROM timer WHERE due_at IS NOT NULL GROUP BY 1) t ON t.case_id = c.id
     GROUP BY 1`)
  for (const { programme, fired, returns, notices, documents, armed } of counts) {
    const mine = of(programme)
    mine.deadlines.fired = fired
    mine.deadlines.armed = armed
    Object.assign(mine, { returns, notices, documents })
  }
}
