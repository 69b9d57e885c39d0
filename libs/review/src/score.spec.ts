import { METHODS, score, type ScoreInput, type ScoreResult } from './index.js'

type Totals = Record<string, (number | string | null)[]>

/** A row for each application, a column for each reviewer; null is a recusal. */
function input(totals: Totals, more: Partial<ScoreInput> = {}): ScoreInput {
  const pairs = Object.entries(totals).flatMap(([application, row]) => row.map((total, i) => ({ reviewer: `r${i + 1}`, application, total })))
  const reviewers = Math.max(0, ...Object.values(totals).map((row) => row.length))
  return {
    applications: Object.keys(totals).map((id) => ({ id })),
    reviewers: Array.from({ length: reviewers }, (_, i) => `r${i + 1}`),
    scores: pairs.filter((p) => p.total !== null),
    recusals: pairs.filter((p) => p.total === null).map(({ reviewer, application }) => ({ reviewer, application })),
    method: 'mean',
    ...more,
  }
}

function result(given: unknown): ScoreResult {
  const outcome = score(given)
  if (!outcome.ok) throw new Error(outcome.problems.map((p) => `${p.pointer} ${p.message.en}`).join('\n'))
  return outcome.result
}

const order = (given: unknown): [string, number, string | null, string | null][] => result(given).ranking.map((r) => [r.application, r.rank, r.exact, r.decidedBy])
const faults = (given: unknown): [string, string][] => {
  const outcome = score(given)
  return outcome.ok ? [] : outcome.problems.map((p) => [p.pointer, p.code])
}

const LEVELS = { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5 }
const criteria: ScoreInput['criteria'] = [{ id: 'novelty', weight: 2, levels: LEVELS }, { id: 'effect', weight: '0.5', maxPoints: 20 }]
const sheet = (reviewer: string, application: string, novelty: unknown, effect: unknown): unknown => ({ reviewer, application, criteria: { novelty, effect } })
const one = (novelty: unknown, effect: unknown, more: object = {}): object => ({ criteria, applications: [{ id: 'A' }], reviewers: ['r1'], scores: [sheet('r1', 'A', novelty, effect)], method: 'mean', ...more })

describe('a recusal', () => {
  it('lowers the number that a mean divides by', () => expect(order(input({ A: [80, null, 90], B: [80, 85, 84] }))).toEqual([['A', 1, '85/1', null], ['B', 2, '83/1', null]]))
  it('turns a sum into a mean, and says so', () => {
    const given = input({ A: [80, null, 90], B: [80, 85, 84] }, { method: 'sum' })
    expect(order(given)).toEqual([['A', 1, '85/1', null], ['B', 2, '83/1', null]])
    expect(result(given)).toMatchObject({ method: 'mean', notes: [{ code: 'sumBecameMean', message: { en: 'Applications have different numbers of scores, by recusal or assignment; they are ranked by the mean instead of the sum.' } }] })
  })
  it('makes a threshold on the sum a problem, since means cannot be compared with it', () => {
    expect(faults(input({ A: [80, null], B: [80, 85] }, { method: 'sum', thresholds: [{ scope: 'total', op: '<', value: 150 }] }))).toEqual([['/thresholds/0', 'sumThreshold']])
  })
  it('turns a rank sum into the mean relative rank', () => {
    // r1 ranks three: A 1, B 2, C 3 → 1/6, 1/2, 5/6; r2 two: C 1, B 2 → 1/4, 3/4.
    const given = input({ A: [90, null], B: [80, 70], C: [70, 80] }, { method: 'rankSum' })
    expect(order(given)).toEqual([['A', 1, '1/6', null], ['C', 2, '13/24', null], ['B', 3, '5/8', null]])
    expect(result(given)).toMatchObject({ method: 'meanRelativeRank', notes: [{ code: 'rankSumBecameRelative' }] })
  })
  it('makes counts of first places means', () => {
    const given = input({ A: [90, null], B: [80, 90] }, { method: 'firstPlaces' })
    expect(order(given)).toEqual([['A', 1, '1/1', null], ['B', 2, '1/2', null]])
    expect(result(given).notes.map((n) => n.code)).toEqual(['placesAreMeans'])
  })
  it('takes a score out of the result and lists it', () => {
    const given = { ...input({ A: [80, 90], B: [70, 70] }), recusals: [{ reviewer: 'r2', application: 'A' }] }
    expect(order(given)).toEqual([['A', 1, '80/1', null], ['B', 2, '70/1', null]])
    expect(result(given).withdrawn).toEqual([{ reviewer: 'r2', application: 'A' }])
    expect(result(given).severity.map((s) => [s.reviewer, s.offset, s.scored])).toEqual([['r1', '0/1', 2], ['r2', '0/1', 1]])
  })
  it('lets a trimmed mean of four be the plain mean, and of five drop one copy of the highest and of the lowest', () => {
    expect(order(input({ A: [10, 10, 20, 40, null], B: [10, 10, 30, 40, 40] }, { method: 'trimmedMean' }))).toEqual([['B', 1, '80/3', null], ['A', 2, '20/1', null]])
  })
})

