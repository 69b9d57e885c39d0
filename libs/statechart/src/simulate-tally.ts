import type { CaseView } from './case-state.js'
import type { SimulatedCase } from './simulate-case.js'

const DAY = 86_400_000

export interface PhaseDuration {
  /** Stays in the phase that have ended. */
  stays: number
  medianDays: number
  p90Days: number
}

/** Counts what happens; all that is kept of a case is where it went and for how long. */
export class Tally {
  fired = 0
  cancelled = 0
  notices = 0
  readonly messages = { taken: 0, refused: 0 }
  private readonly events = new Map<string, number>()
  private readonly stays = new Map<string, number[]>()
  private readonly visited = new Set<string>()

  took(type: string): void {
    this.events.set(type, (this.events.get(type) ?? 0) + 1)
  }

  stands(chart: string, view: CaseView): void {
    for (const place of view.states) this.visited.add(`${chart}.${place}`)
  }

  left(phase: string, since: number, now: number): void {
    const known = this.stays.get(phase)
    if (known) known.push(now - since)
    else this.stays.set(phase, [now - since])
  }

  hasSeen(chart: string, place: string): boolean {
    return this.visited.has(`${chart}.${place}`)
  }

  eventCounts(): Record<string, number> {
    return Object.fromEntries([...this.events].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  durations(order: readonly string[]): Record<string, PhaseDuration> {
    return Object.fromEntries(
      order.flatMap((phase) => {
        const stays = this.stays.get(phase)
        if (!stays) return []
        stays.sort((a, b) => a - b)
        return [[phase, { stays: stays.length, medianDays: daysAt(stays, 0.5), p90Days: daysAt(stays, 0.9) }]]
      }),
    )
  }
}

/** The nearest rank, in days to one decimal. */
function daysAt(sorted: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(sorted.length * share))
  return Math.round(((sorted[rank - 1] as number) / DAY) * 10) / 10
}

export interface SimulatedPath {
  chart: string
  phases: string[]
  cases: number
}

/** The ways that cases took through the phases, the most frequent first. */
export function pathsOf(cases: readonly SimulatedCase[]): SimulatedPath[] {
  const paths = new Map<string, SimulatedPath>()
  for (const { plan, phases } of cases) {
    const key = `${plan.chart.name} ${phases.join(' ')}`
    const path = paths.get(key) ?? { chart: plan.chart.name, phases, cases: 0 }
    path.cases++
    paths.set(key, path)
  }
  return [...paths].sort(([a, one], [b, other]) => other.cases - one.cases || (a < b ? -1 : 1)).map(([, path]) => path)
}
