import fc from 'fast-check'
import { allocate, type AllocateInput } from '@saitaku/review'
import { CASES, CASES_TIMEOUT, FEWER_CASES } from './budget-of-cases.js'
import { referenceAllocation } from './reference-allocation.js'

const yen = fc.nat(6).map((n) => n * 1000)
const items = (rank: (index: number) => fc.Arbitrary<number>): fc.Arbitrary<AllocateInput['items']> =>
  fc.integer({ min: 0, max: 6 }).chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) =>
    fc.record({ id: fc.constant(`P${i + 1}`), rank: rank(i), requested: yen, minimum: fc.option(fc.nat(4).map((n) => n * 1000)), cost: yen.map((n) => n * 2 + 500), score: fc.constantFrom<(number | string)[]>(0, 1, 2, 3, '3.5', '5/3', -1) })
      .map((item) => ({ ...item, minimum: item.minimum === null ? null : Math.min(item.minimum, item.requested) })))))
const distinct = items((i) => fc.constant(i + 1))
const equalRanks = items((i) => fc.integer({ min: 1, max: 2 }).map((n) => Math.ceil((i + 1) / n)))
const input = (policy: AllocateInput['policy'], list: fc.Arbitrary<AllocateInput['items']>): fc.Arbitrary<AllocateInput> => fc.record({ budget: fc.nat(20).map((n) => n * 1000), policy: fc.constant(policy), items: list })

function compare(given: AllocateInput): void {
  const [ours, theirs] = [allocate(given), referenceAllocation(given)]
  if (theirs === 'undecided') return expect(ours.ok ? [] : ours.problems.map((p) => p.code)).toEqual(['tieAtCut'])
  if (!ours.ok) throw new Error(ours.problems.map((p) => p.message.en).join('\n'))
  expect(new Map(ours.result.allocated.map((a) => [a.id, a.amount]))).toEqual(theirs.amounts)
  expect(ours.result.left).toBe(Number(given.budget) - [...theirs.amounts.values()].reduce((a, b) => a + b, 0))
  expect([...ours.result.reserve].sort()).toEqual(given.items.map((i) => i.id).filter((id) => !theirs.amounts.has(id)).sort())
  if (theirs.total !== undefined) expect(ours.result.totalScore?.optimised).toBe(`${theirs.total.s * theirs.total.n}/${theirs.total.d}`)
}

describe.each(['stop', 'skip', 'reduce', 'optimise'] as const)('%s', (policy) => {
  it('agrees with a walk through all orders and subsets', () => {
    fc.assert(fc.property(input(policy, distinct), compare), { numRuns: CASES, seed: 1 })
  }, CASES_TIMEOUT)
  it('agrees on when equal ranks leave the outcome open', () => {
    fc.assert(fc.property(input(policy, equalRanks), compare), { numRuns: CASES, seed: 2 })
  }, CASES_TIMEOUT)
  it('does not depend on the order of the items, and never spends more than the budget', () => {
    const shuffled = input(policy, equalRanks).chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given.items, { minLength: given.items.length })))
    fc.assert(fc.property(shuffled, ([given, list]) => {
      const [ours, other] = [allocate(given), allocate({ ...given, items: list })]
      expect(other).toEqual(ours)
      if (ours.ok) expect(ours.result.left).toBeGreaterThanOrEqual(0)
    }), { numRuns: FEWER_CASES, seed: 3 })
  }, CASES_TIMEOUT)
})

it('optimise never reaches less than any affordable choice in rank order', () => {
  fc.assert(fc.property(input('optimise', distinct), (given) => {
    const outcome = allocate(given)
    if (!outcome.ok) throw new Error('distinct ranks are decided')
    const value = (fraction = '0/1'): number => Number(fraction.split('/')[0]) / Number(fraction.split('/')[1])
    expect(value(outcome.result.totalScore?.optimised)).toBeGreaterThanOrEqual(value(outcome.result.totalScore?.byRank))
  }), { numRuns: FEWER_CASES, seed: 4 })
}, CASES_TIMEOUT)

const rates: fc.Arbitrary<AllocateInput['rates']> = fc.constantFrom(
  [{ upTo: 2, rate: '2/3', cap: 5000 }, { upTo: 4, rate: '1/2', cap: 3000 }, { rate: '1/3', cap: 2000 }],
  [{ upTo: 1, rate: 1 }, { upTo: 3, rate: '1/2' }],
  [{ rate: '2/3', cap: 4000 }],
)

describe.each(['stop', 'skip', 'reduce'] as const)('%s with rates that fall with the number adopted', (policy) => {
  it('agrees with a walk through all orders at each rate', () => {
    fc.assert(fc.property(fc.record({ budget: fc.nat(20).map((n) => n * 1000), policy: fc.constant(policy), items: fc.oneof(distinct, equalRanks), rates }), compare), { numRuns: CASES, seed: 5 })
  }, CASES_TIMEOUT)
})
