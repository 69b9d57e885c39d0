import Fraction from 'fraction.js'
import type { ScoreInput } from '@saitaku/review'

/**
 * The definitions of scoring once more, as plainly as they can be put: every figure from its own definition, by comparing
 * all with all, with no thought of speed. It shares nothing with libs/review but the input.
 */

const ZERO = new Fraction(0)
const exact = (value: number | string): Fraction => new Fraction(String(value))
const sum = (list: Fraction[]): Fraction => list.reduce((a, b) => a.add(b), ZERO)
const mean = (list: Fraction[]): Fraction => sum(list).div(list.length)
const written = (f: Fraction): string => `${f.s * f.n}/${f.d}`

interface Cell {
  reviewer: string
  application: string
  total: Fraction
  criteria: Record<string, Fraction>
}

export interface ReferenceRanked {
  application: string
  rank: number
  tied: boolean
  decidedBy: string | null
  exact: string | null
  display: string
  places?: string[]
}

export interface ReferenceResult {
  ranking: ReferenceRanked[]
  rejected: string[]
  severity: (string | null)[]
  kendallW: number | null
  alpha: (number | null)[]
}

export function referenceRanking(input: ScoreInput): ReferenceResult {
  const recused = new Set((input.recusals ?? []).map((r) => `${r.reviewer} ${r.application}`))
  const cells: Cell[] = input.scores.flatMap((score) => {
    if (recused.has(`${score.reviewer} ${score.application}`)) return []
    const criteria = Object.fromEntries((input.criteria ?? []).flatMap((c) => {
      const given = score.criteria?.[c.id]
      return given === undefined ? [] : [[c.id, exact(c.levels?.[String(given)] ?? given).mul(exact(c.weight ?? 1))] as const]
    }))
    const total = score.total == null ? sum(Object.values(criteria)) : exact(score.total)
    return [{ reviewer: score.reviewer, application: score.application, total, criteria }]
  })
  const everyone = input.applications.map((a) => a.id)
  const of = (application: string): Cell[] => cells.filter((c) => c.application === application)
  const uneven = recused.size > 0 || everyone.some((a) => of(a).length !== of(everyone[0] ?? '').length)
  const method = uneven && input.method === 'sum' ? 'mean' : uneven && input.method === 'rankSum' ? 'meanRelativeRank' : input.method

  const trimmed = (application: string): Fraction => {
    const totals = of(application).map((c) => c.total).sort((a, b) => a.compare(b))
    return mean(totals.length < 5 ? totals : totals.slice(1, -1))
  }
  const totalOf = (a: string): Fraction => (method === 'sum' ? sum(of(a).map((c) => c.total)) : method === 'trimmedMean' ? trimmed(a) : mean(of(a).map((c) => c.total)))
  const under = (figure: Fraction, op: '<' | '<=', value: number | string): boolean => (op === '<' ? figure.compare(exact(value)) < 0 : figure.compare(exact(value)) <= 0)
  const isRejected = (a: string): boolean =>
    (input.thresholds ?? []).some((t) => {
      if (t.scope === 'total') return under(totalOf(a), t.op, t.value)
      if (t.scope === 'reviewer') return of(a).some((c) => under(c.total, t.op, t.value))
      return under(mean(of(a).map((c) => c.criteria[t.criterion] ?? ZERO)), t.op, t.value)
    }) ||
    (input.criteria ?? []).some((c) => {
      if (c.knockOut === undefined) return false
      const { op, value, by = 'any' } = c.knockOut
      const points = of(a).map((cell) => (cell.criteria[c.id] ?? ZERO).div(exact(c.weight ?? 1)))
      const low = points.filter((p) => under(p, op, value)).length
      return by === 'any' ? low > 0 : by === 'majority' ? low > points.length / 2 : under(mean(points), op, value)
    })
  const rejected = everyone.filter(isRejected)
  const inPlay = everyone.filter((a) => !rejected.includes(a))

  /** The totals that a reviewer gave among those in play. */
  const sheet = (reviewer: string): Cell[] => cells.filter((c) => c.reviewer === reviewer && inPlay.includes(c.application))
  const better = (cell: Cell): number => sheet(cell.reviewer).filter((c) => c.total.compare(cell.total) > 0).length
  const equal = (cell: Cell): number => sheet(cell.reviewer).filter((c) => c.total.compare(cell.total) === 0).length
  const rank = (cell: Cell): Fraction => new Fraction(2 * better(cell) + 1 + equal(cell), 2)
  const share = (cell: Cell, place: number): Fraction => (place > better(cell) && place <= better(cell) + equal(cell) ? new Fraction(1, equal(cell)) : ZERO)
  const places = (a: string): Fraction[] => inPlay.map((_, i) => (uneven ? mean : sum)(of(a).map((cell) => share(cell, i + 1))))
  const z = (cell: Cell): Fraction => {
    const totals = sheet(cell.reviewer).map((c) => c.total)
    const average = mean(totals)
    const variance = mean(totals.map((t) => t.sub(average).pow(2)))
    return variance.equals(0) ? ZERO : cell.total.sub(average).div(root(variance))
  }

  const figures = (a: string): Fraction[] => {
    switch (method) {
      case 'rankSum': return [sum(of(a).map(rank)).neg()]
      case 'meanRelativeRank': return [mean(of(a).map((cell) => rank(cell).sub(1, 2).div(sheet(cell.reviewer).length))).neg()]
      // Roots carry 60 digits here; what they leave of an exact figure is cut before anything is rounded down.
      case 'zScore': return [mean(of(a).map(z)).round(40)]
      case 'firstPlaces': return places(a)
      default: return [totalOf(a)]
    }
  }
  const { digits = 2, mode = 'halfUp' } = input.rounding ?? {}
  const round = (f: Fraction): Fraction => f.mul(10 ** digits).add(mode === 'halfUp' ? new Fraction(1, 2) : 0).floor().div(10 ** digits)
  const lowWins = method === 'rankSum' || method === 'meanRelativeRank'
  const roundedFigures = (a: string): Fraction[] => figures(a).map((f) => (lowWins ? round(f.neg()).neg() : round(f)))

  const byMethod = table(inPlay, (a) => (input.rankOn === 'rounded' ? roundedFigures(a) : figures(a)))
  const steps: { name: string | null; higher: (a: string) => Fraction[] }[] = [
    { name: null, higher: (a) => byMethod.get(a) ?? [] },
    ...(input.ties ?? []).map((tie) => {
      switch (tie.rule) {
        case 'criterion': return { name: `criterion:${tie.criterion}`, higher: (a: string) => [mean(of(a).map((c) => c.criteria[tie.criterion] ?? ZERO))] }
        case 'lowerRequest': return { name: 'lowerRequest', higher: (a: string) => [exact(input.applications.find((x) => x.id === a)?.requested ?? 0).neg()] }
        case 'firstPlaces': return { name: 'firstPlaces', higher: places }
        case 'firstRankersMean': return { name: 'firstRankersMean', higher: (a: string) => {
          const first = of(a).filter((cell) => better(cell) === 0)
          return first.length === 0 ? [ZERO, ZERO] : [new Fraction(1), mean(first.map((c) => c.total))]
        } }
        case 'panelVote': return { name: 'panelVote', higher: (a: string) => [new Fraction((tie.votes ?? []).find((v) => v.application === a)?.votes ?? 0)] }
        default: return { name: tie.rule, higher: (a: string) => [new Fraction((tie.order ?? []).includes(a) ? -(tie.order ?? []).indexOf(a) : -1000)] }
      }
    }),
  ]
  const tables = steps.map((step) => ({ name: step.name, of: table(inPlay, step.higher) }))
  const compareAt = (i: number, a: string, b: string): number => compareLists(tables[i]?.of.get(b) ?? [], tables[i]?.of.get(a) ?? [])
  /** The first step that tells two apart, or null. */
  const apart = (a: string, b: string): { step: number; order: number } | null => {
    for (let i = 0; i < tables.length; i++) {
      const order = compareAt(i, a, b)
      if (order !== 0) return { step: i, order }
    }
    return null
  }
  const ranking = inPlay.map((a): ReferenceRanked => {
    const others = inPlay.filter((b) => b !== a).map((b) => apart(a, b))
    const last = Math.max(0, ...others.map((o) => o?.step ?? 0))
    const shown = lowWins ? figures(a).map((f) => f.neg()) : figures(a)
    return {
      application: a,
      rank: 1 + others.filter((o) => o !== null && o.order > 0).length,
      tied: others.includes(null),
      decidedBy: tables[last]?.name ?? null,
      exact: method === 'zScore' ? null : written(shown[0] ?? ZERO),
      display: round(shown[0] ?? ZERO).toString(12),
      ...(method === 'firstPlaces' ? { places: shown.map(written) } : {}),
    }
  })
  ranking.sort((a, b) => a.rank - b.rank || (a.application < b.application ? -1 : 1))

  const panelMean = (a: string): Fraction => mean(of(a).map((c) => c.total))
  const severity = input.reviewers.map((r) => {
    const own = cells.filter((c) => c.reviewer === r)
    return own.length === 0 ? null : written(mean(own.map((c) => c.total.sub(panelMean(c.application)))))
  })
  return { ranking, rejected: [...rejected].sort(), severity, kendallW: concordance(input, cells), alpha: (input.criteria ?? []).map((c) => alpha(everyone.map((a) => of(a).map((cell) => cell.criteria[c.id] ?? ZERO)))) }
}

