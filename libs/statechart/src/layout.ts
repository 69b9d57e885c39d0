import { orderRows } from './layout-order.js'
import { placeRow } from './layout-place.js'
import { planRoutes, type ContainerPlan, type LayoutBox, type LayoutEdge, type PlannedArc } from './layout-plan.js'

export type { LayoutBox, LayoutEdge } from './layout-plan.js'

/**
 * Draws nested boxes and the arrows between them: rows from the top down, containers laid out recursively. An
 * arrow that leaves its container passes through a port in its border; between rows it runs in a track of its
 * own, and where it passes a row it has a place in that row. So no arrow runs through a box or a text.
 */

export interface Point {
  x: number
  y: number
}
export interface Rect extends Point {
  width: number
  height: number
}
export interface Layout {
  width: number
  height: number
  boxes: Map<string, Rect>
  /** Corners from end to end, and the left upper corner of the label. */
  edges: Map<string, { points: Point[]; label: Point }>
  /** From the dot of a container to its initial child. */
  starts: Map<string, Point[]>
}

const PADDING = 14
const GAP = 16
const TRACK = 8
const QUIET = 7
const ARROW = 17
const DOT = 10
/** Between an arrow and its label. */
const LABEL_LEFT = 6

export function layout(root: LayoutBox, edges: readonly LayoutEdge[]): Layout {
  const plans = planRoutes(root, edges)
  const drawn = drawContainer(root, plans, new Map(edges.map((edge) => [edge.id, edge])))
  const result: Layout = { width: drawn.width, height: drawn.height, boxes: new Map(), edges: new Map(), starts: new Map() }
  const pieces = new Map<string, { order: number; points: Point[] }[]>()
  const labels = new Map<string, Point>()
  collect(root.id, drawn, { x: 0, y: 0 }, result, pieces, labels)
  for (const { id } of edges) {
    const points = (pieces.get(id) ?? []).sort((a, b) => a.order - b.order).flatMap((piece) => piece.points)
    result.edges.set(id, { points: simplified(points), label: labels.get(id) ?? { x: 0, y: 0 } })
  }
  return result
}

interface Drawn {
  width: number
  height: number
  children: Map<string, { drawn: Drawn | undefined; rect: Rect }>
  pieces: { edge: string; order: number; points: Point[]; label: Point | undefined }[]
  start: Point[] | undefined
  /** Where arrows pass its border, from its left edge. */
  ports: Map<string, number>
}

/** A box, or what else takes up place in a row. */
interface Place {
  kind: 'box' | 'heading' | 'dot' | 'port' | 'label' | 'way'
  row: number
  width: number
  height: number
  box?: LayoutBox
  drawn?: Drawn | undefined
  x: number
  first: boolean
}
/** One step of an arc, from a row to the next. */
interface Link {
  arc: PlannedArc
  upper: number
  lower: number
  /** From the centres of the two places. */
  upperShift: number
  lowerShift: number
}

function collect(id: string, drawn: Drawn, at: Point, result: Layout, pieces: Map<string, { order: number; points: Point[] }[]>, labels: Map<string, Point>): void {
  result.boxes.set(id, { ...at, width: drawn.width, height: drawn.height })
  const moved = ({ x, y }: Point): Point => ({ x: round(x + at.x), y: round(y + at.y) })
  if (drawn.start) result.starts.set(id, drawn.start.map(moved))
  for (const piece of drawn.pieces) {
    pieces.set(piece.edge, [...(pieces.get(piece.edge) ?? []), { order: piece.order, points: piece.points.map(moved) }])
    if (piece.label) labels.set(piece.edge, moved(piece.label))
  }
  for (const [child, { drawn: inner, rect }] of drawn.children) {
    const place = moved(rect)
    if (inner) collect(child, inner, place, result, pieces, labels)
    else result.boxes.set(child, { ...place, width: rect.width, height: rect.height })
  }
}

const round = (n: number): number => Math.round(n * 10) / 10

// ── one container ──────────────────────────────────────────────────────────────────────────────────────────

function drawContainer(box: LayoutBox, plans: Map<string, ContainerPlan>, edges: Map<string, LayoutEdge>): Drawn {
  return new ContainerDrawing(box, plans, edges).draw()
}

class ContainerDrawing {
  private readonly plan: ContainerPlan
  private readonly places: Place[] = []
  private readonly links: Link[] = []
  private readonly byKey = new Map<string, number>()
  private readonly linksAt = new Map<number, Link[]>()
  private rows: number[][] = []
  private readonly lastRow: number

