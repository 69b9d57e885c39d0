import { layout, type Layout, type LayoutBox, type LayoutEdge, type Point, type Rect } from './layout.js'
import { Chance } from './simulate-chance.js'

const leaf = (id: string): LayoutBox => ({ id, width: 100, height: 40 })
const edge = (from: string, to: string, width = 60): LayoutEdge => ({ id: `${from}→${to}`, from, to, width, height: 14 })

/** Boxes within boxes, and edges between any two of which neither holds the other. */
function invented(seed: number): { root: LayoutBox; edges: LayoutEdge[]; parents: Map<string, string>; leaves: LayoutBox[]; containers: LayoutBox[] } {
  const chance = new Chance(seed)
  const parents = new Map<string, string>()
  const all: LayoutBox[] = []
  const grow = (id: string, depth: number): LayoutBox => {
    const size = { width: chance.int(30, 220), height: chance.int(28, 90) }
    const children = depth < 3 && chance.happens(depth === 0 ? 1 : 0.35) ? Array.from({ length: chance.int(1, 5) }, (_, i) => grow(`${id}.${i}`, depth + 1)) : []
    for (const child of children) parents.set(child.id, id)
    const box: LayoutBox = { id, ...size, ...(children.length > 0 ? { children, initial: (children[0] as LayoutBox).id } : {}) }
    all.push(box)
    return box
  }
  const root = grow('r', 0)
  const holds = (outer: string, inner: string): boolean => inner === outer || inner.startsWith(`${outer}.`)
  const edges = new Map<string, LayoutEdge>()
  for (let i = 0; i < 2 * all.length; i++) {
    const [from, to] = [chance.pick(all) as LayoutBox, chance.pick(all) as LayoutBox]
    if (!holds(from.id, to.id) && !holds(to.id, from.id)) edges.set(`${from.id}→${to.id}`, edge(from.id, to.id, chance.int(20, 140)))
  }
  return { root, edges: [...edges.values()], parents, leaves: all.filter((box) => !box.children), containers: all.filter((box) => box.children) }
}

const overlap = (a: Rect, b: Rect): boolean => a.x + 0.5 < b.x + b.width && b.x + 0.5 < a.x + a.width && a.y + 0.5 < b.y + b.height && b.y + 0.5 < a.y + a.height

/** Whether a stretch enters the inside of a rectangle. */
function enters(a: Point, b: Point, rect: Rect): boolean {
  const inset = { x: rect.x + 1, y: rect.y + 1, width: rect.width - 2, height: rect.height - 2 }
  return overlap({ x: Math.min(a.x, b.x) - 0.5, y: Math.min(a.y, b.y) - 0.5, width: Math.abs(a.x - b.x) + 1, height: Math.abs(a.y - b.y) + 1 }, inset)
}

const rectOf = (drawn: Layout, id: string): Rect => drawn.boxes.get(id) as Rect

describe('a layout', () => {
  it('puts a chain below each other, straight', () => {
    const drawn = layout({ id: 'r', width: 0, height: 0, children: [leaf('a'), leaf('b')], initial: 'a' }, [edge('a', 'b')])
    const [a, b] = [rectOf(drawn, 'a'), rectOf(drawn, 'b')]
    expect([a.x, a.width, b.x, b.y > a.y + a.height]).toEqual([b.x, 100, a.x, true])
    expect(drawn.edges.get('a→b')?.points.map((point) => point.y)).toEqual([a.y + a.height, b.y])
  })

  it('leads an edge back up to what came before', () => {
    const drawn = layout({ id: 'r', width: 0, height: 0, children: [leaf('a'), leaf('b')], initial: 'a' }, [edge('a', 'b'), edge('b', 'a')])
    const points = drawn.edges.get('b→a')?.points as Point[]
    expect([points[0]?.y, points.at(-1)?.y]).toEqual([rectOf(drawn, 'b').y, rectOf(drawn, 'a').y + 40])
  })

  it('puts the regions of a parallel state side by side', () => {
    const region = (id: string): LayoutBox => ({ id, width: 40, height: 20, children: [leaf(`${id}1`)] })
    const drawn = layout({ id: 'r', width: 0, height: 0, beside: true, children: [region('a'), region('b')] }, [])
    expect([rectOf(drawn, 'a').y, rectOf(drawn, 'a').x + rectOf(drawn, 'a').width < rectOf(drawn, 'b').x]).toEqual([rectOf(drawn, 'b').y, true])
  })

  it.each([['r', 'a'], ['a', 'r'], ['a', 'nowhere']])('refuses an edge from %s to %s', (from, to) => {
    expect(() => layout({ id: 'r', width: 0, height: 0, children: [leaf('a')] }, [edge(from, to)])).toThrow(RangeError)
  })

  describe.each(Array.from({ length: 15 }, (_, seed) => [seed]))('of invented boxes (%d)', (seed) => {
    const { root, edges, parents, leaves, containers } = invented(seed)
    const drawn = layout(root, edges)
    const headings = containers.map((box) => ({ id: box.id, rect: { x: rectOf(drawn, box.id).x + 14, y: rectOf(drawn, box.id).y + 8, width: box.width, height: box.height } }))

    it('keeps every box within the one that holds it, and apart from its neighbours', () => {
      for (const [child, parent] of parents) {
        const [inner, outer] = [rectOf(drawn, child), rectOf(drawn, parent)]
        expect(inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height).toBe(true)
        for (const [other, holder] of parents) if (holder === parent && other !== child) expect([child, other, overlap(inner, rectOf(drawn, other))]).toEqual([child, other, false])
      }
    })

    it('leads no edge through a box or a heading, and each to its ends', () => {
      for (const { id, from, to } of edges) {
        const { points } = drawn.edges.get(id) as { points: Point[] }
        const crossed = [...leaves.map((box) => ({ id: box.id, rect: rectOf(drawn, box.id) })), ...headings].filter(({ rect }) => points.slice(1).some((point, i) => enters(points[i] as Point, point, rect)))
        expect([id, crossed.map((one) => one.id)]).toEqual([id, []])
        for (const [end, box] of [[points[0], rectOf(drawn, from)], [points.at(-1), rectOf(drawn, to)]] as [Point, Rect][]) {
          expect(end.x >= box.x && end.x <= box.x + box.width).toBe(true)
          expect(Math.min(Math.abs(end.y - box.y), Math.abs(end.y - box.y - box.height))).toBeLessThan(1.1)
        }
      }
    })

    it('lays no label on a box, a heading or another label', () => {
      const labels = edges.map((one) => ({ id: one.id, rect: { ...(drawn.edges.get(one.id) as { label: Point }).label, width: one.width, height: one.height } }))
      const solid = [...leaves.map((box) => ({ id: box.id, rect: rectOf(drawn, box.id) })), ...headings, ...labels]
      for (const label of labels) expect([label.id, solid.filter((other) => other.id !== label.id && overlap(label.rect, other.rect)).map((other) => other.id)]).toEqual([label.id, []])
    })

    it('is the same every time', () => {
      expect(layout(root, edges)).toEqual(drawn)
    })
  })
})