describe('assignments', () => {
  const assignments = [['r1', 'A'], ['r2', 'A'], ['r2', 'B'], ['r3', 'B']].map(([reviewer = '', application = '']) => ({ reviewer, application }))
  const scores = assignments.map((pair, i) => ({ ...pair, total: 80 + i }))
  const given: ScoreInput = { applications: [{ id: 'A' }, { id: 'B' }], reviewers: ['r1', 'r2', 'r3'], assignments, scores, method: 'sum' }
  it('expect scores of those pairs alone, and let equal numbers be summed', () => expect([order(given), result(given).method]).toEqual([[['B', 1, '165/1', null], ['A', 2, '161/1', null]], 'sum']))
  it('leave a conflict out of account that was assigned around', () => expect(result({ ...given, recusals: [{ reviewer: 'r3', application: 'A' }] }).method).toBe('sum'))
  it('make a missing score and one that was not asked for a problem', () => {
    expect(faults({ ...given, scores: scores.slice(1) })).toEqual([['/scores', 'missingScore']])
    expect(faults({ ...given, scores: [...scores, { reviewer: 'r3', application: 'A', total: 1 }] })).toEqual([['/scores/4', 'notAssigned']])
  })
})

describe('a score that is missing', () => {
  it('is named with reviewer and application', () => {
    const given = input({ A: [80, 90], B: [70, 70] })
    const outcome = score({ ...given, scores: given.scores.slice(0, 3) })
    expect(outcome).toEqual({ ok: false, problems: [{
      pointer: '/scores', code: 'missingScore',
      message: { ja: '委員「r2」の応募「B」への評点がありません。採点を待つか、除斥としてください。', en: 'Reviewer "r2" has not scored application "B"; wait for the score or record a recusal.' },
    }] })
  })
  it('is a criterion without points', () => {
    expect(faults(one(3, undefined))).toEqual([['/scores/0/criteria', 'missingCriterion']])
    expect(faults(one(3, null))).toEqual([['/scores/0/criteria', 'missingCriterion']])
  })
})

