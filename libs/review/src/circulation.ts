/** An arc that must carry at least `lower` and can carry at most `upper`. */
export interface Arc {
  from: number
  to: number
  lower: number
  upper: number
}

/**
 * Whether a circulation exists: as much flows into every node as out of it, within the bounds of every arc. By a maximum flow
 * (Dinic) from a source that supplies what lower bounds bring into each node to a sink that takes what they draw from it.
 */
export function circulates(nodes: number, arcs: readonly Arc[]): boolean {
  if (arcs.some((arc) => arc.lower > arc.upper)) return false
  const [source, sink] = [nodes, nodes + 1]
  const surplus = new Array<number>(nodes).fill(0)
  for (const { from, to, lower } of arcs) {
    surplus[to] = (surplus[to] ?? 0) + lower
    surplus[from] = (surplus[from] ?? 0) - lower
  }
  const capacities: Arc[] = [
    ...arcs.map(({ from, to, lower, upper }) => ({ from, to, lower: 0, upper: upper - lower })),
    ...surplus.flatMap((amount, node) => (amount > 0 ? [{ from: source, to: node, lower: 0, upper: amount }] : amount < 0 ? [{ from: node, to: sink, lower: 0, upper: -amount }] : [])),
  ]
  const needed = surplus.reduce((sum, amount) => sum + Math.max(0, amount), 0)
  return new Flow(nodes + 2, capacities).most(source, sink) === needed
}

/** Arcs 2i and 2i+1 are the i-th arc and its way back. */
class Flow {
  private readonly head: Int32Array
  private readonly next: Int32Array
  private readonly to: Int32Array
  private readonly room: Float64Array
  private readonly level: Int32Array
  private readonly open: Int32Array

  constructor(nodes: number, arcs: readonly Arc[]) {
    this.head = new Int32Array(nodes).fill(-1)
    this.next = new Int32Array(2 * arcs.length)
    this.to = new Int32Array(2 * arcs.length)
    this.room = new Float64Array(2 * arcs.length)
    this.level = new Int32Array(nodes)
    this.open = new Int32Array(nodes)
    arcs.forEach(({ from, to, upper }, i) => {
      this.link(2 * i, from, to, upper)
      this.link(2 * i + 1, to, from, 0)
    })
  }

  most(source: number, sink: number): number {
    let total = 0
    while (this.layer(source, sink)) {
      this.open.set(this.head)
      for (let pushed = this.push(source, sink, Infinity); pushed > 0; pushed = this.push(source, sink, Infinity)) total += pushed
    }
    return total
  }

  private link(arc: number, from: number, to: number, room: number): void {
    this.to[arc] = to
    this.room[arc] = room
    this.next[arc] = this.head[from] ?? -1
    this.head[from] = arc
  }

  /** Distances from the source over arcs that have room. */
  private layer(source: number, sink: number): boolean {
    this.level.fill(-1)
    this.level[source] = 0
    const queue = [source]
    for (const node of queue) {
      for (let arc = this.head[node] ?? -1; arc >= 0; arc = this.next[arc] ?? -1) {
        const to = this.to[arc] ?? 0
        if ((this.room[arc] ?? 0) <= 0 || (this.level[to] ?? 0) >= 0) continue
        this.level[to] = (this.level[node] ?? 0) + 1
        queue.push(to)
      }
    }
    return (this.level[sink] ?? -1) >= 0
  }

  /** Along one shortest path; the depth is the number of layers, which is small between two sides. */
  private push(node: number, sink: number, most: number): number {
    if (node === sink) return most
    for (let arc = this.open[node] ?? -1; arc >= 0; arc = this.next[arc] ?? -1) {
      this.open[node] = arc
      const [to, room] = [this.to[arc] ?? 0, this.room[arc] ?? 0]
      if (room <= 0 || this.level[to] !== (this.level[node] ?? 0) + 1) continue
      const pushed = this.push(to, sink, Math.min(most, room))
      if (pushed === 0) continue
      this.room[arc] = room - pushed
      this.room[arc ^ 1] = (this.room[arc ^ 1] ?? 0) + pushed
      return pushed
    }
    this.open[node] = -1
    return 0
  }
}
