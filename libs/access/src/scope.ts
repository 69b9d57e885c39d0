import type { Capacity } from './capacities.js'
import { isEmbargoedTo, seesApplications, seesDrafts } from './visibility.js'

/** A grant in force: a role's capacity in one programme, or in all of them (`*`). */
export interface Grant {
  programme: string
  capacity: Capacity
}

/** Which cases a person may see, as data: whoever asks for cases compiles it, and nothing else decides. */
export interface CaseScope {
  personId: string | null
  grants: readonly Grant[]
}

/** A condition that hides cases from a person, kept by whoever knows: a recusal. `c` is the case's alias, `person` the parameter. */
export type Hidden = (alias: string, person: string) => string

export interface CompiledScope {
  /** True for cases that this person may see. */
  sees: string
  /** Of those, true where they see titles and organisations: what a search or a sort by them may use. */
  titles: string
  /** Of those, true where they see the states of the chart: what a filter by phase or state may use. */
  states: string
  /** Of those, true where they are on the applicant's side. */
  own: string
}

const LITERAL = /^(\*|[a-z][a-z0-9-]*)$/
const PANEL: readonly Capacity[] = ['reviewer', 'chair']

/**
 * Compiles a scope to SQL over applications (cases below others) under `alias`. `bind` takes a value and returns its
 * placeholder; programme names are bound as arrays, so that a statement's text depends on nothing that users send.
 */
export function compileScope({ personId, grants }: CaseScope, alias: string, bind: (value: unknown) => string, hidden: readonly Hidden[] = []): CompiledScope {
  const bound = new Map<string, string>()
  const once = (value: string | readonly string[]): string => {
    const key = JSON.stringify(value)
    const placeholder = bound.get(key) ?? bind(value)
    bound.set(key, placeholder)
    return placeholder
  }
  const submitted = `${alias}.phase IS DISTINCT FROM 'preparing'`
  const published = `NOT ('embargoed' = ANY (${alias}.tags))`
  const where = (chosen: (capacity: Capacity) => boolean): string => {
    const of = grants.filter(({ capacity }) => chosen(capacity))
    return either(() => within(programmesOf(of.filter(({ capacity }) => seesDrafts(capacity))), alias, once), () => both([within(programmesOf(of.filter(({ capacity }) => !seesDrafts(capacity))), alias, once), submitted]))
  }
  // a value that is bound has to be used, so each condition is made when it is asked for
  return {
    get own() {
      return personId === null ? 'false' : `${alias}.id IN (SELECT p.case_id FROM case_party p WHERE p.person_id = ${once(personId)} AND p.role IN ('applicant', 'agent', 'editor', 'viewer') AND ${mandated('p')})`
    },
    get titles() {
      return either(() => where(isOffice), () => this.own)
    },
    get states() {
      return either(() => where((capacity) => isOffice(capacity) && !isEmbargoedTo(capacity)), () => both([where((capacity) => isOffice(capacity) && isEmbargoedTo(capacity)), published]))
    },
    get sees() {
      return either(() => this.titles, () => {
        const panel = where((capacity) => PANEL.includes(capacity))
        return panel === 'false' || personId === null ? panel : both([panel, ...hidden.map((condition) => `NOT (${condition(alias, once(personId))})`)])
      })
    },
  }
}

/** An agent takes part until the last day of their mandate, in Tokyo; everybody else as long as they are named. */
export const mandated = (party: string): string =>
  `(${party}.role <> 'agent' OR NOT EXISTS (SELECT 1 FROM party_mandate m WHERE m.case_id = ${party}.case_id AND m.person_id = ${party}.person_id AND m.until < (app_now() AT TIME ZONE 'Asia/Tokyo')::date))`

const isOffice = (capacity: Capacity): boolean => seesApplications(capacity) && !PANEL.includes(capacity)

const programmesOf = (grants: readonly Grant[]): readonly string[] | 'all' => {
  const programmes = [...new Set(grants.map(({ programme }) => programme))].sort()
  if (programmes.some((name) => !LITERAL.test(name))) throw new Error('A programme in a grant has no name that a programme can have')
  return programmes.includes('*') ? 'all' : programmes
}

function within(programmes: readonly string[] | 'all', alias: string, bind: (value: readonly string[]) => string): string {
  if (programmes === 'all') return 'true'
  return programmes.length === 0 ? 'false' : `${alias}.programme = ANY (${bind(programmes)})`
}

/** Each alternative is made only where none before it holds always: what is not used must bind no value. */
function either(...alternatives: readonly (() => string)[]): string {
  const possible: string[] = []
  for (const alternative of alternatives) {
    const condition = alternative()
    if (condition === 'true') return possible.length === 0 ? 'true' : `(${[...possible, 'true'].join(' OR ')})`
    if (condition !== 'false') possible.push(condition)
  }
  return possible.length === 0 ? 'false' : possible.length === 1 ? (possible[0] ?? 'false') : `(${possible.join(' OR ')})`
}

function both(conditions: readonly string[]): string {
  if (conditions.includes('false')) return 'false'
  const necessary = conditions.filter((condition) => condition !== 'true')
  return necessary.length === 0 ? 'true' : necessary.length === 1 ? (necessary[0] ?? 'true') : `(${necessary.join(' AND ')})`
}
