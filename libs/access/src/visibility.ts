import { CAPACITIES, type Capacity } from './capacities.js'

/**
 * Parts of a case that are shown or kept back as one. `status` is what an applicant follows; `states` is where the chart
 * stands, with version, phase and tags; `decision` is what a state says of a result before it is published.
 */
export const PARTS = [
  'status', 'title', 'organisation', 'parties', 'answers', 'restrictedAnswers', 'remarks', 'messages', 'ownDeadlines', 'ownHistory',
  'states', 'attributes', 'approvals', 'allDeadlines', 'fullHistory', 'decision', 'officeNotes',
] as const
export type Part = (typeof PARTS)[number]

/** Where a case stands, as far as sight depends on it. */
export interface Situation {
  /** A case that holds others (a call), or one of those. */
  kind: 'call' | 'application'
  /** Judged, and not yet published. In a programme with two publications it is true before each of them. */
  embargoed: boolean
  /** Begun and not submitted: whoever applies is still writing. */
  preparing: boolean
  /** A call is public once it is announced or open. */
  announced: boolean
}

const APPLICANT: readonly Part[] = ['status', 'title', 'organisation', 'parties', 'answers', 'restrictedAnswers', 'remarks', 'messages', 'ownDeadlines', 'ownHistory']
const OFFICE: readonly Part[] = PARTS.filter((part) => part !== 'restrictedAnswers')

/** What each capacity sees of an application at most. Who applied is the panel's to learn from the committee's pages alone, since those know which stage is blind. */
const OF_APPLICATION: Readonly<Record<Capacity, readonly Part[]>> = {
  owner: APPLICANT, agent: APPLICANT, editor: APPLICANT,
  viewer: APPLICANT.filter((part) => part !== 'restrictedAnswers'),
  secretariat: OFFICE, approver: OFFICE, auditor: OFFICE,
  jointSecretariat: OFFICE.filter((part) => part !== 'approvals'),
  finance: OFFICE.filter((part) => part !== 'officeNotes'),
  officer: OFFICE.filter((part) => part !== 'officeNotes' && part !== 'decision'),
  reviewer: ['status'], chair: ['status'],
  administrator: [], public: [],
}

const PUBLIC_CALL: readonly Part[] = ['status', 'title']
const OF_CALL: Readonly<Record<Capacity, readonly Part[]>> = {
  ...OF_APPLICATION,
  owner: PUBLIC_CALL, agent: PUBLIC_CALL, editor: PUBLIC_CALL, viewer: PUBLIC_CALL, public: PUBLIC_CALL, administrator: PUBLIC_CALL,
  reviewer: ['status', 'title', 'states', 'allDeadlines'],
  chair: ['status', 'title', 'states', 'attributes', 'allDeadlines', 'decision'],
}

/** Capacities to whom a draft is not shown: what is not submitted is the applicant's, and the office that helps with it. */
const NOT_OF_DRAFTS: ReadonlySet<Capacity> = new Set(['reviewer', 'chair', 'approver', 'finance', 'auditor', 'officer'])
/** Capacities that learn of a result with the public: it is their colleagues' until then. */
const EMBARGOED_TO: ReadonlySet<Capacity> = new Set(['finance', 'officer', 'reviewer'])
/** What would tell of a result that is kept back. */
const TELLING: readonly Part[] = ['decision', 'states', 'attributes', 'approvals', 'fullHistory', 'allDeadlines']

/**
 * What may be seen of a case in these capacities together: the union of what each sees. Empty where the case is not
 * shown at all, and whoever asks cannot tell that it exists.
 */
export function visibleParts(capacities: Iterable<Capacity>, situation: Situation): ReadonlySet<Part> {
  const seen = new Set<Part>()
  for (const capacity of capacities) for (const part of partsOf(capacity, situation)) seen.add(part)
  return seen
}

function partsOf(capacity: Capacity, { kind, embargoed, preparing, announced }: Situation): readonly Part[] {
  if (kind === 'application' && preparing && NOT_OF_DRAFTS.has(capacity)) return []
  if (kind === 'call' && !announced && OF_CALL[capacity] === PUBLIC_CALL) return []
  const parts = (kind === 'call' ? OF_CALL : OF_APPLICATION)[capacity]
  if (!embargoed || !EMBARGOED_TO.has(capacity)) return parts
  return parts.filter((part) => !TELLING.includes(part))
}

/** Whether some situation lets this capacity see the case at all. */
export const seesApplications = (capacity: Capacity): boolean => OF_APPLICATION[capacity].length > 0
/** Capacities that never see drafts: a list for them leaves those out. */
export const seesDrafts = (capacity: Capacity): boolean => seesApplications(capacity) && !NOT_OF_DRAFTS.has(capacity)

/** Capacities from whom an embargoed result is kept. */
export const isEmbargoedTo = (capacity: Capacity): boolean => EMBARGOED_TO.has(capacity)

/** The table of what each capacity sees, for the document and its test. */
export function visibilityTable(situation: Situation): { capacity: Capacity; parts: ReadonlySet<Part> }[] {
  return CAPACITIES.map((capacity) => ({ capacity, parts: visibleParts([capacity], situation) }))
}

/** Answers of a form without those that only some may see: a field that is left out is not there, answered or not. */
export function shownAnswers<T>(answers: Readonly<Record<string, T>>, restricted: ReadonlySet<string>, seen: ReadonlySet<string> | 'all'): Record<string, T> {
  if (seen === 'all' || restricted.size === 0) return { ...answers }
  return Object.fromEntries(Object.entries(answers).filter(([name]) => !hides(name, restricted, seen)))
}

/** Totals of a field bear its name before their own: `bankAccountTotal` is as restricted as `bankAccount`. */
export function hides(name: string, restricted: ReadonlySet<string>, seen: ReadonlySet<string> | 'all'): boolean {
  if (seen === 'all') return false
  for (const field of restricted) if (!seen.has(field) && (name === field || (name.startsWith(field) && /^[A-Z]/.test(name.slice(field.length))))) return true
  return false
}
