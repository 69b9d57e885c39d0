import Fraction from 'fraction.js'
import type { ReviewerRanks } from './reviewer-ranks.js'

/**
 * How often an application came first, second, …: a reviewer who has k applications equal over the places p to
 * p+k−1 gives each 1/k of every one of them. Kept as pieces of equal shares, because a thousand applications that
 * are all equal would otherwise need a million fractions.
 */
export interface Places {
  /** From which place on (from 1) the share holds, ascending, the first at 1. */
  pieces: { from: number; share: Fraction }[]
}

/** @param divisor 1 for counts, or the number of reviewers who scored it for means */
export function placesOf(ranks: readonly ReviewerRanks[], application: number, divisor: number): Places {
  const changes = new Map<number, Fraction>([[1, new Fraction(0)]])
  const change = (place: number, by: Fraction): void => void changes.set(place, (changes.get(place) ?? new Fraction(0)).add(by))
  for (const { place, shared } of ranks) {
    const first = place[application] ?? 0
    const size = shared[application] ?? 0
    if (first === 0) continue
    const share = new Fraction(1, size * divisor)
    change(first, share)
    change(first + size, share.neg())
  }
  let share = new Fraction(0)
  const pieces = [...changes].sort(([a], [b]) => a - b).map(([from, by]) => ({ from, share: (share = share.add(by)) }))
  return { pieces }
}

/** Below 0 where `a` is better: more first places, or with equal ones more second places, and so on. */
export function comparePlaces(a: Places, b: Places, seen: (share: Fraction) => Fraction = (share) => share): number {
  for (let [i, j] = [0, 0]; ; ) {
    const [left, right] = [a.pieces[i], b.pieces[j]]
    if (left === undefined || right === undefined) return 0
    const order = seen(right.share).compare(seen(left.share))
    if (order !== 0) return order
    const [nextLeft, nextRight] = [a.pieces[i + 1]?.from ?? Infinity, b.pieces[j + 1]?.from ?? Infinity]
    if (nextLeft === Infinity && nextRight === Infinity) return 0
    if (nextLeft <= nextRight) i++
    if (nextRight <= nextLeft) j++
  }
}

export function firstsOf({ pieces }: Places): Fraction {
  return pieces[0]?.share ?? new Fraction(0)
}

/** The shares of the places 1 to `count`. */
export function listPlaces({ pieces }: Places, count: number, write: (share: Fraction) => string): string[] {
  return pieces.flatMap(({ from, share }, i) => {
    const to = Math.min(count + 1, pieces[i + 1]?.from ?? count + 1)
    return new Array<string>(Math.max(0, to - from)).fill(write(share))
  })
}