function table(applications: string[], of: (a: string) => Fraction[]): Map<string, Fraction[]> {
  return new Map(applications.map((a) => [a, of(a)]))
}

/** Below the 40th digit two figures are the same: the z-scores here carry 60. */
function compareLists(a: Fraction[], b: Fraction[]): number {
  for (const [i, x] of a.entries()) {
    const difference = x.sub(b[i] ?? ZERO)
    if (difference.abs().compare(new Fraction(1n, 10n ** 40n)) > 0) return Number(difference.s)
  }
  return 0
}

/** To 60 digits, by bisection. */
function root(value: Fraction): Fraction {
  const scale = 10n ** 60n
  const target = (value.n * scale * scale) / value.d
  let [low, high] = [0n, target + 1n]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (middle * middle <= target) low = middle
    else high = middle
  }
  return new Fraction(low, scale)
}

/** Kendall's W = 12 S / (m² (n³ − n) − m ΣT). */
function concordance({ reviewers, applications }: ScoreInput, cells: Cell[]): number | null {
  const [m, n] = [reviewers.length, applications.length]
  if (m < 2 || n < 2 || cells.length !== m * n) return null
  const rank = (cell: Cell): Fraction => {
    const own = cells.filter((c) => c.reviewer === cell.reviewer)
    const above = own.filter((c) => c.total.compare(cell.total) > 0).length
    return new Fraction(2 * above + 1 + own.filter((c) => c.total.equals(cell.total)).length, 2)
  }
  const sums = applications.map(({ id }) => sum(cells.filter((c) => c.application === id).map(rank)))
  const squares = sum(sums.map((s) => s.sub(mean(sums)).pow(2)))
  // Each cell that is equal to t of its reviewer's own (itself among them) brings t² − 1 of the t³ − t of its group.
  const ties = cells.reduce((total, cell) => total + cells.filter((c) => c.reviewer === cell.reviewer && c.total.equals(cell.total)).length ** 2 - 1, 0)
  const most = m * m * (n ** 3 - n) - m * ties
  return most === 0 ? null : squares.mul(12).div(most).valueOf()
}

/** Krippendorff's α by its definition: pairs within units against all pairs. */
function alpha(units: Fraction[][]): number | null {
  const pairable = units.filter((u) => u.length > 1)
  const values = pairable.flat()
  const differences = (list: Fraction[]): Fraction => sum(list.flatMap((x, i) => list.flatMap((y, j) => (i === j ? [] : [x.sub(y).pow(2)]))))
  const all = differences(values)
  if (all.equals(0)) return null
  const observed = sum(pairable.map((u) => differences(u).div(u.length - 1))).div(values.length)
  const expected = all.div(values.length * (values.length - 1))
  return new Fraction(1).sub(observed.div(expected)).valueOf()
}
