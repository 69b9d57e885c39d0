import { score, type ScoreInput, type ScoreResult } from './index.js'

/** Totals of one published review: six reviewers, five applications. */
const PUBLISHED: Record<string, number[]> = {
  T: [120, 152, 148, 143, 128, 131],
  D: [116, 148, 145, 128, 125, 126],
  A: [115, 134, 143, 125, 133, 127],
  C: [120, 139, 142, 142, 117, 116],
  B: [110, 130, 139, 129, 116, 117],
}

function input(totals: Record<string, (number | string)[]>, method: ScoreInput['method'], more: Partial<ScoreInput> = {}): ScoreInput {
  const applications = Object.keys(totals)
  const reviewers = (totals[applications[0] ?? ''] ?? []).map((_, i) => `r${i + 1}`)
  const scores = applications.flatMap((application) => (totals[application] ?? []).map((total, i) => ({ reviewer: `r${i + 1}`, application, total })))
  return { applications: applications.map((id) => ({ id })), reviewers, scores, method, ...more }
}

function result(given: ScoreInput): ScoreResult {
  const outcome = score(given)
  if (!outcome.ok) throw new Error(outcome.problems.map((p) => `${p.pointer} ${p.message.en}`).join('\n'))
  return outcome.result
}

const exact = (given: ScoreInput): [string, string | null][] => result(given).ranking.map((r) => [r.application, r.exact])
const order = (given: ScoreInput): string => result(given).ranking.map((r) => r.application).join(' > ')

describe('the published review', () => {
  it('by sum: T 822, D 788, A 777, C 776, B 741', () => {
    expect(exact(input(PUBLISHED, 'sum'))).toEqual([['T', '822/1'], ['D', '788/1'], ['A', '777/1'], ['C', '776/1'], ['B', '741/1']])
  })
  it('by mean: the sums over 6', () => {
    expect(exact(input(PUBLISHED, 'mean'))).toEqual([['T', '137/1'], ['D', '394/3'], ['A', '259/2'], ['C', '388/3'], ['B', '247/2']])
  })
  it('by trimmed mean: T 550/4, D 524/4, A 519/4, C 518/4, B 492/4', () => {
    expect(exact(input(PUBLISHED, 'trimmedMean'))).toEqual([['T', '275/2'], ['D', '131/1'], ['A', '519/4'], ['C', '259/2'], ['B', '123/1']])
  })
  it('by rank sum: T 7.5, D 17, A 19, C 19.5, B 27', () => {
    expect(exact(input(PUBLISHED, 'rankSum'))).toEqual([['T', '15/2'], ['D', '17/1'], ['A', '19/1'], ['C', '39/2'], ['B', '27/1']])
  })
  it('by mean relative rank: (rank sum − 3) / 30', () => {
    expect(exact(input(PUBLISHED, 'meanRelativeRank'))).toEqual([['T', '3/20'], ['D', '7/15'], ['A', '8/15'], ['C', '11/20'], ['B', '4/5']])
  })
  it('by z-score: T 1.190, D 0.214, A −0.056, C −0.133, B −1.214', () => {
    const { ranking } = result(input(PUBLISHED, 'zScore', { rounding: { digits: 3, mode: 'halfUp' } }))
    expect(ranking.map((r) => [r.application, r.display, r.exact])).toEqual([['T', '1.190', null], ['D', '0.214', null], ['A', '-0.056', null], ['C', '-0.133', null], ['B', '-1.214', null]])
    expect(ranking.map((r) => [r.score?.toFixed(3), r.tScore?.toFixed(2)])).toEqual([['1.190', '61.90'], ['0.214', '52.14'], ['-0.056', '49.44'], ['-0.133', '48.67'], ['-1.214', '37.86']])
  })
  it('by first places: T 9/2, A 1, C 1/2, then D before B by second places', () => {
    const { ranking } = result(input(PUBLISHED, 'firstPlaces'))
    expect(ranking.map((r) => [r.application, r.exact, r.places])).toEqual([
      ['T', '9/2', ['9/2', '3/2', '0/1', '0/1', '0/1']],
      ['A', '1/1', ['1/1', '1/1', '1/1', '2/1', '1/1']],
      ['C', '1/2', ['1/2', '3/2', '1/1', '2/1', '1/1']],
      ['D', '0/1', ['0/1', '2/1', '3/1', '1/1', '0/1']],
      ['B', '0/1', ['0/1', '0/1', '1/1', '1/1', '4/1']],
    ])
  })
  it('shows what it rounds: mean of D 131.33 half up, 131.3 at one digit, 131 by floor', () => {
    const shown = (rounding: ScoreInput['rounding']): string | undefined => result(input(PUBLISHED, 'mean', { rounding })).ranking[1]?.display
    expect([shown(undefined), shown({ digits: 1, mode: 'halfUp' }), shown({ digits: 0, mode: 'floor' })]).toEqual(['131.33', '131.3', '131'])
  })
  it('gives no application a deciding rule where nothing was equal', () => {
    expect(result(input(PUBLISHED, 'sum', { ties: [{ rule: 'firstPlaces' }] })).ranking.map((r) => [r.rank, r.decidedBy, r.tied])).toEqual([1, 2, 3, 4, 5].map((rank) => [rank, null, false]))
  })
  it('tells how severe each reviewer is', () => {
    // Panel means 137, 131⅓, 129½, 129⅓, 123½ make 650⅔ together; r1 gave 581 to these five, so −69⅔ / 5.
    expect(result(input(PUBLISHED, 'sum')).severity.map((s) => [s.reviewer, s.offset, s.scored])).toEqual([
      ['r1', '-209/15', 5], ['r2', '157/15', 5], ['r3', '199/15', 5], ['r4', '49/15', 5], ['r5', '-19/3', 5], ['r6', '-101/15', 5],
    ])
  })
  it("has Kendall's W with the correction for the one tie", () => {
    // Rank sums 7.5, 17, 19, 19.5, 27 about 18: squares 110.25 + 1 + 1 + 2.25 + 81 of (36·5·24 − 6·6)/12 = 357.
    expect(result(input(PUBLISHED, 'sum')).kendallW).toBeCloseTo(195.5 / 357, 15)
  })
})

