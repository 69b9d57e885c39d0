import { allocate, type AllocateInput, type Allocation } from './index.js'

/** ¥5.0 M; in rank order P1 1.0, P2 1.0, P3 0.9, P4 1.0, P5 0.8, P6 0.7, P7 0.3. */
const REQUESTS = [1_000_000, 1_000_000, 900_000, 1_000_000, 800_000, 700_000, 300_000]
const ITEMS: AllocateInput['items'] = REQUESTS.map((requested, i) => ({ id: `P${i + 1}`, rank: i + 1, requested }))

function result(input: unknown): Allocation {
  const outcome = allocate(input)
  if (!outcome.ok) throw new Error(outcome.problems.map((p) => `${p.pointer} ${p.message.en}`).join('\n'))
  return outcome.result
}

const given = (policy: AllocateInput['policy'], items = ITEMS, budget: number | string = 5_000_000): AllocateInput => ({ budget, policy, items })
const amounts = (input: AllocateInput): string => result(input).allocated.map((a) => `${a.id} ${a.amount / 1000}`).join(', ')
const faults = (input: unknown): [string, string][] => {
  const outcome = allocate(input)
  return outcome.ok ? [] : outcome.problems.map((p) => [p.pointer, p.code])
}

describe('the budget of ¥5.0 M', () => {
  it('by stop adopts P1 to P5 and leaves ¥0.3 M', () => {
    expect(result(given('stop'))).toEqual({
      allocated: REQUESTS.slice(0, 5).map((amount, i) => ({ id: `P${i + 1}`, amount })), reserve: ['P6', 'P7'], notAdopted: [], left: 300_000, changedAgainstRank: [],
    })
  })
  it('by skip adopts P7 too and leaves nothing', () => {
    expect(result(given('skip'))).toEqual({
      allocated: [...REQUESTS.slice(0, 5).map((amount, i) => ({ id: `P${i + 1}`, amount })), { id: 'P7', amount: 300_000 }], reserve: ['P6'], notAdopted: [], left: 0, changedAgainstRank: [],
    })
  })
  it('by reduce offers P6 what is left, ¥0.3 M, and ends there', () => {
    expect([amounts(given('reduce')), result(given('reduce')).reserve, result(given('reduce')).left]).toEqual(['P1 1000, P2 1000, P3 900, P4 1000, P5 800, P6 300', ['P7'], 0])
  })
  it('by reduce offers P6 what is left if that is its minimum, and nothing if it is less; the list ends also then', () => {
    const withMinimum = (minimum: number): AllocateInput => given('reduce', ITEMS.map((item) => (item.id === 'P6' ? { ...item, minimum } : item)))
    expect(result(withMinimum(300_000)).allocated.at(-1)).toEqual({ id: 'P6', amount: 300_000 })
    expect([result(withMinimum(300_001)).allocated.at(-1)?.id, result(withMinimum(300_001)).reserve, result(withMinimum(300_001)).left]).toEqual(['P5', ['P6', 'P7'], 300_000])
  })
  it('of ¥4.7 M by optimise takes the greatest total, and shows what that changed against rank order', () => {
    const scores = [90, 88, 86, 84, 82, 81, 80]
    // Rank order spends all 4.7 on P1 to P5. Of 5.7 requested 1.0 must go: P4 costs 84 points, P6 with P7 161.
    expect(result(given('optimise', ITEMS.map((item, i) => ({ ...item, score: scores[i] ?? 0 })), 4_700_000))).toEqual({
      allocated: [['P1', 1_000_000], ['P2', 1_000_000], ['P3', 900_000], ['P5', 800_000], ['P6', 700_000], ['P7', 300_000]].map(([id, amount]) => ({ id, amount })),
      reserve: ['P4'], notAdopted: [], left: 0,
      changedAgainstRank: [{ id: 'P4', rank: 4, change: 'dropped' }, { id: 'P6', rank: 6, change: 'added' }, { id: 'P7', rank: 7, change: 'added' }],
      totalScore: { optimised: '507/1', byRank: '430/1' },
    })
  })
  it('by optimise also shows that it passed one over, as skip does silently', () => {
    const scores = [900, 890, 880, 870, 860, 1, 80]
    expect(result(given('optimise', ITEMS.map((item, i) => ({ ...item, score: scores[i] ?? 0 })))).changedAgainstRank).toEqual([{ id: 'P7', rank: 7, change: 'added' }])
  })
})

