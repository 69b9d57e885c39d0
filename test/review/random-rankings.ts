import fc from 'fast-check'
import type { ScoreInput } from '@saitaku/review'

/** Points so few that ties, zero variance and thresholds at the very value come often. */
const APPLICATIONS = ['A', 'B', 'C', 'D', 'E']
const REVIEWERS = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6']
const LEVELS = { 1: 0, 2: 1, 3: '2.5', 4: 4, X: -1 }
const criteria = [{ id: 'first', weight: '1.5', levels: LEVELS }, { id: 'second', weight: 2, maxPoints: 3 }]

const operator = fc.constantFrom('<' as const, '<=' as const)
const value = fc.constantFrom(0, 1, 2, '2.5', 3, 4, '-1.5')
const threshold = fc.oneof(
  fc.record({ scope: fc.constant('total' as const), op: operator, value }),
  fc.record({ scope: fc.constant('reviewer' as const), op: operator, value }),
  fc.record({ scope: fc.constant('criterion' as const), criterion: fc.constantFrom('first', 'second'), op: operator, value }),
)
const votes = fc.uniqueArray(fc.record({ application: fc.constantFrom(...APPLICATIONS), votes: fc.nat(2) }), { selector: (v) => v.application })
const tie = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom({ rule: 'criterion' as const, criterion: 'first' }, { rule: 'criterion' as const, criterion: 'second' }, { rule: 'lowerRequest' as const }, { rule: 'firstPlaces' as const }, { rule: 'firstRankersMean' as const }) },
  { weight: 1, arbitrary: fc.record({ rule: fc.constant('chair' as const), order: fc.shuffledSubarray(APPLICATIONS) }) },
  { weight: 1, arbitrary: fc.record({ rule: fc.constant('panelVote' as const), votes }) },
)
const lot = fc.record({ rule: fc.constant('lot' as const), order: fc.shuffledSubarray(APPLICATIONS) })
const knockOut = fc.option(fc.record({ op: operator, value: fc.constantFrom(0, 1, '0.5'), by: fc.constantFrom('any' as const, 'majority' as const, 'mean' as const) }), { nil: undefined, freq: 2 })

const matrix = <T>(cell: fc.Arbitrary<T>): fc.Arbitrary<T[][]> => fc.array(fc.array(cell, { minLength: 6, maxLength: 6 }), { minLength: 5, maxLength: 5 })
const levels = fc.record({ first: fc.constantFrom<(string | number)[]>(1, 2, 3, 4, 'X'), second: fc.constantFrom<(string | number)[]>(0, 1, '1.5', 3) })

interface Sheet {
  first: string | number
  second: string | number
}

interface Draw {
  applications: number
  reviewers: number
  totals: (number | string)[][]
  sheets: Sheet[][]
  byCriterion: boolean
  recusals: boolean[][]
  requested: number[]
  more: Pick<ScoreInput, 'thresholds' | 'rankOn' | 'rounding'>
  ties: NonNullable<ScoreInput['ties']>
  lot: (NonNullable<ScoreInput['ties']>[number] & { rule: 'lot' }) | null
  knockOut: NonNullable<ScoreInput['criteria']>[number]['knockOut']
}

/** Inputs that are well formed, and complete: whoever is not recused has scored. */
export function rankings(method: ScoreInput['method']): fc.Arbitrary<ScoreInput> {
  return draws(fc.constantFrom<(number | string)[]>(0, 1, 2, '2.5', 3, 4, '-1.5'), levels).map((drawn) => build(method, drawn))
}

/** Of these most applications are equal, none is rejected, and the chain of ties is long. */
export function tiedRankings(method: ScoreInput['method']): fc.Arbitrary<ScoreInput> {
  const sheets = fc.record({ first: fc.constantFrom<(string | number)[]>(1, 2), second: fc.constantFrom<(string | number)[]>(0, '0.75') })
  const drawn = draws(fc.constantFrom<(number | string)[]>(1, 2), sheets).map((d): Draw => ({ ...d, applications: Math.max(3, d.applications), reviewers: Math.min(3, d.reviewers), knockOut: undefined, more: { ...d.more, thresholds: [] } }))
  return fc.tuple(drawn, fc.array(tie, { minLength: 1, maxLength: 5 })).map(([d, ties]) => build(method, { ...d, ties }))
}

function draws(total: fc.Arbitrary<number | string>, sheet: fc.Arbitrary<Sheet>): fc.Arbitrary<Draw> {
  return fc.record({
    applications: fc.integer({ min: 1, max: 5 }), reviewers: fc.integer({ min: 1, max: 6 }),
    totals: matrix(total), sheets: matrix(sheet), byCriterion: fc.boolean(),
    recusals: matrix(fc.boolean().chain((b) => (b ? fc.nat(3).map((n) => n === 0) : fc.constant(false)))),
    requested: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 5, maxLength: 5 }),
    more: fc.record({ thresholds: fc.array(threshold, { maxLength: 2 }), rankOn: fc.constantFrom('unrounded' as const, 'rounded' as const), rounding: fc.record({ digits: fc.nat(2), mode: fc.constantFrom('halfUp' as const, 'floor' as const) }) }),
    ties: fc.array(tie, { maxLength: 4 }), lot: fc.option(lot), knockOut,
  })
}

function build(method: ScoreInput['method'], { applications, reviewers, totals, sheets, byCriterion, recusals, requested, more, ties, lot, knockOut }: Draw): ScoreInput {
  const panel = REVIEWERS.slice(0, reviewers)
  const recused = (a: number, r: number): boolean => r > 0 && recusals[a]?.[r] === true // the first reviewer is never recused, so that somebody scores
  const list = APPLICATIONS.slice(0, applications)
  const pairs = list.flatMap((application, a) => panel.map((reviewer, r) => ({ application, reviewer, a, r })))
  const someRecused = pairs.some(({ a, r }) => recused(a, r))
  const rules = [...ties, ...(lot === null ? [] : [lot])].filter((t) => byCriterion || t.rule !== 'criterion')
  return {
    criteria: byCriterion ? criteria.map((c, i) => (i === 0 && knockOut !== undefined ? { ...c, knockOut } : c)) : [],
    applications: list.map((id, i) => ({ id, requested: (requested[i] ?? 1) * 1000 })),
    reviewers: panel,
    scores: pairs.filter(({ a, r }) => !recused(a, r)).map(({ application, reviewer, a, r }) => ({ application, reviewer, ...(byCriterion ? { criteria: sheets[a]?.[r] ?? {} } : { total: totals[a]?.[r] ?? 0 }) })),
    recusals: pairs.filter(({ a, r }) => recused(a, r)).map(({ application, reviewer }) => ({ application, reviewer })),
    method,
    rankOn: more.rankOn, rounding: more.rounding,
    // A threshold on a sum is refused where recusals make a mean of it.
    thresholds: (more.thresholds ?? []).filter((t) => (byCriterion || t.scope !== 'criterion') && !(method === 'sum' && someRecused && t.scope === 'total')),
    ties: rules.map((t) => named(t, list)),
  }
}

/** Only applications that are there. */
function named(tie: NonNullable<ScoreInput['ties']>[number], list: string[]): NonNullable<ScoreInput['ties']>[number] {
  if (tie.rule === 'chair' || tie.rule === 'lot') return { ...tie, order: (tie.order ?? []).filter((id) => list.includes(id)) }
  return tie.rule === 'panelVote' ? { ...tie, votes: (tie.votes ?? []).filter((v) => list.includes(v.application)) } : tie
}
