import Fraction from 'fraction.js'
import { leastCommonMultiple } from './exact.js'
import type { ReviewerRanks } from './reviewer-ranks.js'

/**
 * How often an application came first, second, …: a reviewer who has k applications equal over the places p to
 * p+k−1 gives each 1/k of every one of them. Kept as pieces of equal shares, because a thousand applications that
 * are all equal would otherwise need a million fractions; and as whole parts of one unit, in which comparing is cheap.
 */
export interface Places {
  /** From which place on (from 1) the share holds, ascending, the first at 1. In parts of `whole`. */
  pieces: { from: number; share: bigint }[]
  whole: bigint
}

/** Into how many parts one place is divided so that every share is whole. @param divisors by which shares are divided for means */
export function partsOf(ranks: readonly ReviewerRanks[], divisors: Iterable<number>): bigint {
  const sizes = new Set(ranks.flatMap(({ ties }) => ties))
  return leastCommonMultiple([...sizes].map(BigInt)) * leastCommonMultiple([...new Set(divisors)].filter((n) => n > 0).map(BigInt))
}

/** @param divisor 1 for counts, or the number of reviewers who scored it for means */
export function placesOf(ranks: readonly ReviewerRanks[], application: number, divisor: number, whole: bigint): Places {
  const changes: { from: number; by: bigint }[] = [{ from: 1, by: 0n }]
  for (const { place, shared } of ranks) {
    const first = place[application] ?? 0
    const size = shared[application] ?? 0
    if (first === 0) continue
    const share = whole / BigInt(size * divisor)
    changes.push({ from: first, by: share }, { from: first + size, by: -share })
  }
  changes.sort((a, b) => a.from - b.from)
  const pieces: Places['pieces'] = []
  let share = 0n
  for (const { from, by } of changes) {
    share += by
    const last = pieces.at(-1)
    if (last?.from === from) last.share = share
    else pieces.push({ from, share })
  }
  return { pieces, whole }
}

/** Below 0 where `a` is better: more first places, or with equal ones more second places, and so on. Both of one ranking. */
export function comparePlaces(a: Places, b: Places, order: (a: bigint, b: bigint) => number = descending): number {
  for (let [i, j] = [0, 0]; ; ) {
    const [left, right] = [a.pieces[i], b.pieces[j]]
    if (left === undefined || right === undefined) return 0
    const difference = order(left.share, right.share)
    if (difference !== 0) return difference
    const [nextLeft, nextRight] = [a.pieces[i + 1]?.from ?? Infinity, b.pieces[j + 1]?.from ?? Infinity]
    if (nextLeft === Infinity && nextRight === Infinity) return 0
    if (nextLeft <= nextRight) i++
    if (nextRight <= nextLeft) j++
  }
}

const descending = (a: bigint, b: bigint): number => (a > b ? -1 : a < b ? 1 : 0)

export function firstsOf({ pieces, whole }: Places): Fraction {
  return new Fraction(pieces[0]?.share ?? 0n, whole)
}

/** The shares of the places 1 to `count`. */
export function listPlaces({ pieces }: Places, count: number, write: (share: bigint) => string): string[] {
  const list: string[] = []
  pieces.forEach(({ from, share }, i) => {
    const to = Math.min(count + 1, pieces[i + 1]?.from ?? count + 1)
    if (to <= from) return
    const written = write(share)
    for (let place = from; place < to; place++) list.push(written)
  })
  return list
}