  constructor(
    private readonly box: LayoutBox,
    private readonly plans: Map<string, ContainerPlan>,
    private readonly edges: Map<string, LayoutEdge>,
  ) {
    this.plan = plans.get(box.id) as ContainerPlan
    this.lastRow = 2 * Math.max(0, ...this.plan.ranks.values()) + 4
  }

  draw(): Drawn {
    this.putPlaces()
    for (const arc of this.plan.arcs) this.putArc(arc)
    this.rows = orderRows(this.places, this.links.map(({ upper, lower, upperShift, lowerShift }) => ({ upper, lower, upperShift: this.share(upper, upperShift), lowerShift: this.share(lower, lowerShift) })))
    for (const link of this.links) for (const end of [link.upper, link.lower]) this.linksAt.set(end, [...(this.linksAt.get(end) ?? []), link])
    this.pack()
    this.align(40)
    for (let pass = 0; pass < 8; pass++) {
      this.attach()
      this.align(8)
    }
    this.attach()
    return this.measure()
  }

  private share(place: number, shift: number): number {
    return shift / Math.max(1, (this.places[place] as Place).width)
  }

  private put(place: Omit<Place, 'x' | 'first'>, key?: string): number {
    this.places.push({ ...place, x: 0, first: place.kind === 'heading' })
    if (key !== undefined) this.byKey.set(key, this.places.length - 1)
    return this.places.length - 1
  }

  private putPlaces(): void {
    const { box, plan } = this
    if (box.height > 0) this.put({ kind: 'heading', row: 0, width: box.width, height: box.height })
    for (const child of plan.order) {
      const drawn = child.children ? drawContainer(child, this.plans, this.edges) : undefined
      this.put({ kind: 'box', row: 2 + 2 * (plan.ranks.get(child.id) ?? 0), width: drawn?.width ?? child.width, height: drawn?.height ?? child.height, box: child, drawn }, child.id)
    }
    for (const port of plan.ports) this.put({ kind: 'port', row: port.top ? 0 : this.lastRow, width: 8, height: 0 }, port.key)
    if (box.initial !== undefined && this.byKey.has(box.initial)) {
      this.put({ kind: 'dot', row: 0, width: DOT, height: DOT }, '@dot')
      this.putArc({ edge: '', order: 0, upper: '@dot', lower: box.initial, down: true, labelled: false })
    }
  }

  private putArc(arc: PlannedArc): void {
    const upper = this.byKey.get(arc.upper) as number
    const lower = this.byKey.get(arc.lower) as number
    const from = (this.places[upper] as Place).row
    const to = (this.places[lower] as Place).row
    const edge = this.edges.get(arc.edge)
    const labelRow = !arc.labelled || !edge || edge.width === 0 ? -1 : arc.down ? from + 1 : to - 1
    let above = upper
    for (let row = from + 1; row <= to; row++) {
      const isLabel = row === labelRow && edge !== undefined
      const below = row === to ? lower : this.put(isLabel ? { kind: 'label', row, width: edge.width + LABEL_LEFT + 8, height: edge.height } : { kind: 'way', row, width: 2, height: 0 })
      this.links.push({ arc, upper: above, lower: below, upperShift: this.ownShift(above, arc), lowerShift: this.ownShift(below, arc) })
      above = below
    }
  }

  /** Where an arc meets a place that says so itself: a container at the port inside, a label at its left. */
  private ownShift(index: number, arc: PlannedArc): number {
    const place = this.places[index] as Place
    if (place.kind === 'label') return -place.width / 2 + 3
    const port = place.drawn?.ports.get(arc.edge)
    return port === undefined ? 0 : port - place.width / 2
  }

  private isFixed(index: number, arc: PlannedArc): boolean {
    const place = this.places[index] as Place
    return place.kind !== 'box' || place.drawn?.ports.has(arc.edge) === true
  }

  // ── across ───────────────────────────────────────────────────────────────────────────────────────────

  private pack(): void {
    for (const row of this.rows) {
      let x = -row.reduce((sum, index) => sum + (this.places[index] as Place).width + GAP, -GAP) / 2
      for (const index of row) {
        const place = this.places[index] as Place
        place.x = x + place.width / 2
        x += place.width + GAP
      }
    }
  }

  /** Moves each row towards its neighbours: down, up, and at the end with both in view. */
  private align(sweeps: number): void {
    for (let sweep = 0; sweep < sweeps; sweep++) {
      const both = sweep >= sweeps - 8
      const down = sweep % 2 === 0
      const order = [...this.rows.keys()]
      for (const r of down ? order : order.reverse()) this.alignRow(r, both || down, both || !down)
    }
  }

