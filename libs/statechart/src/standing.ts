import type { AnyMachineSnapshot } from 'xstate'
import type { CaseView, Configuration } from './case-state.js'
import type { CompiledChart, CompiledTransition } from './compile.js'
import type { Json, JsonObject } from './json.js'
import { viewOf } from './view.js'

/**
 * Where a case stands in its chart: a configuration, with what follows from it alone. Cases are many and
 * configurations are few, so each is worked out once a chart and shared; nothing in it may be changed.
 */
export interface Standing {
  /** Names the configuration within its chart. */
  readonly key: string
  readonly at: Configuration
  readonly snapshot: AnyMachineSnapshot
  /** XState's ids of the active states. */
  readonly nodes: readonly string[]
  readonly active: ReadonlySet<string>
  readonly view: CaseView
  /** Transitions by events that the active states declare, the innermost first. */
  readonly here: readonly CompiledTransition[]
}

/** History multiplies configurations; beyond this many they are worked out anew. */
const KEPT = 2000
const standings = new WeakMap<CompiledChart, Map<string, Standing>>()

/** The standing of a configuration as it was kept. Throws where the chart has no such configuration. */
export function standingOf(chart: CompiledChart, at: Configuration): Standing {
  return kept(chart, JSON.stringify(at), () => restore(chart, at))
}

/** The standing that XState has come to. */
export function standingAfter(chart: CompiledChart, snapshot: AnyMachineSnapshot): Standing {
  return kept(chart, JSON.stringify(persist(chart, snapshot)), () => snapshot)
}

function kept(chart: CompiledChart, key: string, snapshotOf: () => AnyMachineSnapshot): Standing {
  let known = standings.get(chart)
  if (!known) {
    known = new Map()
    standings.set(chart, known)
  }
  let standing = known.get(key)
  if (!standing) {
    standing = describe(chart, key, snapshotOf())
    if (known.size >= KEPT) known.clear()
    known.set(key, standing)
  }
  return standing
}

function describe(chart: CompiledChart, key: string, snapshot: AnyMachineSnapshot): Standing {
  const nodes = snapshot._nodes.map((node) => node.id)
  const active = new Set(nodes)
  const depth = (one: CompiledTransition): number => chart.nodes.get(one.node)?.depth ?? 0
  return {
    key, at: JSON.parse(key) as Configuration, snapshot, nodes, active,
    view: viewOf(chart, nodes, snapshot.status === 'done'),
    here: chart.transitions.filter((one) => one.kind === 'event' && active.has(one.node)).sort((a, b) => depth(b) - depth(a) || a.index - b.index),
  }
}

function restore(chart: CompiledChart, at: Configuration): AnyMachineSnapshot {
  const persisted = { status: at.done ? 'done' : 'active', value: at.value, historyValue: at.history ?? {}, context: {}, children: {} }
  return chart.machine.restoreSnapshot(persisted as never, undefined as never) as AnyMachineSnapshot
}

function persist(chart: CompiledChart, snapshot: AnyMachineSnapshot): Configuration {
  const persisted = chart.machine.getPersistedSnapshot(snapshot as never) as unknown as { value: Json; historyValue?: JsonObject }
  const history = persisted.historyValue && Object.keys(persisted.historyValue).length > 0 ? persisted.historyValue : undefined
  return { value: persisted.value, ...(history ? { history } : {}), ...(snapshot.status === 'done' ? { done: true as const } : {}) }
}