describe('input that is wrong', () => {
  it.each<[string, unknown, unknown, [string, string][]]>([
    ['a level that the scale lacks', 6, 10, [['/scores/0/criteria/novelty', 'offScale']]],
    ['a level between two', 2.5, 10, [['/scores/0/criteria/novelty', 'offScale']]],
    ['the name of something that objects inherit', 'constructor', 10, [['/scores/0/criteria/novelty', 'offScale']]],
    ['points above the full marks', 3, '20.01', [['/scores/0/criteria/effect', 'offScale']]],
    ['points below 0', 3, -1, [['/scores/0/criteria/effect', 'offScale']]],
    ['NaN', Number.NaN, Number.NaN, [['/scores/0/criteria/novelty', 'offScale'], ['/scores/0/criteria/effect', 'notANumber']]],
    ['1e309', JSON.parse('1e309'), JSON.parse('1e309'), [['/scores/0/criteria/novelty', 'notFinite'], ['/scores/0/criteria/effect', 'notFinite']]],
    ['"1e309"', '1e309', '1e309', [['/scores/0/criteria/novelty', 'notFinite'], ['/scores/0/criteria/effect', 'notFinite']]],
    ['"７５"', '７５', '７５', [['/scores/0/criteria/novelty', 'fullWidthDigits'], ['/scores/0/criteria/effect', 'fullWidthDigits']]],
    ['a sum of doubles', 3, 0.1 + 0.2, [['/scores/0/criteria/effect', 'tooLong']]],
    ['words, lists, objects', [['deep']], { value: 3 }, [['/scores/0/criteria/novelty', 'offScale'], ['/scores/0/criteria/effect', 'notANumber']]],
  ])('%s', (_, novelty, effect, found) => expect(faults(one(novelty, effect))).toEqual(found))

  it('names the scale in the sentence', () => {
    const outcome = score(one(6, 10))
    expect(outcome.ok ? [] : outcome.problems[0]?.message).toEqual({ ja: '「6」は審査項目「novelty」の尺度にありません(1, 2, 3, 4, 5)。', en: '"6" is not on the scale of criterion "novelty" (1, 2, 3, 4, 5).' })
  })
  it.each<[string, unknown, string]>([['NaN', Number.NaN, 'notANumber'], ['1e309', 1e309, 'notFinite'], ['"７５"', '７５', 'fullWidthDigits'], ['1e21', 1e21, 'tooLong'], ['text', 'good', 'notANumber'], ['nothing', '', 'notANumber']])('a total of %s', (_, total, code) => {
    expect(faults({ applications: [{ id: 'A' }], reviewers: ['r1'], scores: [{ reviewer: 'r1', application: 'A', total }], method: 'mean' })).toEqual([['/scores/0/total', code]])
  })
  it('a criterion that the rubric lacks, in a score, a threshold and a tie', () => {
    const given = { ...one(3, 10), thresholds: [{ scope: 'criterion', criterion: 'beauty', op: '<', value: 1 }], ties: [{ rule: 'criterion', criterion: 'beauty' }] }
    expect(faults({ ...given, scores: [{ reviewer: 'r1', application: 'A', criteria: { novelty: 3, effect: 10, beauty: 5 } }] })).toEqual([
      ['/thresholds/0/criterion', 'unknownId'], ['/ties/0/criterion', 'unknownId'], ['/scores/0/criteria/beauty', 'unknownId'],
    ])
  })
  it('criteria where there is no rubric, both total and criteria, or neither', () => {
    expect(faults({ ...one(3, 10), criteria: [] })).toEqual([['/scores/0', 'totalOrCriteria']])
    expect(faults({ ...one(3, 10), scores: [{ reviewer: 'r1', application: 'A', total: 1, criteria: { novelty: 3, effect: 10 } }] })).toEqual([['/scores/0', 'totalOrCriteria']])
    expect(faults({ ...one(3, 10), scores: [{ reviewer: 'r1', application: 'A' }] })).toEqual([['/scores/0', 'totalOrCriteria']])
    expect(faults({ ...one(3, 10), criteria: [], scores: [{ reviewer: 'r1', application: 'A', criteria: {} }] })).toEqual([['/scores/0', 'totalOrCriteria']])
  })
  it('ids that stand twice or are unknown', () => {
    const given = input({ A: [1, 2] })
    expect(faults({ ...given, applications: [{ id: 'A' }, { id: 'A' }], reviewers: ['r1', 'r2', 'r1'] })).toEqual([['/reviewers/2', 'duplicateId'], ['/applications/1/id', 'duplicateId']])
    expect(faults({ ...given, scores: [...given.scores, { reviewer: 'r1', application: 'A', total: 1 }] })).toEqual([['/scores/2', 'duplicateScore']])
    expect(faults({ ...given, recusals: [{ reviewer: 'r9', application: 'Z' }] })).toEqual([['/recusals/0/reviewer', 'unknownId'], ['/recusals/0/application', 'unknownId']])
    const twice = { reviewer: 'r1', application: 'A' }
    expect(faults({ ...given, recusals: [twice, twice] })).toEqual([['/recusals/1', 'duplicatePair']])
    expect(faults({ ...given, ties: [{ rule: 'chair', order: ['A', 'Z', 'A'] }] })).toEqual([['/ties/0/order/2', 'duplicateId'], ['/ties/0/order/1', 'unknownId']])
    expect(faults({ ...given, ties: [{ rule: 'panelVote', votes: [{ application: 'Z', votes: 1 }] }] })).toEqual([['/ties/0/votes/0/application', 'unknownId']])
  })
  it('scales, weights and limits that are none', () => {
    const wrong = [{ id: 'novelty', weight: 0, levels: { 1: '１' } }, { id: 'effect', weight: 'x', maxPoints: 0, step: -1, knockOut: { op: '<', value: 'y' } }]
    expect(faults({ ...one(1, 1), criteria: wrong, thresholds: [{ scope: 'total', op: '<', value: '1/2' }] })).toEqual([
      ['/criteria/0/weight', 'notAboveZero'], ['/criteria/0/levels/1', 'fullWidthDigits'], ['/criteria/1/weight', 'notANumber'], ['/criteria/1/maxPoints', 'notAboveZero'],
      ['/criteria/1/step', 'notAboveZero'], ['/criteria/1/knockOut/value', 'notANumber'], ['/thresholds/0/value', 'notANumber'], ['/scores/0/criteria/effect', 'offScale'],
    ])
  })
  it('a lot before the end, an unknown word, a wrong shape', () => {
    expect(faults(input({ A: [1] }, { ties: [{ rule: 'lot', order: [] }, { rule: 'chair', order: [] }] }))).toEqual([['/ties/0/rule', 'lotNotLast']])
    expect(faults({ ...input({ A: [1] }), recusal: [] })).toEqual([['/recusal', 'unknownKey']])
    expect(faults({ ...input({ A: [1] }), method: 'median' })).toEqual([['/method', 'shape']])
    expect(faults({ ...input({ A: [1] }), scores: [null, { reviewer: 'r1' }, [], { reviewer: 'r1', application: 'A', total: {} }] })).toEqual([['/scores/0', 'shape'], ['/scores/1/application', 'missing'], ['/scores/2', 'shape'], ['/scores/3/total', 'shape']])
    expect(faults({ ...input({ A: [1] }), applications: [{ id: 'A', requested: Number.NaN }] })).toEqual([['/applications/0/requested', 'notANumber']])
    expect(faults({ ...input({ A: [1] }), applications: [{ id: 'A', requested: '1.5' }] })).toEqual([['/applications/0/requested', 'notYen']])
  })
  it('a word that is missing, or a value of another form, in both languages', () => {
    const outcome = score({ applications: {}, reviewers: ['r1'], scores: [], method: 'median', rounding: { digits: -1 }, thresholds: [{ scope: 'all' }] })
    expect(outcome.ok ? [] : outcome.problems.map((p) => [p.pointer, p.message.ja, p.message.en])).toEqual([
      ['/applications', 'ここには一覧([…])が入ります。', 'Here goes a list […].'],
      ['/method', 'ここにはsum、mean、trimmedMean、rankSum、meanRelativeRank、zScore、firstPlaces のどれかが入ります。', 'Here goes one of sum, mean, trimmedMean, rankSum, meanRelativeRank, zScore, firstPlaces.'],
      ['/thresholds/0/scope', 'ここには「scope」の決まった語が入ります。', 'Here goes one of the words for "scope".'],
      ['/rounding/digits', 'ここには0以上の数が入ります。', 'Here goes a number of at least 0.'],
    ])
    const lacking = score({ reviewers: [], scores: [], method: 'mean' })
    expect(lacking.ok ? [] : lacking.problems).toEqual([{ pointer: '/applications', code: 'missing', message: { ja: '「applications」がありません。一覧([…])を入力してください。', en: '"applications" is missing; it is a list […].' } }])
  })
  it.each([[null], [undefined], ['text'], [[]], [42], [{}]])('%j is reported, not thrown', (given) => expect(score(given).ok).toBe(false))
  it('everything that is wrong at once', () => expect(faults({ ...input({ A: ['７', 'x'] }), reviewers: ['r1'] })).toEqual([['/scores/0/total', 'fullWidthDigits'], ['/scores/1/reviewer', 'unknownId']]))
})