describe('criterion weights', () => {
  it('add levels 4, 5, 3, 4 with weights 8, 4, 4, 4 to 80 of 100', () => {
    const levels = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5 }
    const criteria = [['a', 8], ['b', 4], ['c', 4], ['d', 4]].map(([id, weight]) => ({ id: String(id), weight: Number(weight), levels }))
    const given: ScoreInput = { criteria, applications: [{ id: 'X' }], reviewers: ['r1'], scores: [{ reviewer: 'r1', application: 'X', criteria: { a: 4, b: 5, c: '3', d: 4 } }], method: 'mean' }
    expect(exact(given)).toEqual([['X', '80/1']])
  })
  it('multiply the points of a scale that is not linear: 5/4/3/1/0', () => {
    const criteria = [{ id: 'a', weight: 4, levels: { A: 5, B: 4, C: 3, D: 1, E: 0 } }]
    const given: ScoreInput = {
      criteria, applications: [{ id: 'X' }, { id: 'Y' }, { id: 'Z' }], reviewers: ['r1'], method: 'sum',
      scores: [['X', 'A'], ['Y', 'D'], ['Z', 'E']].map(([application = '', level = '']) => ({ reviewer: 'r1', application, criteria: { a: level } })),
    }
    expect(exact(given)).toEqual([['X', '20/1'], ['Y', '4/1'], ['Z', '0/1']])
  })
})

describe('z-scores', () => {
  const two = { A: [80, 95], B: [70, 90], C: [60, 94] }
  it('leave the means 87.5, 80, 77 as they are', () => expect(exact(input(two, 'mean'))).toEqual([['A', '175/2'], ['B', '80/1'], ['C', '77/1']]))
  it('change the order to A > C > B: 1.075, −0.381, −0.694', () => {
    const { ranking } = result(input(two, 'zScore', { rounding: { digits: 3, mode: 'halfUp' } }))
    expect(ranking.map((r) => [r.application, r.display])).toEqual([['A', '1.075'], ['C', '-0.381'], ['B', '-0.694']])
  })
})

describe('thresholds', () => {
  // "reject if the total < 60 or any basic criterion's mean ≤ 6 of 20"
  const thresholds: ScoreInput['thresholds'] = [{ scope: 'total', op: '<', value: 60 }, { scope: 'criterion', criterion: 'basic', op: '<=', value: 6 }]
  const criteria = [{ id: 'basic', weight: 1, maxPoints: 20 }, { id: 'rest', weight: 1, maxPoints: 80 }]
  const given = (basic: string, rest: string): ScoreInput => ({ criteria, thresholds, applications: [{ id: 'X' }], reviewers: ['r1'], scores: [{ reviewer: 'r1', application: 'X', criteria: { basic, rest } }], method: 'mean' })

  it('reject a total of 72 with one criterion at 6.0', () => {
    expect(result(given('6.0', '66'))).toMatchObject({ ranking: [], rejected: [{ application: 'X', threshold: { scope: 'criterion', criterion: 'basic', op: '<=', value: 6 }, figure: '6/1' }] })
  })
  it('pass it at 6.01', () => expect(result(given('6.01', '65.99'))).toMatchObject({ ranking: [{ application: 'X', exact: '72/1' }], rejected: [] }))
  it('name the first that was broken', () => expect(result(given('6', '53.9')).rejected[0]?.threshold).toEqual({ scope: 'total', op: '<', value: 60 }))
  it('compare as stated: a total of exactly 60 is not < 60', () => expect(order(given('20', '40'))).toBe('X'))
})

describe('ties', () => {
  it('X and Y both 80; criterion X 24, Y 22 → X', () => {
    const given: ScoreInput = {
      criteria: [{ id: 'key', weight: 2, maxPoints: 15 }, { id: 'rest', weight: 1, maxPoints: 100 }],
      applications: [{ id: 'Y' }, { id: 'X' }], reviewers: ['r1'], method: 'mean', ties: [{ rule: 'criterion', criterion: 'key' }],
      scores: [{ reviewer: 'r1', application: 'X', criteria: { key: 12, rest: 56 } }, { reviewer: 'r1', application: 'Y', criteria: { key: 11, rest: 58 } }],
    }
    expect(result(given).ranking.map((r) => [r.application, r.rank, r.exact, r.decidedBy, r.tied])).toEqual([
      ['X', 1, '80/1', 'criterion:key', false], ['Y', 2, '80/1', 'criterion:key', false],
    ])
  })
})
