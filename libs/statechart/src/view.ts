import { isPhase, type CompiledChart, type NodeInfo } from './compile.js'
import type { CaseView } from './case-state.js'

/** The XState node ids of a configuration → where the case stands. A deeper state's word replaces an outer one's. */
export function viewOf(chart: CompiledChart, active: Iterable<string>, done: boolean): CaseView {
  const nodes = [...active].flatMap((id) => chart.nodes.get(id) ?? []).sort((a, b) => a.order - b.order)
  const parents = new Set(nodes.map((node) => node.parent))
  const deepest = <T>(of: (node: NodeInfo) => T | undefined): T | null => {
    let best: { value: T; depth: number } | undefined
    for (const node of nodes) {
      const value = of(node)
      if (value !== undefined && (!best || node.depth > best.depth)) best = { value, depth: node.depth }
    }
    return best ? best.value : null
  }
  const phase = deepest((node) => node.node.tags?.find(isPhase))
  const tags = new Set(nodes.flatMap((node) => node.node.tags ?? []).filter((tag) => !isPhase(tag)))
  return {
    states: nodes.filter((node) => !parents.has(node.id)).map((node) => node.place),
    phase,
    publicStatus: deepest((node) => node.node.publicStatus),
    turn: deepest((node) => node.node.turn),
    tags: phase ? [phase, ...tags] : [...tags],
    done,
  }
}