describe.each(METHODS)('at the edges, %s', (method) => {
  it('ranks no applications as none', () => expect(result({ applications: [], reviewers: ['r1'], scores: [], method })).toEqual({ method, ranking: [], rejected: [], severity: [{ reviewer: 'r1', offset: null, spread: null, scored: 0 }], kendallW: null, krippendorffAlpha: [], disagreement: [], withdrawn: [], notes: [] }))
  it('ranks by one reviewer', () => {
    const { ranking, severity, kendallW } = result(input({ A: [1], B: [2] }, { method }))
    expect([ranking.map((r) => r.application), severity[0]?.offset, kendallW]).toEqual([['B', 'A'], '0/1', null])
  })
  it('lets all that are equal share the first rank', () => {
    expect(result(input({ B: [70, 80], A: [70, 80], C: [70, 80] }, { method })).ranking.map((r) => [r.application, r.rank, r.tied, r.decidedBy])).toEqual([['A', 1, true, null], ['B', 1, true, null], ['C', 1, true, null]])
  })
  it('asks for another reviewer where all are recused', () => expect(faults(input({ A: [null, null], B: [1, 2] }, { method }))).toEqual([['/applications/0', 'noScores']]))
  it('asks for reviewers where there are none', () => expect(faults({ applications: [{ id: 'A' }], reviewers: [], scores: [], method })).toEqual([['/reviewers', 'noReviewers']]))
  it('rejects all where none passes', () => {
    const { ranking, rejected } = result(input({ A: [1], B: [2] }, { method, thresholds: [{ scope: 'total', op: '<', value: 3 }] }))
    expect([ranking, rejected.map((r) => r.application)]).toEqual([[], ['A', 'B']])
  })
})