describe('optimise', () => {
  it('takes scores as ranking prints them, decimals and fractions, and adds them exactly', () => {
    const items = [{ id: 'A', rank: 1, requested: 3, score: '0.3' }, { id: 'B', rank: 2, requested: 2, score: '1/10' }, { id: 'C', rank: 3, requested: 1, score: '0.2' }]
    // B and C together are worth exactly what A is: then the better rank stands.
    expect(result({ budget: 3, policy: 'optimise', items })).toMatchObject({ allocated: [{ id: 'A', amount: 3 }], totalScore: { optimised: '3/10', byRank: '3/10' }, changedAgainstRank: [] })
  })
  it('never adopts a negative score', () => expect(result({ budget: 5, policy: 'optimise', items: [{ id: 'A', rank: 1, requested: 1, score: -1 }, { id: 'B', rank: 2, requested: 1, score: 0 }] }).allocated).toEqual([{ id: 'B', amount: 1 }]))
  it('is exact with many applications, against a table of all amounts', () => {
    const items = Array.from({ length: 60 }, (_, i) => ({ id: `P${String(i).padStart(2, '0')}`, rank: i + 1, requested: 200 + ((i * 7919) % 801), score: 40 + ((i * 104_729) % 61) }))
    const best = new Array<number>(12_001).fill(0)
    for (const { requested, score } of items) for (let money = 12_000; money >= requested; money--) best[money] = Math.max(best[money] ?? 0, (best[money - requested] ?? 0) + score)
    expect(result({ budget: 12_000, policy: 'optimise', items }).totalScore?.optimised).toBe(`${best[12_000]}/1`)
  })
  it('says so where there are too many combinations to prove one', () => {
    const items = Array.from({ length: 100 }, (_, i) => ({ id: `P${i}`, rank: i + 1, requested: 2 ** 20 + 2 * ((i * 7919) % 524_288), score: 2 ** 20 + 2 * ((i * 7919) % 524_288) }))
    expect(faults({ budget: 50 * 2 ** 20 + 1, policy: 'optimise', items })).toEqual([['/items', 'tooManyCombinations']])
  })
  it('needs a score', () => expect(faults(given('optimise'))).toEqual(ITEMS.map((_, i) => [`/items/${i}/score`, 'needsScore'])))
})

describe('equal ranks', () => {
  const tied = (policy: AllocateInput['policy'], budget: number, more: object = {}): AllocateInput => ({ budget, policy, items: [{ id: 'A', rank: 1, requested: 3, score: 5 }, { id: 'B', rank: 2, requested: 4, score: 5, ...more }, { id: 'C', rank: 2, requested: 4, score: 5, ...more }, { id: 'D', rank: 4, requested: 1, score: 5 }] })
  it.each([['stop' as const, 11], ['skip' as const, 11], ['reduce' as const, 11]])('are adopted together by %s where the budget holds them', (policy, budget) => expect(result(tied(policy, budget)).allocated.map((a) => a.id)).toEqual(['A', 'B', 'C']))
  it.each([['stop' as const], ['skip' as const], ['reduce' as const], ['optimise' as const]])('are a problem under %s where the budget holds one of two', (policy) => {
    expect(allocate(tied(policy, 7))).toEqual({ ok: false, problems: [{
      pointer: '/items', code: 'tieAtCut', message: { ja: '同順位の "B", "C" の間で結果が分かれます。先に順位を決めてください。', en: '"B", "C" share a rank, and the outcome depends on which comes first. Decide the tie first.' },
    }] })
  })
  it('are none where neither fits', () => {
    expect(result(tied('stop', 6)).allocated.map((a) => a.id)).toEqual(['A'])
    expect(result(tied('skip', 6)).allocated.map((a) => a.id)).toEqual(['A', 'D'])
    expect(result(tied('reduce', 6, { minimum: 4 })).allocated.map((a) => a.id)).toEqual(['A'])
  })
  it('are a problem under reduce where either could be offered what is left', () => expect(faults(tied('reduce', 6))).toEqual([['/items', 'tieAtCut']]))
})

