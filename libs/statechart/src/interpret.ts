import { createActor, type AnyMachineSnapshot } from 'xstate'
import type { CompiledChart } from './compile.js'

/** An action that XState hands back unexecuted. */
export interface HandedBack {
  type: string
  params?: unknown
}

type Scope = Parameters<CompiledChart['machine']['transition']>[2]

/**
 * XState's `initialTransition` and `transition`, over a scope that is made once for each chart. XState's own make an
 * actor for every call, and making one takes the machine through its initial state: our actions there would
 * run again in every step (they did), and it costs more than the step itself.
 */
const scopes = new WeakMap<CompiledChart, Scope>()

export function enterInitial(chart: CompiledChart): [AnyMachineSnapshot, HandedBack[]] {
  return collecting(chart, (scope) => chart.machine.getInitialSnapshot(scope, undefined) as AnyMachineSnapshot)
}

export function transitionOn(chart: CompiledChart, snapshot: AnyMachineSnapshot, type: string): [AnyMachineSnapshot, HandedBack[]] {
  return collecting(chart, (scope) => chart.machine.transition(snapshot as never, { type }, scope) as AnyMachineSnapshot)
}

function collecting(chart: CompiledChart, work: (scope: Scope) => AnyMachineSnapshot): [AnyMachineSnapshot, HandedBack[]] {
  const actions: HandedBack[] = []
  const scope = { ...inertScope(chart), actionExecutor: (action: HandedBack) => void actions.push(action) } as Scope
  return [work(scope), actions]
}

function inertScope(chart: CompiledChart): Scope {
  let scope = scopes.get(chart)
  if (!scope) {
    const { cell } = chart
    const deciding = cell.current
    cell.current = undefined // nobody decides while the actor is made: no guard holds, no action is noted
    try {
      const self = createActor(chart.machine)
      scope = {
        self, system: self.system, id: '', sessionId: '', logger: () => undefined, defer: () => undefined, stopChild: () => undefined, emit: () => undefined, actionExecutor: () => undefined,
      }
    } finally {
      cell.current = deciding
    }
    scopes.set(chart, scope)
  }
  return scope
}