describe('thresholds', () => {
  it('count a rejected application in nobody’s rank', () => {
    // Without B, which r2 ranks first, A has one first place and C the other.
    const given = input({ A: [3, 2], B: [0, 3], C: [2, 2.5] }, { method: 'rankSum', thresholds: [{ scope: 'reviewer', op: '<=', value: 0 }] })
    expect(order(given)).toEqual([['A', 1, '3/1', null], ['C', 1, '3/1', null]])
    expect(result(given).rejected).toEqual([{ application: 'B', threshold: { scope: 'reviewer', op: '<=', value: 0 }, figure: '0/1', reviewer: 'r1' }])
  })
  it('on the total of a trimmed mean compare the trimmed mean', () => {
    expect(result(input({ A: [0, 60, 60, 60, 60], B: [59, 59, 59, 59, 100] }, { method: 'trimmedMean', thresholds: [{ scope: 'total', op: '<', value: 60 }] })).rejected.map((r) => [r.application, r.figure])).toEqual([['B', '59/1']])
  })
  it('are exact: a mean of 59.999 is rejected though it shows as 60.00', () => {
    expect(result(input({ A: ['59.998', 60] }, { thresholds: [{ scope: 'total', op: '<', value: 60 }] })).rejected).toEqual([{ application: 'A', threshold: { scope: 'total', op: '<', value: 60 }, figure: '59999/1000' }])
  })
  it('on a criterion need scores by criterion', () => {
    const given = { ...one(3, 10), scores: [{ reviewer: 'r1', application: 'A', total: 11 }], thresholds: [{ scope: 'criterion', criterion: 'novelty', op: '<', value: 1 }] }
    expect(faults(given)).toEqual([['/thresholds/0/criterion', 'needsCriteria']])
  })
  it('as a knock-out reject by one reviewer, by more than half, or by the mean, on points before the weight', () => {
    const panel = (by: string, points: number[]): unknown => ({
      criteria: [{ id: 'c', weight: 5, levels: LEVELS, knockOut: { op: '<=', value: 1, by } }], applications: [{ id: 'A' }], method: 'mean',
      reviewers: points.map((_, i) => `r${i}`), scores: points.map((c, i) => ({ reviewer: `r${i}`, application: 'A', criteria: { c } })),
    })
    const rejected = (by: string, points: number[]): unknown => result(panel(by, points)).rejected.map((r) => [r.figure, r.reviewer])
    expect([rejected('any', [5, 1, 5]), rejected('any', [2, 2, 2])]).toEqual([[['5/1', 'r1']], []])
    expect([rejected('majority', [1, 1, 5]), rejected('majority', [1, 5])]).toEqual([[['35/3', undefined]], []])
    expect([rejected('mean', [1, 1]), rejected('mean', [1, 2])]).toEqual([[['5/1', undefined]], []])
    expect(result(panel('any', [1])).rejected[0]?.threshold).toEqual({ scope: 'knockOut', criterion: 'c', op: '<=', value: 1, by: 'any' })
  })
})