  private alignRow(r: number, toAbove: boolean, toBelow: boolean): void {
    const row = this.rows[r] as number[]
    const wishes = row.map((index) => {
      const place = this.places[index] as Place
      // wide boxes keep to the middle, so that a long chart does not drift to one side; a bend or two is the price
      let weight = place.kind === 'box' ? 0.02 + (place.width / 400) ** 2 : 0.02
      let sum = place.kind === 'box' ? 0 : place.x * 0.02
      for (const link of this.linksAt.get(index) ?? []) {
        const own = link.lower === index ? 'lower' : 'upper'
        if (own === 'lower' ? !toAbove : !toBelow) continue
        const other = this.places[own === 'lower' ? link.upper : link.lower] as Place
        const at = own === 'lower' ? other.x + link.upperShift - link.lowerShift : other.x + link.lowerShift - link.upperShift
        const strength = isThin(place) && isThin(other) ? 8 : isThin(place) || isThin(other) ? 3 : 2
        sum += at * strength
        weight += strength
      }
      return { width: place.width, at: sum / weight, weight }
    })
    for (const [i, x] of placeRow(wishes, GAP).entries()) (this.places[row[i] as number] as Place).x = x
  }

  /** Spreads the arrows along the edges of the boxes, each as near to straight as there is room. */
  private attach(): void {
    for (const [index, place] of this.places.entries()) {
      if (place.kind !== 'box') continue
      this.spread(index, place, 'upper')
      this.spread(index, place, 'lower')
    }
  }

  private spread(index: number, place: Place, end: 'upper' | 'lower'): void {
    const other = end === 'upper' ? 'lower' : 'upper'
    const free = this.links.filter((link) => link[end] === index && !this.isFixed(index, link.arc))
    const target = (link: Link): number => (this.places[link[other]] as Place).x + link[`${other}Shift`]
    free.sort((a, b) => target(a) - target(b))
    if (free.length === 0) return
    const reach = Math.max(0, place.width / 2 - 14)
    const width = Math.min(22, free.length > 1 ? (2 * reach) / (free.length - 1) : 22)
    const spots = placeRow(free.map((link) => ({ width, at: Math.max(-reach, Math.min(reach, target(link) - place.x)), weight: 1 })), 0)
    const over = Math.max(0, (spots.at(-1) as number) - reach)
    const under = Math.max(0, -reach - (spots[0] as number))
    for (const [i, link] of free.entries()) link[`${end}Shift`] = Math.max(-reach, Math.min(reach, (spots[i] as number) - over + under))
  }

  // ── down ─────────────────────────────────────────────────────────────────────────────────────────────

  private measure(): Drawn {
    const left = Math.min(0, ...this.places.map((place) => place.x - place.width / 2))
    const right = Math.max(0, ...this.places.map((place) => place.x + place.width / 2))
    for (const place of this.places) place.x += PADDING - left
    const heights = this.rows.map((row) => Math.max(0, ...row.map((index) => (this.places[index] as Place).height)))
    const tops: number[] = []
    const tracks: Map<Link, number>[] = []
    const hasTop = (this.rows[0]?.length ?? 0) > 0
    let y = hasTop && heights[0] ? 8 : 0
    for (const [r, height] of heights.entries()) {
      tops.push(y)
      const gap = this.gapBelow(r, y + height)
      tracks.push(gap.tracks)
      y += height + gap.size
    }
    const height = this.plan.ports.some((port) => !port.top) ? y : y + PADDING
    return this.finish({ width: Math.ceil(right - left + 2 * PADDING), height: Math.ceil(height), tops, heights, tracks })
  }

  /** The height between two rows, and at which height each link that goes sideways does so. */
  private gapBelow(r: number, y: number): { size: number; tracks: Map<Link, number> } {
    const tracks = new Map<Link, number>()
    const links = this.links.filter((link) => (this.places[link.upper] as Place).row === r)
    if (links.length === 0) return { size: r === 0 || r >= this.lastRow - 2 ? (r === 0 && (this.rows[0]?.length ?? 0) > 0 ? 8 : 0) : QUIET, tracks }
    const above = links.some((link) => !link.arc.down && this.isEnd(link.upper)) ? ARROW : QUIET
    const below = links.some((link) => link.arc.down && this.isEnd(link.lower)) ? ARROW : QUIET
    const assigned = assignTracks(links.map((link) => ({ link, from: this.xUpper(link), to: this.xLower(link) })).filter(({ from, to }) => Math.abs(from - to) >= 1))
    for (const [link, track] of assigned.tracks) tracks.set(link, y + above + track * TRACK)
    return { size: above + below + Math.max(0, assigned.count - 1) * TRACK + (assigned.count > 0 ? 2 : 0), tracks }
  }

