/**
 * The order of nodes within the rows of a layered drawing, by barycentres: each node moves to the mean
 * position of its neighbours, row by row, down and up; the order with the fewest crossings is kept.
 */

export interface OrderedNode {
  row: number
  /** Always first in its row: a container's heading. */
  first?: boolean
}
/** An arc of neighbouring rows, and where in its ends (−0.5 to 0.5 of a place) it is attached. */
export interface OrderedArc {
  upper: number
  lower: number
  upperShift: number
  lowerShift: number
}

const SWEEPS = 16

/** The nodes' numbers, row by row from the top. The order in which nodes are given decides between equals. */
export function orderRows(nodes: readonly OrderedNode[], arcs: readonly OrderedArc[]): number[][] {
  const count = Math.max(-1, ...nodes.map((node) => node.row)) + 1
  let rows = Array.from({ length: count }, (_, row) => nodes.flatMap((node, i) => (node.row === row ? [i] : [])).sort((a, b) => Number(nodes[b]?.first ?? false) - Number(nodes[a]?.first ?? false)))
  let best = rows
  let fewest = crossings(rows, nodes, arcs)
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    rows = swept(rows, nodes, arcs, sweep % 2 === 0)
    const found = crossings(rows, nodes, arcs)
    if (found < fewest) [best, fewest] = [rows, found]
  }
  return best
}

function placesOf(rows: readonly (readonly number[])[]): number[] {
  const places: number[] = []
  for (const row of rows) for (const [place, node] of row.entries()) places[node] = place
  return places
}

function swept(rows: readonly (readonly number[])[], nodes: readonly OrderedNode[], arcs: readonly OrderedArc[], down: boolean): number[][] {
  const next = rows.map((row) => [...row])
  const places = placesOf(rows)
  const order = [...next.keys()]
  for (const r of down ? order : order.reverse()) {
    const row = next[r] as number[]
    const keys = new Map(row.map((node) => [node, barycentre(node, places, arcs, down)]))
    row.sort((a, b) => Number(nodes[b]?.first ?? false) - Number(nodes[a]?.first ?? false) || (keys.get(a) as number) - (keys.get(b) as number) || (places[a] as number) - (places[b] as number))
    for (const [place, node] of row.entries()) places[node] = place
  }
  return next
}

/** The mean place of what a node is tied to in the row above (or below); its own place where that is nothing. */
function barycentre(node: number, places: readonly number[], arcs: readonly OrderedArc[], above: boolean): number {
  let sum = 0
  let count = 0
  for (const arc of arcs) {
    if ((above ? arc.lower : arc.upper) !== node) continue
    sum += above ? (places[arc.upper] as number) + arc.upperShift - arc.lowerShift / 4 : (places[arc.lower] as number) + arc.lowerShift - arc.upperShift / 4
    count++
  }
  return count === 0 ? (places[node] as number) : sum / count
}

function crossings(rows: readonly (readonly number[])[], nodes: readonly OrderedNode[], arcs: readonly OrderedArc[]): number {
  const places = placesOf(rows)
  let total = 0
  for (const [i, a] of arcs.entries())
    for (const b of arcs.slice(i + 1)) {
      if (nodes[a.upper]?.row !== nodes[b.upper]?.row) continue
      const above = (places[a.upper] as number) + a.upperShift - (places[b.upper] as number) - b.upperShift
      const below = (places[a.lower] as number) + a.lowerShift - (places[b.lower] as number) - b.lowerShift
      if (above * below < 0) total++
    }
  return total
}