describe('ties', () => {
  const tied: Totals = { A: [3, 1], B: [1, 3], C: [2, 2] }
  it('remain where no rule is given, and leave out the ranks after them', () => {
    expect(result(input({ ...tied, D: [0, 0] })).ranking.map((r) => [r.application, r.rank, r.tied])).toEqual([['A', 1, true], ['B', 1, true], ['C', 1, true], ['D', 4, false]])
  })
  it('are broken by the first rule that tells apart, each on what the ones before left', () => {
    const given = input(tied, { ties: [{ rule: 'firstPlaces' }, { rule: 'chair', order: ['B'] }] })
    expect(order(given)).toEqual([['B', 1, '2/1', 'chair'], ['A', 2, '2/1', 'chair'], ['C', 3, '2/1', 'firstPlaces']])
  })
  it('say so where a rule decided only in part', () => {
    expect(result(input(tied, { ties: [{ rule: 'firstPlaces' }] })).ranking.map((r) => [r.application, r.rank, r.decidedBy, r.tied])).toEqual([['A', 1, 'firstPlaces', true], ['B', 1, 'firstPlaces', true], ['C', 3, 'firstPlaces', false]])
  })
  it('go to the lower request', () => {
    const given = { ...input(tied, { ties: [{ rule: 'lowerRequest' }] }), applications: [{ id: 'A', requested: 300 }, { id: 'B', requested: '200' }, { id: 'C', requested: 100 }] }
    expect(order(given).map(([id, rank, , by]) => [id, rank, by])).toEqual([['C', 1, 'lowerRequest'], ['B', 2, 'lowerRequest'], ['A', 3, 'lowerRequest']])
  })
  it('need the request only where they reach that rule', () => {
    expect(faults(input(tied, { ties: [{ rule: 'lowerRequest' }] }))).toEqual([['/applications/0', 'needsRequest'], ['/applications/1', 'needsRequest'], ['/applications/2', 'needsRequest']])
    expect(faults(input({ A: [2], B: [1] }, { ties: [{ rule: 'lowerRequest' }] }))).toEqual([])
  })
  it('go to the higher mean of those who ranked it first; who was first with nobody comes last', () => {
    // A is first with r1 (9) and, beside C, with r3 (5): 7. B is first with r2: 8. C with r3: 5. D with nobody.
    const given = input({ A: [9, 1, 5], B: [5, 8, 2], C: [5, 5, 5], D: [8, 4, 3] }, { ties: [{ rule: 'firstRankersMean' }] })
    expect(order(given).map(([id, rank, , by]) => [id, rank, by])).toEqual([['B', 1, 'firstRankersMean'], ['A', 2, 'firstRankersMean'], ['C', 3, 'firstRankersMean'], ['D', 4, 'firstRankersMean']])
  })
  it('go to the most votes of the panel', () => expect(order(input(tied, { ties: [{ rule: 'panelVote', votes: [{ application: 'C', votes: 2 }, { application: 'B', votes: 1 }] }] })).map(([id]) => id)).toEqual(['C', 'B', 'A']))
  it('go by a lot drawn by hand, or from a seed that draws the same again', () => {
    expect(order(input(tied, { ties: [{ rule: 'lot', order: ['C', 'A', 'B'] }] })).map(([id, , , by]) => [id, by])).toEqual([['C', 'lot'], ['A', 'lot'], ['B', 'lot']])
    const drawn = (seed: number): string => order(input(tied, { ties: [{ rule: 'lot', seed }] })).map(([id]) => id).join('')
    expect(Array.from({ length: 60 }, (_, seed) => drawn(seed)).filter((d, i, all) => all.indexOf(d) === i).sort()).toEqual(['ABC', 'ACB', 'BAC', 'BCA', 'CAB', 'CBA'])
    expect(drawn(7)).toBe(drawn(7))
  })
  it('by a criterion need scores by criterion, where they reach that rule', () => {
    const given = { criteria, applications: [{ id: 'A' }, { id: 'B' }], reviewers: ['r1'], method: 'mean', ties: [{ rule: 'criterion', criterion: 'novelty' }] }
    expect(faults({ ...given, scores: [sheet('r1', 'A', 3, 10), { reviewer: 'r1', application: 'B', total: 11 }] })).toEqual([['/ties/0', 'needsCriteria']])
    expect(faults({ ...given, scores: [sheet('r1', 'A', 3, 10), { reviewer: 'r1', application: 'B', total: 12 }] })).toEqual([])
  })
})

