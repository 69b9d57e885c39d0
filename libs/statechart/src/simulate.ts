import { PHASES, type StateNode } from './definition.js'
import type { CompiledProgramme } from './compile.js'
import type { ActingPerson } from './case-state.js'
import { isOver, type SimulatedCase } from './simulate-case.js'
import { Run } from './simulate-run.js'
import { pathsOf, type PhaseDuration, type SimulatedPath } from './simulate-tally.js'

export interface SimulateOptions {
  /** How many cases: those of the charts that others hold, and of charts that stand alone. */
  cases: number
  /** The same seed gives the same result, byte for byte. */
  seed: number
  /** When the virtual clock starts; 2026-04-01 in Tokyo unless said. */
  start?: Date
  /** Who works in the office. Roles that nobody here holds are held by invented persons, four or more each. */
  office?: readonly ActingPerson[]
}

export interface SimulationResult {
  cases: number
  /** Cases in a final state, and those at rest when the time was up. */
  finished: number
  /** Cases of any chart in which nobody can do anything and no timer runs, though the state is neither final nor resting. */
  stuck: { case: string; state: string }[]
  /** Finished cases by the state they are in. */
  byFinalState: Record<string, number>
  /** Timers, reminders among them: those that fired, and those that became void before. */
  deadlines: { fired: number; cancelled: number }
  notices: number
  virtualDays: number
  /** Cases neither finished nor stuck when the time was up. */
  underWay: number
  /** Messages between charts: those that moved their receiver, and those that came too late to. */
  messages: { taken: number; refused: number }
  events: Record<string, number>
  phases: Record<string, PhaseDuration>
  paths: SimulatedPath[]
  /** States that no case of this sample was ever in. */
  unvisited: string[]
}

const DAY = 86_400_000
const START = new Date('2026-04-01T00:00:00+09:00')

/**
 * Runs synthetic cases of a whole programme on a virtual clock: people of every role do what their roles allow,
 * with data made up to fit the rules, some of them late; timers fire when they are due; charts send each other
 * their messages. Every change goes through `begin`, `step`, `fire` and `recompute`. Twelve virtual years at most;
 * a case at rest then is finished, one that is not has three more to come to rest.
 *
 * Pure: the same programme and options give the same result. Throws RangeError where `cases` is no whole number from 1 on.
 *
 * @example simulate(programme, { cases: 1000, seed: 1 }).stuck // [] where no case can get stuck
 */
export function simulate(programme: CompiledProgramme, options: SimulateOptions): SimulationResult {
  if (!Number.isSafeInteger(options.cases) || options.cases < 1) throw new RangeError(`cases: ${options.cases} is not a whole number from 1 on`)
  if (!Number.isSafeInteger(options.seed)) throw new RangeError(`seed: ${options.seed} is not a whole number`)
  const start = options.start ?? START
  const run = new Run(programme, options.cases, options.seed, start, options.office ?? [])
  run.run()
  return resultOf(programme, run, start)
}

function resultOf(programme: CompiledProgramme, run: Run, start: Date): SimulationResult {
  const counted = run.cases.filter((one) => one.plan.counted)
  const finished = counted.filter(isOver)
  const stuck = run.cases.filter((one) => run.isStuck(one))
  return {
    cases: counted.length,
    finished: finished.length,
    stuck: stuck.map((one) => ({ case: one.id, state: stateOf(one) })),
    byFinalState: countBy(finished.map(stateOf)),
    deadlines: { fired: run.tally.fired, cancelled: run.tally.cancelled },
    notices: run.tally.notices,
    virtualDays: Math.ceil((run.now - start.getTime()) / DAY),
    underWay: counted.length - finished.length - stuck.filter((one) => one.plan.counted).length,
    messages: run.tally.messages,
    events: run.tally.eventCounts(),
    phases: run.tally.durations(PHASES),
    paths: pathsOf(counted),
    unvisited: unvisited(programme, run),
  }
}

const stateOf = (one: SimulatedCase): string => one.view.states.join(' + ')

function countBy(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** A case never stays where an `always` without a guard leads on. */
const passesThrough = (node: StateNode): boolean => node.always?.some((one) => one.guard === undefined) ?? false

function unvisited(programme: CompiledProgramme, run: Run): string[] {
  return [...programme.charts.values()].flatMap((chart) =>
    [...chart.nodes.values()]
      .filter(({ node, place }) => node.states === undefined && node.type !== 'history' && !passesThrough(node) && !run.tally.hasSeen(chart.name, place))
      .map(({ place }) => `${chart.name}.${place}`),
  )
}
