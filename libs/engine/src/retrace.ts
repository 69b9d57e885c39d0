import { begin, fire, step, type CaseState, type CompiledChart, type Facts, type JsonObject, type Stepped } from '@saitaku/statechart'
import { Defect } from './command.js'

/** An event as the record keeps it, as far as it says where a case went. */
export interface RecordedEvent {
  seq: number
  /** An instant, or its text as JSON carries it. */
  at: Date | string
  type: string
  door: 'create' | 'event' | 'timer' | 'engine'
  actor: { id: string | null; roles: string[] }
  payload: JsonObject
  facts: JsonObject
  numbers: { name: string; text: string; effect: number | null }[] | null
}

/**
 * Takes a case through one recorded event again, with the facts that were read then and the numbers that were given,
 * and returns where it stands after it. Undefined where the event only set timers anew: the case stands where it stood. Throws
 * `Defect` where the chart no longer takes the event; whether the record was tampered with is the audit's to say.
 */
export function retrace(chart: CompiledChart, state: CaseState | undefined, event: RecordedEvent): Stepped | undefined {
  if (event.door === 'engine') return undefined
  const stepped = taken(chart, state, event)
  if (!stepped) throw new Defect(`Event ${event.seq} is not taken by chart ${chart.name}`)
  if (!event.numbers || event.numbers.length === 0) return stepped
  const numbers = Object.fromEntries(event.numbers.map(({ name, text }) => [name, text]))
  return { ...stepped, state: { ...stepped.state, attributes: { ...stepped.state.attributes, ...numbers } } }
}

function taken(chart: CompiledChart, state: CaseState | undefined, { door, type, actor, payload, ...event }: RecordedEvent): Stepped | undefined {
  const at = new Date(event.at)
  const facts = factsRead(event.facts)
  if (door === 'create') return begin(chart, (payload.attributes ?? {}) as JsonObject, facts, at)
  if (!state) return undefined
  if (door === 'timer') return fire(chart, state, type, new Date(payload.dueAt as string), facts, at) ?? undefined
  const receivedAt = typeof payload.receivedAt === 'string' ? new Date(payload.receivedAt) : at
  const result = step(chart, state, { type, data: (payload.data ?? {}) as JsonObject, actor, receivedAt }, facts, at)
  return result.ok ? result : undefined
}

/** What was read, kept by dotted paths → the tree that expressions read. */
export function factsRead(read: JsonObject): Facts {
  const facts: Facts = {}
  for (const [path, value] of Object.entries(read)) {
    const keys = path.split('.')
    let here: JsonObject = facts
    for (const key of keys.slice(0, -1)) here = (here[key] ??= {}) as JsonObject
    here[keys.at(-1) ?? ''] = value
  }
  return facts
}