describe('rounding', () => {
  const shown = (total: string, digits: number, mode: 'halfUp' | 'floor'): string | undefined => result(input({ A: [total] }, { rounding: { digits, mode } })).ranking[0]?.display
  it.each<[string, number, 'halfUp' | 'floor', string]>([
    ['2.345', 2, 'halfUp', '2.35'], ['2.345', 2, 'floor', '2.34'], ['2.344999999999999', 2, 'halfUp', '2.34'], ['2.5', 0, 'halfUp', '3'], ['7', 2, 'halfUp', '7.00'],
    ['-0.5', 0, 'halfUp', '0'], ['-1.5', 0, 'halfUp', '-1'], ['-1.2', 0, 'floor', '-2'], ['-0.001', 2, 'halfUp', '0.00'], ['0.05', 1, 'halfUp', '0.1'], ['-12.345', 3, 'floor', '-12.345'],
  ])('shows %s to %d digits by %s as %s', (total, digits, mode, text) => expect(shown(total, digits, mode)).toBe(text))
  it('ranks on what is shown only where the rubric says so', () => {
    const totals: Totals = { A: ['79.996'], B: ['80'], C: ['79.99'] }
    const ranks = (rankOn: 'rounded' | 'unrounded'): unknown => result(input(totals, { rankOn })).ranking.map((r) => [r.application, r.rank, r.display])
    expect(ranks('unrounded')).toEqual([['B', 1, '80.00'], ['A', 2, '80.00'], ['C', 3, '79.99']])
    expect(ranks('rounded')).toEqual([['A', 1, '80.00'], ['B', 1, '80.00'], ['C', 3, '79.99']])
  })
})

describe('exactness', () => {
  it('holds where doubles do not: 0.1 + 0.2 and 0.3 are equal', () => {
    const tenths = { A: ['0.1', '0.2'], B: ['0.3', '0'] }
    expect(result(input(tenths)).ranking.map((r) => [r.exact, r.rank])).toEqual([['3/20', 1], ['3/20', 1]])
  })
  it('tells apart what differs in the fifteenth decimal', () => {
    expect(order(input({ A: ['0.000000000000001', 0], B: [0, 0] })).map(([id, rank]) => [id, rank])).toEqual([['A', 1], ['B', 2]])
  })
  it('finds mean z-scores equal that are so only through a common root', () => {
    // Of spread 2 and 4 (the same root, twice as long): A is as far above the first as B is above the second.
    const given = input({ A: [3, 2], B: [1, 6], C: [2, 4] }, { method: 'zScore' })
    expect(result(given).ranking.map((r) => [r.application, r.rank, r.score])).toEqual([['A', 1, 0], ['B', 1, 0], ['C', 1, 0]])
  })
  it('gives everybody 0 of a reviewer who sees no difference', () => {
    expect(result(input({ A: [5, 1], B: [5, 0] }, { method: 'zScore' })).ranking.map((r) => [r.application, r.score, r.display, r.tScore])).toEqual([['A', 0.5, '0.50', 55], ['B', -0.5, '-0.50', 45]])
  })
})

describe('agreement', () => {
  it('is 1 for reviewers who rank alike, and null where they see no difference at all', () => {
    expect(result(input({ A: [3, 30], B: [2, 20], C: [1, 10] })).kendallW).toBe(1)
    expect(result(input({ A: [3, 3], B: [3, 3] })).kendallW).toBeNull()
  })
  it('is not given where somebody did not score everything', () => expect(result(input({ A: [3, null], B: [2, 20] })).kendallW).toBeNull())
  it('by criterion is Krippendorff’s α for intervals', () => {
    // Units (1,2), (3,3), (5,4): observed (2·1 + 0 + 2·1)/6 = 2/3; the six values 1,2,3,3,5,4 have 2(6·64 − 18²)/30 = 4.
    const scores = [['A', 1, 2], ['B', 3, 3], ['C', 5, 4]].flatMap(([id, x, y]) => [['r1', x], ['r2', y]].map(([r, level]) => ({ reviewer: r, application: id, criteria: { c: level } })))
    const given = { criteria: [{ id: 'c', weight: 4, levels: LEVELS }], applications: [{ id: 'A' }, { id: 'B' }, { id: 'C' }], reviewers: ['r1', 'r2'], scores, method: 'mean' }
    expect(result(given).krippendorffAlpha).toEqual([{ criterion: 'c', alpha: 1 - 2 / 3 / 4 }])
  })
  it('shows the spread of each reviewer and each application', () => {
    const { severity, disagreement } = result(input({ A: [10, 20], B: [14, 20] }))
    expect(severity).toEqual([{ reviewer: 'r1', offset: '-4/1', spread: 2, scored: 2 }, { reviewer: 'r2', offset: '4/1', spread: 0, scored: 2 }])
    expect(disagreement).toEqual([{ application: 'A', lowest: '10/1', highest: '20/1', spread: 5 }, { application: 'B', lowest: '14/1', highest: '20/1', spread: 3 }])
  })
})
