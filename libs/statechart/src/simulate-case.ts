import { fiscalYearOf } from '@saitaku/calendar'
import type { CaseState, CaseView, Facts, TimerSet } from './case-state.js'
import type { Expression } from './expression.js'
import { atPath, type Json, type JsonObject } from './json.js'
import type { ChartPlan, CountedFact } from './simulate-plan.js'

/** Whose case it is. What facts count over its cases is kept here, so that no step counts them anew. */
export interface Organisation {
  facts: JsonObject
  membership: Record<string, boolean>
  counts: Map<string, number>
}

/** A form as somebody filled it in, and what expressions read of it. */
export interface Answers {
  given: Record<string, Json>
  facts: JsonObject
}

export interface ArmedTimer extends TimerSet {
  /** A wake-up that was noted for an earlier setting of the timer is void. */
  setting: number
}

/** A case that lives in the simulation alone. */
export interface SimulatedCase {
  id: string
  plan: ChartPlan
  state: CaseState
  view: CaseView
  parent: SimulatedCase | undefined
  children: SimulatedCase[]
  organisation: Organisation
  /** Facts that steps read, by root; kept up to date in place. */
  facts: Facts
  /** The forms as last filled in, by root. */
  answers: Map<string, Answers>
  counts: Map<string, number>
  timers: Map<string, ArmedTimer>
  /** How often each event was taken: people tire of repeating themselves. */
  taken: Map<string, number>
  /** When somebody looks at it next, and which of the noted looks counts. */
  look: { at: number; number: number } | undefined
  /** Children wait for it to open: nobody lets it rest. */
  awaited: boolean
  /** Looks in a row at which nothing was done. */
  idle: number
  /** Where it is since when, for durations. */
  phase: string | null
  phaseSince: number
  phases: string[]
}

export const isResting = (one: SimulatedCase): boolean => one.view.tags.includes('resting')
export const isOver = (one: SimulatedCase): boolean => one.view.done || isResting(one)

/** Whether a case that stands so is one of those that the fact counts. */
export function isCounted(fact: CountedFact, chart: string, view: CaseView): boolean {
  return fact.chart === chart && (fact.inPhase === undefined || view.phase === fact.inPhase) && (fact.inTag === undefined || view.tags.includes(fact.inTag))
}

/** Brings the facts that move by themselves up to date: the parent's attributes, the counts, the memberships. */
export function refreshFacts(one: SimulatedCase): void {
  const { plan, facts, organisation, parent } = one
  if (parent) facts[parent.plan.chart.name] = parent.state.attributes
  const declared = facts.facts as JsonObject
  for (const fact of plan.counts) declared[fact.name] = fact.kind === 'children' ? (one.counts.get(fact.name) ?? 0) : othersCounted(one, fact)
  for (const name of plan.membership) declared[name] = organisation.membership[name] ?? false
}

function othersCounted(one: SimulatedCase, fact: CountedFact): number {
  const all = one.organisation.counts.get(othersKey(fact, one.parent)) ?? 0
  return isCounted(fact, one.plan.chart.name, one.view) ? all - 1 : all
}

export function othersKey(fact: CountedFact, parent: SimulatedCase | undefined): string {
  return fact.sameCall ? `${fact.name}@${parent?.id ?? ''}` : fact.name
}

/**
 * What expressions would read if this event came now. The simulation looks before it leaps: a step costs
 * twenty times as much as a guard, and most events that chance thinks of are not possible.
 */
export class Reading {
  private fiscalYear: JsonObject | undefined

  constructor(
    private readonly one: SimulatedCase,
    private readonly now: Date,
    private readonly data: JsonObject,
  ) {}

  evaluate(expression: Expression): unknown {
    const result = expression.evaluate((path) => this.at(path))
    return result.ok ? result.value : undefined
  }

  at(path: readonly string[]): Json | undefined {
    const [root, ...rest] = path
    const { chart } = this.one.plan
    switch (root) {
      case undefined:
        return undefined
      case 'now':
        return this.now.toISOString()
      case 'case':
      case chart.name:
        return atPath(this.one.state.attributes, rest)
      case 'event':
        return rest[0] === 'receivedAt' ? this.now.toISOString() : atPath(this.data, rest)
      case 'fiscalYear':
        return atPath((this.fiscalYear ??= fiscalYearJson(this.now, chart.definition.fiscalYear.startsOn)), rest)
      case 'amounts':
        return this.amount(rest[0] ?? '')
      case 'params':
        return this.param(rest[0] ?? '')
      default:
        return atPath(this.one.facts[root], rest)
    }
  }

  private amount(name: string): Json | undefined {
    const expression = this.one.plan.chart.amounts.get(name)
    const value = expression && this.evaluate(expression)
    return typeof value === 'bigint' ? Number(value) : undefined
  }

  private param(name: string): Json | undefined {
    const own = this.one.plan.parent === undefined ? this.one.state.attributes : this.one.parent?.state.attributes
    return atPath(own, ['params', name]) ?? this.one.plan.chart.definition.params[name]?.value
  }
}

function fiscalYearJson(now: Date, startsOn: string): JsonObject {
  const { year, start, end } = fiscalYearOf(now, startsOn)
  return { year, start: start.toISOString(), end: end.toISOString() }
}