describe('rates that fall with the number adopted', () => {
  // The pilot's scheme: at most 2/3 and ¥1,000,000, less the more are selected.
  const rates = [{ upTo: 5, rate: '2/3', cap: 1_000_000 }, { upTo: 8, rate: '1/2', cap: 700_000 }, { rate: '1/3', cap: 500_000 }]
  const items = (count: number): AllocateInput['items'] => Array.from({ length: count }, (_, i) => ({ id: `P${i + 1}`, rank: i + 1, requested: 1_000_000, cost: 1_500_000 }))
  it('give the highest rate to as many as it is for', () => {
    expect(result({ budget: 5_000_000, policy: 'stop', items: items(5), rates })).toMatchObject({ left: 0, rate: { upTo: 5, rate: '2/3', cap: 1_000_000 } })
  })
  it('fall where more are adopted: seven at ¥700,000 and ¥100,000 left', () => {
    const { allocated, left, rate, reserve } = result({ budget: 5_000_000, policy: 'stop', items: items(8), rates })
    expect([allocated.length, allocated[0]?.amount, left, rate, reserve]).toEqual([7, 700_000, 100_000, { upTo: 8, rate: '1/2', cap: 700_000 }, ['P8']])
  })
  it('fall again: ten at ¥500,000', () => {
    const { allocated, rate } = result({ budget: 5_000_000, policy: 'stop', items: items(12), rates })
    expect([allocated.length, allocated[0]?.amount, rate]).toEqual([10, 500_000, { upTo: null, rate: '1/3', cap: 500_000 }])
  })
  it('do not fall below what was requested, and round down to ¥1,000', () => {
    const [one] = result({ budget: 5_000_000, policy: 'stop', items: [{ id: 'A', rank: 1, requested: 900_000, cost: 1_234_567 }], rates }).allocated
    expect(one).toEqual({ id: 'A', amount: 823_000 })
  })
  it('need the costs, rise in number, never rise in rate, and do not combine with optimise', () => {
    expect(faults({ budget: 1, policy: 'stop', items: ITEMS.slice(0, 1), rates })).toEqual([['/items/0/cost', 'needsCost']])
    const wrong = (list: unknown): unknown => faults({ budget: 1, policy: 'stop', items: [], rates: list })
    expect([wrong([{ upTo: 2, rate: 1 }, { upTo: 2, rate: 1 }]), wrong([{ upTo: 2, rate: '1/2' }, { rate: '2/3' }]), wrong([{ rate: 1 }, { rate: '1/2' }]), wrong([{ upTo: 2, rate: 1, cap: 5 }, { rate: 1 }])]).toEqual([[['/rates', 'ratesNotFalling']], [['/rates', 'ratesNotFalling']], [['/rates', 'ratesNotFalling']], [['/rates', 'ratesNotFalling']]])
    expect(faults({ budget: 1, policy: 'stop', items: [], rates: [{ rate: '66' }] })).toEqual([['/rates/0/rate', 'notARate']])
    expect(faults({ budget: 1, policy: 'optimise', items: [], rates })).toEqual([['/rates', 'optimiseWithRates']])
  })
})

describe('a reserve', () => {
  it('keeps as many as the limit says; the others are not adopted', () => {
    expect([result({ ...given('stop', ITEMS, 3_000_000), reserveLimit: 2 }).reserve, result({ ...given('stop', ITEMS, 3_000_000), reserveLimit: 2 }).notAdopted]).toEqual([['P4', 'P5'], ['P6', 'P7']])
    expect(result({ ...given('stop'), reserveLimit: 0 })).toMatchObject({ reserve: [], notAdopted: ['P6', 'P7'] })
  })
})

describe('at the edges', () => {
  it.each(['stop' as const, 'skip' as const, 'reduce' as const, 'optimise' as const])('%s adopts nobody with a budget of 0, and nobody of none', (policy) => {
    const items = ITEMS.map((item) => ({ ...item, score: 1 }))
    expect(result(given(policy, items, 0))).toMatchObject({ allocated: [], reserve: items.map((i) => i.id), left: 0 })
    expect(result(given(policy, [], 10))).toMatchObject({ allocated: [], reserve: [], left: 10 })
  })
  it('adopts in the order of ranks, whatever the order of the list', () => expect(amounts(given('stop', [...ITEMS].reverse()))).toBe(amounts(given('stop'))))
  it.each<[string, unknown, [string, string][]]>([
    ['a negative budget', { budget: -1, policy: 'stop', items: [] }, [['/budget', 'notYen']]],
    ['NaN and 1e309', { budget: Number.NaN, policy: 'stop', items: [{ id: 'A', rank: 1, requested: 1e309 }] }, [['/budget', 'notANumber'], ['/items/0/requested', 'notFinite']]],
    ['"７５"', { budget: '７５', policy: 'stop', items: [] }, [['/budget', 'fullWidthDigits']]],
    ['a fraction of a yen', { budget: '0.5', policy: 'stop', items: [] }, [['/budget', 'notYen']]],
    ['an id twice', { budget: 1, policy: 'stop', items: [{ id: 'A', rank: 1, requested: 1 }, { id: 'A', rank: 2, requested: 1 }] }, [['/items/1/id', 'duplicateId']]],
    ['a rank that is none', { budget: 1, policy: 'stop', items: [{ id: 'A', rank: 0, requested: 1 }] }, [['/items/0/rank', 'shape']]],
    ['a minimum above the request', { budget: 1, policy: 'reduce', items: [{ id: 'A', rank: 1, requested: 1, minimum: 2 }] }, [['/items/0/minimum', 'minimumAboveRequest']]],
    ['a score that is none', { budget: 1, policy: 'optimise', items: [{ id: 'A', rank: 1, requested: 1, score: '1/0' }] }, [['/items/0/score', 'notANumber']]],
    ['a unit of 0', { budget: 1, policy: 'stop', items: [], floor: 0 }, [['/floor', 'notAboveZero']]],
    ['a word that it does not know', { budget: 1, policy: 'stop', items: [], reserves: 1 }, [['/reserves', 'unknownKey']]],
    ['a policy that it does not know', { budget: 1, policy: 'lottery', items: [] }, [['/policy', 'shape']]],
  ])('reports %s', (_, input, found) => expect(faults(input)).toEqual(found))
  it.each([[null], [undefined], ['text'], [[]], [{}]])('reports %j and does not throw', (input) => expect(allocate(input).ok).toBe(false))
})
