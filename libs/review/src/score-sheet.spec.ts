import { readSheet, rubricFile, score, stageScoring, type ScoreSheet, type Stage } from './index.js'

const label = (ja: string): { ja: string; en: string } => ({ ja, en: ja })

function stage(more: object = {}): Stage {
  const parsed = rubricFile.parse({ stages: [{
    id: 'panel', label: label('審査'), method: 'mean',
    criteria: [
      { id: 'novelty', label: label('新規性'), weight: 8, levels: { A: 5, B: 4, C: 3, D: 1, E: 0 }, comment: { below: 1, above: 4 } },
      { id: 'effect', label: label('効果'), weight: '0.5', maxPoints: 20 },
      { id: 'risk', label: label('懸念'), maxPoints: 5, step: '0.5', knockOut: { op: '<', value: 1 } },
    ],
    ...more,
  }] })
  const [first] = parsed.stages
  if (first === undefined) throw new Error('a rubric has a stage')
  return first
}

const read = (criteria: Record<string, unknown>, comments?: Record<string, unknown>): [string | null, [string, string][]] => {
  const sheet: ScoreSheet = comments === undefined ? { criteria } : { criteria, comments }
  const { total, problems } = readSheet(stage(), sheet)
  return [total, problems.map((p) => [p.pointer, p.code])]
}

describe('readSheet', () => {
  it('adds up levels and points with their weights', () => expect(read({ novelty: 'B', effect: 15, risk: '2.5' })).toEqual(['42/1', []]))
  it('asks for a comment below and above what goes without one', () => {
    expect(read({ novelty: 'A', effect: 15, risk: 2 })).toEqual(['99/2', [['/comments/novelty', 'commentRequired']]])
    expect(read({ novelty: 'E', effect: 15, risk: 2 }, { novelty: ' ' })).toEqual(['19/2', [['/comments/novelty', 'commentRequired']]])
    expect(read({ novelty: 'E', effect: 15, risk: 2 }, { novelty: '根拠が示されていない。' })).toEqual(['19/2', []])
    expect(read({ novelty: 'D', effect: 15, risk: 2 })).toEqual(['35/2', []])
  })
  it('has no total while a criterion is missing', () => expect(read({ novelty: 'B', effect: '', risk: null })).toEqual([null, [['/criteria/effect', 'missingPoints'], ['/criteria/risk', 'missingPoints']]]))
  it('takes whole points unless the rubric gives a step', () => {
    expect(read({ novelty: 'B', effect: '14.5', risk: '2.25' })).toEqual([null, [['/criteria/effect', 'offScale'], ['/criteria/risk', 'offScale']]])
    expect(readSheet(stage(), { criteria: { novelty: 'F', effect: 1, risk: 1 } }).problems[0]?.message).toEqual({ ja: '「F」は審査項目「novelty」の尺度にありません(A, B, C, D, E)。', en: '"F" is not on the scale of criterion "novelty" (A, B, C, D, E).' })
  })
  it('refuses what the rubric lacks, also after it changed', () => expect(read({ novelty: 'B', effect: 1, risk: 1, beauty: 3 })).toEqual(['67/2', [['/criteria/beauty', 'unknownCriterion']]]))
  it.each([[Number.NaN, 'notANumber'], [1e309, 'notFinite'], ['７５', 'fullWidthDigits'], [-1, 'offScale'], [21, 'offScale'], [{}, 'notANumber']])('refuses %p points', (points, code) => expect(read({ novelty: 'B', effect: points, risk: 1 })).toEqual([null, [['/criteria/effect', code]]]))
})

describe('stageScoring', () => {
  it('gives score what the rubric decides', () => {
    const scoring = stageScoring(stage({ ties: [{ rule: 'criterion', criterion: 'novelty' }, { rule: 'chair' }, { rule: 'panelVote' }, { rule: 'lot' }], thresholds: [{ scope: 'total', op: '<', value: 10, label: label('10点未満') }] }))
    const sheets = [['X', 'B', 15, 2], ['Y', 'C', 11, 5], ['Z', 'A', 1, '0.5']].map(([application, novelty, effect, risk]) => ({ reviewer: 'r1', application, criteria: { novelty, effect, risk } }))
    const outcome = score({ ...scoring, applications: [{ id: 'X' }, { id: 'Y' }, { id: 'Z' }], reviewers: ['r1'], scores: sheets })
    expect(outcome.ok && [outcome.result.ranking.map((r) => [r.application, r.exact]), outcome.result.rejected]).toEqual([
      [['X', '83/2'], ['Y', '69/2']],
      [{ application: 'Z', threshold: { scope: 'knockOut', criterion: 'risk', op: '<', value: 1, by: 'any' }, figure: '1/2', reviewer: 'r1' }],
    ])
  })
  it('leaves the chair’s order, the votes and the lot undecided until the day', () => {
    const ties = [{ rule: 'chair' }, { rule: 'panelVote' }, { rule: 'lot' }]
    const scores = ['X', 'Y'].map((application) => ({ reviewer: 'r1', application, criteria: { novelty: 'B', effect: 1, risk: 1 } }))
    const outcome = score({ ...stageScoring(stage({ ties })), applications: [{ id: 'X' }, { id: 'Y' }], reviewers: ['r1'], scores })
    expect(outcome.ok && outcome.result.ranking.map((r) => [r.application, r.rank, r.tied])).toEqual([['X', 1, true], ['Y', 1, true]])
  })
})
