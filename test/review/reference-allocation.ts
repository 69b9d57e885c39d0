import Fraction from 'fraction.js'
import type { AllocateInput } from '@saitaku/review'

/** Small budgets, decided by walking through every order that equal ranks allow, and through every subset. */

type Item = AllocateInput['items'][number]

export type ReferenceAllocation = { amounts: Map<string, number>; total?: Fraction } | 'undecided'

export function referenceAllocation(input: AllocateInput): ReferenceAllocation {
  if (input.rates !== undefined) return byRates(input)
  return input.policy === 'optimise' ? best(input) : walked(input, input.items, Infinity)
}

function walked({ policy, budget }: AllocateInput, items: Item[], limit: number): ReferenceAllocation {
  const outcomes = orders(items).map((order) => walk(String(policy), Number(budget), order, limit))
  const [first = new Map<string, number>()] = outcomes
  return outcomes.every((o) => key(o) === key(first)) ? { amounts: first } : 'undecided'
}

const key = (amounts: Map<string, number>): string => [...amounts].map(([id, yen]) => `${id}=${yen}`).sort().join()

function walk(policy: string, budget: number, order: Item[], limit: number): Map<string, number> {
  const adopted = new Map<string, number>()
  let left = budget
  for (const item of order) {
    const wanted = Number(item.requested)
    if (adopted.size === limit) break
    if (wanted <= left) {
      adopted.set(item.id, wanted)
      left -= wanted
    } else if (policy !== 'skip') {
      if (policy === 'reduce' && left > 0 && left >= Number(item.minimum ?? 0)) adopted.set(item.id, left)
      break
    }
  }
  return adopted
}

/** All orders in which rank never falls. */
function orders(items: Item[]): Item[][] {
  const ranks = [...new Set(items.map((i) => i.rank))].sort((a, b) => a - b)
  return ranks.reduce<Item[][]>((heads, rank) => heads.flatMap((head) => permutations(items.filter((i) => i.rank === rank)).map((tail) => [...head, ...tail])), [[]])
}

function permutations(items: Item[]): Item[][] {
  return items.length === 0 ? [[]] : items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]))
}

/** Of all affordable subsets those with the highest total; of them the one that holds the best ranks. */
function best({ items, budget }: AllocateInput): ReferenceAllocation {
  const subsets = items.reduce<Item[][]>((all, item) => all.flatMap((subset) => [subset, [...subset, item]]), [[]])
  const affordable = subsets.filter((subset) => subset.reduce((sum, i) => sum + Number(i.requested), 0) <= Number(budget))
  const total = (subset: Item[]): Fraction => subset.reduce((sum, i) => sum.add(new Fraction(String(i.score))), new Fraction(0))
  // Whoever has a negative score is never chosen, also where another choice would make up for it.
  const sensible = affordable.filter((subset) => subset.every((i) => new Fraction(String(i.score)).compare(0) >= 0))
  const most = sensible.map(total).reduce((a, b) => (b.compare(a) > 0 ? b : a), new Fraction(0))
  const optimal = sensible.filter((subset) => total(subset).equals(most))
  const ranks = [...new Set(items.map((i) => i.rank))].sort((a, b) => a - b)
  const profile = (subset: Item[]): number[] => ranks.map((rank) => subset.filter((i) => i.rank === rank).length)
  const [top = []] = [...optimal].sort((a, b) => compareLists(profile(b), profile(a)))
  const equal = optimal.filter((subset) => compareLists(profile(subset), profile(top)) === 0)
  return equal.length > 1 ? 'undecided' : { amounts: new Map(top.map((i) => [i.id, Number(i.requested)])), total: most }
}

function compareLists(a: number[], b: number[]): number {
  const i = a.findIndex((x, at) => x !== b[at])
  return i < 0 ? 0 : (a[i] ?? 0) - (b[i] ?? 0)
}

/** The last rate at which as many are adopted as it is for. */
function byRates(input: AllocateInput): ReferenceAllocation {
  const rates = input.rates ?? []
  let held: ReferenceAllocation = { amounts: new Map() }
  for (const [i, rate] of rates.entries()) {
    const items = input.items.map((item) => {
      const byRate = new Fraction(String(item.cost)).mul(new Fraction(String(rate.rate))).div(1000).floor().mul(1000).valueOf()
      const requested = Math.min(byRate, Number(rate.cap ?? Infinity), Number(item.requested), Number(item.cost))
      return { ...item, requested, minimum: item.minimum == null ? null : Math.min(Number(item.minimum), requested) }
    })
    const outcome = walked(input, items, rate.upTo ?? Infinity)
    if (outcome === 'undecided') return outcome
    if (i === 0 || outcome.amounts.size > (rates[i - 1]?.upTo ?? 0)) held = outcome
  }
  return held
}
