import { greatestCommonDivisor } from './exact.js'

export interface Packable {
  weight: bigint
  /** 0 or more. */
  value: bigint
}

export interface Choice {
  /** Of each item, whether it is taken. */
  taken: boolean[]
  /** The first item that is taken here, but not in another choice of the same value; -1 where there is none. */
  alternative: number
}

/** Some 100 bytes each: what is still held in memory without harm. */
const MOST_STATES = 500_000

interface State {
  weight: bigint
  value: bigint
}

/**
 * The choice of items with the greatest total value within the capacity, exactly. Of several such choices the one that
 * takes the first item, if any does; of those the one that takes the second, and so on.
 *
 * By dynamic programming over the choices that no other beats in both weight and value, from the last item to the first;
 * what cannot reach the best choice known so far, even if the items still to come could be cut, is dropped.
 *
 * @returns null where there are too many choices to prove one
 */
export function bestChoice(items: readonly Packable[], capacity: bigint): Choice | null {
  const unit = items.reduce((gcd, { weight }) => greatestCommonDivisor(gcd, weight), 0n) || 1n
  const scaled = items.map(({ weight, value }) => ({ weight: weight / unit, value }))
  const room = capacity / unit
  const lists = reachable(scaled, room)
  return lists === null ? null : retrace(scaled, room, lists)
}

/** For each index, the undominated states of the items from there on, by rising weight and value. */
function reachable(items: readonly Packable[], room: bigint): State[][] | null {
  const lists: State[][] = []
  let states: State[] = [{ weight: 0n, value: 0n }]
  lists[items.length] = states
  let best = 0n
  let held = 1
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index]
    if (item === undefined) continue
    const merged = merge(states, states.flatMap((s) => (s.weight + item.weight <= room ? [{ weight: s.weight + item.weight, value: s.value + item.value }] : [])))
    const bound = new Bound(items.slice(0, index))
    const bounded = merged.map((state) => ({ state, ...bound.of(room - state.weight) }))
    for (const { state, whole } of bounded) if (state.value + whole > best) best = state.value + whole
    states = bounded.filter(({ state, relaxed }) => state.value + relaxed >= best).map(({ state }) => state)
    lists[index] = states
    held += states.length
    if (held > MOST_STATES) return null
  }
  return lists
}

function merge(a: readonly State[], b: readonly State[]): State[] {
  const merged: State[] = []
  let [i, j] = [0, 0]
  for (;;) {
    const [x, y] = [a[i], b[j]]
    if (x === undefined && y === undefined) return merged
    const first = y === undefined || (x !== undefined && (x.weight < y.weight || (x.weight === y.weight && x.value >= y.value)))
    const next = first ? x : y
    if (first) i++
    else j++
    if (next !== undefined && next.value > (merged.at(-1)?.value ?? -1n)) merged.push(next)
  }
}

/** What items can add within some room: as a whole, best ratio first, and at most if one of them could be cut. */
class Bound {
  private readonly byRatio: readonly Packable[]
  private readonly weights: bigint[] = [0n]
  private readonly values: bigint[] = [0n]

  constructor(items: readonly Packable[]) {
    this.byRatio = [...items].sort((a, b) => Number(sign(b.value * a.weight - a.value * b.weight)) || Number(sign(a.weight - b.weight)))
    for (const { weight, value } of this.byRatio) {
      this.weights.push((this.weights.at(-1) ?? 0n) + weight)
      this.values.push((this.values.at(-1) ?? 0n) + value)
    }
  }

  of(room: bigint): { whole: bigint; relaxed: bigint } {
    let [low, high] = [0, this.byRatio.length]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.weights[middle] ?? 0n) <= room) low = middle
      else high = middle - 1
    }
    const whole = this.values[low] ?? 0n
    const cut = this.byRatio[low]
    return { whole, relaxed: cut === undefined ? whole : whole + ((room - (this.weights[low] ?? 0n)) * cut.value) / cut.weight }
  }
}

function sign(value: bigint): bigint {
  return value < 0n ? -1n : value > 0n ? 1n : 0n
}

function retrace(items: readonly Packable[], capacity: bigint, lists: readonly State[][]): Choice {
  let room = capacity
  let needed = lists[0]?.at(-1)?.value ?? 0n
  let alternative = -1
  const taken = items.map(({ weight, value }, index) => {
    const rest = lists[index + 1] ?? []
    const reaches = (space: bigint, least: bigint): boolean => space >= 0n && (within(rest, space)?.value ?? -1n) >= least
    if (!reaches(room - weight, needed - value)) return false
    if (alternative < 0 && reaches(room, needed)) alternative = index
    ;[room, needed] = [room - weight, needed - value]
    return true
  })
  return { taken, alternative }
}

/** The heaviest state that fits, which is also the most valuable of those. */
function within(states: readonly State[], room: bigint): State | undefined {
  let [low, high] = [0, states.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((states[middle]?.weight ?? 0n) <= room) low = middle + 1
    else high = middle
  }
  return states[low - 1]
}
