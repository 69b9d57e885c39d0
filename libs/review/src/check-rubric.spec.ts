import { checkRubric } from './check-rubric.js'
import { rubricFile, rubricTypes } from './rubric.js'

const ja = (text: string): { ja: string; en: string } => ({ ja: text, en: text })

type Changes = Record<string, unknown>
const stage = (changes: Changes = {}): Changes => ({
  id: 'stage1',
  label: ja('書類審査'),
  method: 'mean',
  criteria: [
    { id: 'novelty', label: ja('新規性'), weight: 8, levels: { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5 } },
    { id: 'feasibility', label: ja('実現性'), weight: 4, levels: { 1: 0, 2: 1, 3: 3, 4: 4, 5: 5 } },
    { id: 'impact', label: ja('効果'), maxPoints: 20 },
  ],
  ...changes,
})
const rubric = (...stages: Changes[]): unknown => ({ stages })
const codes = (file: unknown): [string, string, string][] => checkRubric(file).map((p) => [p.severity, p.code, p.path.join('.')])

describe('rubricFile', () => {
  it('fills in what a rubric need not say', () => {
    expect(rubricFile.parse(rubric(stage({ criteria: [{ id: 'impact', label: ja('効果'), maxPoints: '20.5' }] }))).stages[0]).toEqual({
      id: 'stage1',
      label: ja('書類審査'),
      criteria: [{ id: 'impact', label: ja('効果'), weight: 1, maxPoints: '20.5' }],
      reviewers: { min: 1, quorum: 'half' },
      method: 'mean',
      thresholds: [],
      ties: [],
      rankOn: 'unrounded',
      rounding: { digits: 2, mode: 'halfUp' },
    })
  })
})

describe('rubricTypes', () => {
  it('gives each stage its facts', () => {
    const file = rubricFile.parse(rubric(stage(), stage({ id: 'stage2' })))
    const facts = { missing: 'int', quorum: 'bool', submitted: 'int' }
    expect(rubricTypes(file)).toEqual({ stage1: facts, stage2: facts })
  })
})