  private isEnd(index: number): boolean {
    return (this.places[index] as Place).kind === 'box'
  }

  private xUpper(link: Link): number {
    return (this.places[link.upper] as Place).x + link.upperShift
  }

  private xLower(link: Link): number {
    return (this.places[link.lower] as Place).x + link.lowerShift
  }

  private finish(size: { width: number; height: number; tops: number[]; heights: number[]; tracks: Map<Link, number>[] }): Drawn {
    const { tops, heights, tracks } = size
    const drawn: Drawn = { width: size.width, height: size.height, children: new Map(), pieces: [], start: undefined, ports: new Map() }
    for (const place of this.places)
      if (place.kind === 'box' && place.box)
        drawn.children.set(place.box.id, { drawn: place.drawn, rect: { x: place.x - place.width / 2, y: tops[place.row] as number, width: place.width, height: place.height } })
    for (const { key, edge } of this.plan.ports) drawn.ports.set(edge, (this.places[this.byKey.get(key) as number] as Place).x)
    for (const arc of new Set(this.links.map((link) => link.arc))) {
      const links = this.links.filter((link) => link.arc === arc)
      const points = links.flatMap((link) => this.pointsOf(link, tops, heights, tracks, size.height))
      if (arc.edge === '') drawn.start = simplified(points)
      else drawn.pieces.push({ edge: arc.edge, order: arc.order, points: arc.down ? points : points.reverse(), label: this.labelOf(links, tops) })
    }
    return drawn
  }

  private pointsOf(link: Link, tops: number[], heights: number[], tracks: Map<Link, number>[], height: number): Point[] {
    const upper = this.places[link.upper] as Place
    const lower = this.places[link.lower] as Place
    const top = upper.kind === 'port' ? 0 : (tops[upper.row] as number) + (upper.kind === 'box' ? upper.height : (heights[upper.row] as number))
    const bottom = lower.kind === 'port' ? height : (tops[lower.row] as number)
    const [from, to] = [this.xUpper(link), this.xLower(link)]
    const track = tracks[upper.row]?.get(link)
    return [{ x: from, y: top }, ...(track === undefined ? [] : [{ x: from, y: track }, { x: to, y: track }]), { x: to, y: bottom }]
  }

  private labelOf(links: readonly Link[], tops: number[]): Point | undefined {
    for (const link of links) {
      const place = this.places[link.lower] as Place
      if (place.kind === 'label') return { x: place.x - place.width / 2 + 3 + LABEL_LEFT, y: tops[place.row] as number }
    }
    return undefined
  }
}

const isThin = (place: Place): boolean => place.kind === 'way' || place.kind === 'label' || place.kind === 'port'

/** Sideways stretches that overlap get heights of their own, in an order that lets few of them cross. */
function assignTracks(stretches: readonly { link: Link; from: number; to: number }[]): { tracks: Map<Link, number>; count: number } {
  const rightward = stretches.filter(({ from, to }) => to > from).sort((a, b) => b.from - a.from)
  const leftward = stretches.filter(({ from, to }) => to < from).sort((a, b) => a.from - b.from)
  const tracks = new Map<Link, number>()
  const taken: [number, number][][] = []
  for (const { link, from, to } of [...rightward, ...leftward]) {
    const [low, high] = [Math.min(from, to) - 6, Math.max(from, to) + 6]
    let track = 0
    while ((taken[track] ?? []).some(([a, b]) => a < high && low < b)) track++
    ;(taken[track] ??= []).push([low, high])
    tracks.set(link, track)
  }
  return { tracks, count: taken.length }
}

/** Leaves out points that repeat or lie on a straight stretch. */
function simplified(points: readonly Point[]): Point[] {
  const result: Point[] = []
  for (const point of points) {
    const last = result.at(-1)
    const before = result.at(-2)
    if (last && Math.abs(last.x - point.x) < 0.2 && Math.abs(last.y - point.y) < 0.2) continue
    if (last && before && ((Math.abs(before.x - last.x) < 0.2 && Math.abs(last.x - point.x) < 0.2) || (Math.abs(before.y - last.y) < 0.2 && Math.abs(last.y - point.y) < 0.2))) result.pop()
    result.push(point)
  }
  return result
}
