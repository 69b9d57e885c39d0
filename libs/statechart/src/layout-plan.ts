export interface LayoutBox {
  id: string
  /** Of the box; of a container, the size of its heading. In pixels, as everything here. */
  width: number
  height: number
  children?: LayoutBox[]
  /** Side by side, as the regions of a parallel state; the others follow their arrows. */
  beside?: boolean
  /** The child that a dot points to. */
  initial?: string
}
/** Neither end may hold the other, and two boxes side by side are not joined. */
export interface LayoutEdge {
  id: string
  from: string
  to: string
  /** Of its label. */
  width: number
  height: number
}
/** Part of an edge within one container: from a box to another, or to the container's border. */
export interface PlannedArc {
  edge: string
  /** Its place among the parts of the edge, from the edge's beginning. */
  order: number
  upper: string
  lower: string
  /** The edge runs from the upper end to the lower. */
  down: boolean
  labelled: boolean
}
export interface Port {
  key: string
  edge: string
  top: boolean
}
export interface ContainerPlan {
  /** Children in the order in which they are reached. */
  order: LayoutBox[]
  ranks: Map<string, number>
  arcs: PlannedArc[]
  ports: Port[]
}

interface Lifted {
  edge: LayoutEdge
  from: string
  to: string
}

/** Ranks the children of every container, and cuts every edge where it passes a border. */
export function planRoutes(root: LayoutBox, edges: readonly LayoutEdge[]): Map<string, ContainerPlan> {
  const chains = chainsOf(root)
  const lifted = new Map<string, Lifted[]>()
  for (const edge of edges) {
    const { common, from, to } = meeting(chains, edge)
    lifted.set(common, [...(lifted.get(common) ?? []), { edge, from, to }])
  }
  const plans = new Map<string, ContainerPlan>()
  rankAll(root, lifted, plans)
  for (const edge of edges) cut(edge, chains, plans)
  return plans
}

/** For each box, the boxes that hold it, from the root down to itself. */
function chainsOf(root: LayoutBox): Map<string, string[]> {
  const chains = new Map<string, string[]>()
  const walk = (box: LayoutBox, above: string[]): void => {
    const chain = [...above, box.id]
    chains.set(box.id, chain)
    for (const child of box.children ?? []) walk(child, chain)
  }
  walk(root, [])
  return chains
}

/** The innermost container that holds both ends, and its children that are or hold them. */
function meeting(chains: Map<string, string[]>, edge: LayoutEdge): { common: string; from: string; to: string; depth: number } {
  const a = chains.get(edge.from)
  const b = chains.get(edge.to)
  if (!a || !b) throw new RangeError(`edge ${edge.id} joins ${edge.from} and ${edge.to}, which are not both drawn`)
  let depth = 0
  while (a[depth] !== undefined && a[depth] === b[depth]) depth++
  const [from, to, common] = [a[depth], b[depth], a[depth - 1]]
  if (from === undefined || to === undefined || common === undefined) throw new RangeError(`edge ${edge.id}: one of ${edge.from} and ${edge.to} holds the other`)
  return { common, from, to, depth }
}

function rankAll(box: LayoutBox, lifted: Map<string, Lifted[]>, plans: Map<string, ContainerPlan>): void {
  const children = box.children ?? []
  const own = lifted.get(box.id) ?? []
  const order = box.beside ? [...children] : reachOrder(children, box.initial, own)
  plans.set(box.id, { order, ranks: box.beside ? new Map<string, number>() : ranksOf(order, own), arcs: [], ports: [] })
  for (const child of children) if (child.children) rankAll(child, lifted, plans)
}

/** Breadth first from the initial child: what is reached in fewer steps comes first. */
function reachOrder(children: readonly LayoutBox[], initial: string | undefined, edges: readonly Lifted[]): LayoutBox[] {
  const left = new Map(children.map((child) => [child.id, child]))
  const order: LayoutBox[] = []
  const reach = (id: string): void => {
    const queue = [id]
    for (let here = queue.shift(); here !== undefined; here = queue.shift()) {
      const box = left.get(here)
      if (!box) continue
      left.delete(here)
      order.push(box)
      queue.push(...edges.flatMap((edge) => (edge.from === here ? [edge.to] : [])))
    }
  }
  if (initial !== undefined) reach(initial)
  for (const child of children) reach(child.id)
  return order
}

/** The longest way to each child along the edges that do not lead back into a cycle: so every edge goes down, or up, and none lies level. */
function ranksOf(order: readonly LayoutBox[], edges: readonly Lifted[]): Map<string, number> {
  const { finished, forward } = forwardEdges(order, edges)
  const ranks = new Map<string, number>()
  for (const id of finished.reverse()) ranks.set(id, Math.max(0, ...forward.flatMap((edge) => (edge.to === id ? [(ranks.get(edge.from) as number) + 1] : []))))
  return ranks
}

/** Depth first; an edge to a child that is still being explored leads back. */
function forwardEdges(order: readonly LayoutBox[], edges: readonly Lifted[]): { finished: string[]; forward: Lifted[] } {
  const entered = new Set<string>()
  const exploring = new Set<string>()
  const finished: string[] = []
  const forward: Lifted[] = []
  const explore = (id: string): void => {
    if (entered.has(id)) return
    entered.add(id)
    exploring.add(id)
    for (const edge of edges) {
      if (edge.from !== id || exploring.has(edge.to)) continue
      forward.push(edge)
      explore(edge.to)
    }
    exploring.delete(id)
    finished.push(id)
  }
  for (const { id } of order) explore(id)
  return { finished, forward }
}

/** Cuts an edge into arcs, its beginning first. Downwards it leaves containers through the bottom, upwards through the top. */
function cut(edge: LayoutEdge, chains: Map<string, string[]>, plans: Map<string, ContainerPlan>): void {
  const { common, from, to, depth } = meeting(chains, edge)
  const plan = plans.get(common) as ContainerPlan
  const down = (plan.ranks.get(from) ?? 0) < (plan.ranks.get(to) ?? 0)
  const source = chains.get(edge.from) as string[]
  const target = chains.get(edge.to) as string[]
  let order = 0
  const add = (container: string, begin: string, end: string): void => {
    const [upper, lower] = down ? [begin, end] : [end, begin]
    plans.get(container)?.arcs.push({ edge: edge.id, order, upper, lower, down, labelled: order === 0 })
    order++
  }
  const port = (container: string, top: boolean): string => {
    const key = `@port ${edge.id}`
    plans.get(container)?.ports.push({ key, edge: edge.id, top })
    return key
  }
  for (let level = source.length - 1; level > depth; level--) {
    const container = source[level - 1] as string
    add(container, source[level] as string, port(container, !down))
  }
  add(common, from, to)
  for (let level = depth + 1; level < target.length; level++) {
    const container = target[level - 1] as string
    add(container, port(container, down), target[level] as string)
  }
}