describe('checkRubric', () => {
  it('passes a rubric that uses each construct', () => {
    const whole = stage({
      method: 'trimmedMean',
      reviewers: { min: 6, quorum: 'majority' },
      thresholds: [
        { scope: 'total', op: '<', value: 60 },
        { scope: 'criterion', criterion: 'impact', op: '<=', value: 6 },
        { scope: 'reviewer', op: '<', value: '12.5' },
      ],
      ties: [{ rule: 'criterion', criterion: 'novelty' }, { rule: 'criterion', criterion: 'impact' }, { rule: 'lowerRequest' }, { rule: 'firstPlaces' }, { rule: 'firstRankersMean' }, { rule: 'chair' }, { rule: 'panelVote' }, { rule: 'lot' }],
      rankOn: 'rounded',
      rounding: { digits: 0, mode: 'floor' },
      allocation: { policy: 'reduce', minimum: 300000 },
    })
    expect(checkRubric(rubric(whole))).toEqual([])
  })

  it('points at a threshold and a tie that name no criterion of their stage', () => {
    const wrong = stage({ thresholds: [{ scope: 'criterion', criterion: 'beauty', op: '<', value: 1 }], ties: [{ rule: 'criterion', criterion: 'beauty' }] })
    expect(checkRubric(rubric(wrong))).toEqual([
      { path: ['stages', 0, 'thresholds', 0, 'criterion'], code: 'unknownCriterion', severity: 'error', message: 'stage "stage1" has no criterion "beauty"; it has novelty, feasibility, impact' },
      { path: ['stages', 0, 'ties', 0, 'criterion'], code: 'unknownCriterion', severity: 'error', message: 'stage "stage1" has no criterion "beauty"; it has novelty, feasibility, impact' },
    ])
  })

  it('points at ids that stand twice', () => {
    const twice = stage({ criteria: [{ id: 'impact', label: ja('効果'), maxPoints: 1 }, { id: 'impact', label: ja('効果'), maxPoints: 1 }] })
    expect(codes(rubric(stage(), twice))).toEqual([
      ['error', 'duplicateId', 'stages.1.id'],
      ['error', 'duplicateId', 'stages.1.criteria.1.id'],
    ])
  })

  it('rejects a lot before the end of the chain, and a rule that stands twice', () => {
    expect(codes(rubric(stage({ ties: [{ rule: 'lot' }, { rule: 'chair' }, { rule: 'chair' }] })))).toEqual([
      ['error', 'lotNotLast', 'stages.0.ties.0.rule'],
      ['error', 'repeatedTie', 'stages.0.ties.2.rule'],
    ])
  })

  it('rejects a threshold that nobody can pass, and warns of one that everybody passes', () => {
    // novelty 8..40, feasibility 0..20, impact 0..20
    const at = (op: string, value: number | string): Changes => ({ scope: 'total', op, value })
    const wrong = stage({ thresholds: [at('<', 80), at('<=', 80), at('<=', 79), at('<', 8), at('<=', 8), at('<=', '7.9')] })
    expect(codes(rubric(wrong))).toEqual([
      ['error', 'thresholdRejectsAll', 'stages.0.thresholds.1.value'],
      ['warning', 'thresholdRejectsNone', 'stages.0.thresholds.3.value'],
      ['warning', 'thresholdRejectsNone', 'stages.0.thresholds.5.value'],
    ])
  })

  it('adds up decimal points exactly', () => {
    const tenths = ['a', 'b', 'c'].map((id) => ({ id, label: ja(id), maxPoints: '0.1' }))
    expect(codes(rubric(stage({ criteria: tenths, thresholds: [{ scope: 'total', op: '<', value: '0.3' }] })))).toEqual([])
    expect(codes(rubric(stage({ criteria: tenths, thresholds: [{ scope: 'total', op: '<=', value: '0.3' }] })))).toEqual([['error', 'thresholdRejectsAll', 'stages.0.thresholds.0.value']])
  })

  it('does not judge a threshold on a sum, which grows with the panel', () => {
    expect(codes(rubric(stage({ method: 'sum', thresholds: [{ scope: 'total', op: '<', value: 500 }] })))).toEqual([])
  })

  it('rejects weights and scales that cannot be meant', () => {
    const criteria = [
      { id: 'novelty', label: ja('新規性'), weight: 0, levels: { 1: 1 } },
      { id: 'impact', label: ja('効果'), maxPoints: 3, levels: { a: -2, b: 4 } },
      { id: 'reach', label: ja('広がり'), maxPoints: 0 },
    ]
    expect(codes(rubric(stage({ criteria })))).toEqual([
      ['error', 'weight', 'stages.0.criteria.0.weight'],
      ['error', 'levels', 'stages.0.criteria.0.levels'],
      ['error', 'levels', 'stages.0.criteria.1.levels.b'],
      ['error', 'maxPoints', 'stages.0.criteria.2.maxPoints'],
    ])
  })

  it('warns of settings that do not do what they seem to', () => {
    const odd = [
      stage({ method: 'trimmedMean', reviewers: { min: 4 } }),
      stage({ id: 'stage2', method: 'zScore', rankOn: 'rounded', allocation: { policy: 'skip', minimum: 1 } }),
    ]
    expect(codes(rubric(...odd))).toEqual([
      ['warning', 'trimmedMean', 'stages.0.method'],
      ['warning', 'rankOn', 'stages.1.rankOn'],
      ['warning', 'unusedMinimum', 'stages.1.allocation.minimum'],
    ])
  })

  it('checks steps, knock-outs and comments', () => {
    const criteria = [
      { id: 'novelty', label: ja('新規性'), weight: 8, levels: { 1: 1, 5: 5 }, step: 1, knockOut: { op: '<=', value: 5 }, comment: { below: 2, above: 4 } },
      { id: 'impact', label: ja('効果'), weight: 3, maxPoints: 10, step: 3, knockOut: { op: '<', value: 0, by: 'majority' } },
      { id: 'reach', label: ja('広がり'), maxPoints: 10, step: '0.5', knockOut: { op: '<=', value: 4, by: 'mean' } },
      { id: 'cost', label: ja('費用'), maxPoints: 10, step: 0 },
    ]
    expect(codes(rubric(stage({ criteria })))).toEqual([
      ['warning', 'unusedStep', 'stages.0.criteria.0.step'],
      ['error', 'thresholdRejectsAll', 'stages.0.criteria.0.knockOut.value'],
      ['error', 'step', 'stages.0.criteria.1.step'],
      ['warning', 'thresholdRejectsNone', 'stages.0.criteria.1.knockOut.value'],
      ['error', 'step', 'stages.0.criteria.3.step'],
    ])
    expect(codes(rubric(stage({ criteria: [{ id: 'reach', label: ja('広がり'), maxPoints: 10, comment: {} }] })))).toEqual([['error', 'schema', 'stages.0.criteria.0.comment']])
  })

  it('checks rates that fall with the number adopted', () => {
    const allocation = (more: object): unknown => rubric(stage({ allocation: { policy: 'stop', ...more } }))
    expect(codes(allocation({ rates: [{ upTo: 5, rate: '2/3', cap: 1000000 }, { rate: '1/2', cap: 700000 }], reserveLimit: 3 }))).toEqual([])
    expect(codes(allocation({ rates: [{ upTo: 5, rate: '1/2' }, { rate: '2/3' }] }))).toEqual([['error', 'rates', 'stages.0.allocation.rates']])
    expect(codes(allocation({ policy: 'optimise', rates: [{ rate: '1/2' }] }))).toEqual([['error', 'rates', 'stages.0.allocation.rates']])
    expect(codes(allocation({ rates: [{ rate: '66' }] }))).toEqual([['error', 'schema', 'stages.0.allocation.rates.0.rate']])
  })

  it('points at words and shapes that the grammar does not have', () => {
    const criteria = [{ id: 'In', label: { ja: '新規性' }, wieght: 2 }]
    expect(codes(rubric(stage({ criteria, method: 'median', thresholds: [{ scope: 'criterion', op: '≤', value: 1 }] })))).toEqual([
      ['error', 'schema', 'stages.0.criteria.0.id'],
      ['error', 'schema', 'stages.0.criteria.0.label.en'],
      ['error', 'unknownKey', 'stages.0.criteria.0.wieght'],
      ['error', 'schema', 'stages.0.method'],
      ['error', 'schema', 'stages.0.thresholds.0.criterion'],
      ['error', 'schema', 'stages.0.thresholds.0.op'],
    ])
    expect(codes(rubric(stage({ criteria: [{ id: 'novelty', label: ja('新規性') }] })))).toEqual([['error', 'schema', 'stages.0.criteria.0']])
  })

  it.each([[null], [undefined], [[]], ['stages'], [{}], [{ stages: [] }], [{ stages: [null] }]])('reports %j as no rubric', (file) => {
    expect(checkRubric(file).map((p) => p.code)).toEqual(['schema'])
  })
})
