import { inUnits, NOTHING, readDecimal, sumOf, type Decimal } from './exact.js'
import { indexIds, NAMES, problem, shapeProblems, type Path, type Problem } from './problems.js'
import { Scale, type TableCriterion } from './scale.js'
import { isScoreRow, scoreRow, type ReadScoreInput, type ScoreRow, type TieRule } from './score-input.js'

/**
 * Everything that was scored, as whole numbers of one unit: the whole ranking is integer arithmetic, and fractions
 * appear only where something is divided. `null` is a score that does not count: recused, withdrawn or not assigned.
 */
export interface ScoreTable {
  reviewers: readonly string[]
  applications: readonly { id: string; requested: bigint | null }[]
  criteria: readonly TableCriterion[]
  /** Units in one point. */
  unit: bigint
  unitPlaces: number
  /** By application, then reviewer. */
  totals: (bigint | null)[][]
  /** By criterion, application, reviewer; with the weight. Also `null` where only the total was given. */
  points: (bigint | null)[][][]
  /** Scores that a recusal took out. */
  withdrawn: { reviewer: string; application: string }[]
  recused: boolean
}

/** A sheet whose points are read, not yet in the table's unit. */
interface Sheet {
  application: number
  reviewer: number
  total: Decimal
  /** With the weight. */
  points: Decimal[] | null
}

/** Reads all scores, or says everything that is wrong with the input: ids, duplicates, scales, what is missing. */
export function readTable(input: ReadScoreInput): ScoreTable | Problem[] {
  const reading = new TableReading(input)
  const table = reading.read()
  return reading.problems.length > 0 ? reading.problems : table
}

class TableReading {
  readonly problems: Problem[] = []
  private readonly input: ReadScoreInput
  private readonly reviewers: Map<string, number>
  private readonly applications: Map<string, number>
  private readonly criteria: Scale[]

  constructor(input: ReadScoreInput) {
    this.input = input
    this.reviewers = this.index(input.reviewers, NAMES.reviewer, (i) => ['reviewers', i])
    this.applications = this.index(input.applications.map((a) => a.id), NAMES.application, (i) => ['applications', i, 'id'])
    this.index(input.criteria.map((c) => c.id), NAMES.criterion, (i) => ['criteria', i, 'id'])
    this.criteria = input.criteria.map((criterion, i) => new Scale(criterion, ['criteria', i], this.problems))
  }

  read(): ScoreTable {
    const { input } = this
    this.checkThresholds()
    this.checkTies(input.ties)
    const requested = input.applications.map(({ requested }, i) => this.yen(requested, ['applications', i, 'requested']))
    const recused = this.pairs('recusals', input.recusals)
    const assigned = input.assignments === undefined ? null : this.pairs('assignments', input.assignments)
    const sheets = this.sheets(assigned)
    if (this.problems.length === 0) this.checkComplete(new Set(sheets.keys()), recused, assigned)
    const counted = [...sheets].filter(([pair]) => !recused.has(pair)).map(([, sheet]) => sheet)
    return {
      reviewers: input.reviewers,
      applications: input.applications.map(({ id }, i) => ({ id, requested: requested[i] ?? null })),
      criteria: this.criteria,
      ...this.inOneUnit(counted),
      withdrawn: [...sheets].filter(([pair]) => recused.has(pair)).map(([pair]) => this.named(pair)),
      recused: [...recused].some((pair) => assigned === null || assigned.has(pair)),
    }
  }

  private index(ids: readonly string[], what: (typeof NAMES)['reviewer'], at: (index: number) => Path): Map<string, number> {
    const { index, problems } = indexIds(ids, what, at)
    this.problems.push(...problems)
    return index
  }

  /** One number for a reviewer and an application. */
  private pair(reviewer: number, application: number): number {
    return application * this.input.reviewers.length + reviewer
  }

  private named(pair: number): { reviewer: string; application: string } {
    const count = this.input.reviewers.length
    return { reviewer: this.input.reviewers[pair % count] ?? '', application: this.input.applications[Math.floor(pair / count)]?.id ?? '' }
  }

  private find(index: Map<string, number>, id: string, what: (typeof NAMES)['reviewer'], path: Path): void {
    if (!index.has(id)) this.problems.push(problem(path, 'unknownId', { what, id }))
  }

  private pairOf(row: { reviewer: string; application: string }, path: Path): number | undefined {
    const reviewer = this.reviewers.get(row.reviewer)
    const application = this.applications.get(row.application)
    if (reviewer !== undefined && application !== undefined) return this.pair(reviewer, application)
    this.find(this.reviewers, row.reviewer, NAMES.reviewer, [...path, 'reviewer'])
    this.find(this.applications, row.application, NAMES.application, [...path, 'application'])
    return undefined
  }

  private pairs(list: 'recusals' | 'assignments', rows: readonly { reviewer: string; application: string }[]): Set<number> {
    const found = new Set<number>()
    rows.forEach((row, i) => {
      const pair = this.pairOf(row, [list, i])
      if (pair === undefined) return
      if (found.has(pair)) this.problems.push(problem([list, i], 'duplicatePair', row))
      found.add(pair)
    })
    return found
  }

  private yen(value: number | string | null | undefined, path: Path): bigint | null {
    if (value == null) return null
    const read = readDecimal(value)
    if (typeof read !== 'string' && read.places === 0 && read.digits >= 0n) return read.digits
    this.problems.push(problem(path, typeof read === 'string' ? read : 'notYen', { value }))
    return null
  }

  private decimal(value: number | string, path: Path): void {
    const read = readDecimal(value)
    if (typeof read === 'string') this.problems.push(problem(path, read, { value }))
  }

  private checkThresholds(): void {
    this.input.thresholds.forEach((threshold, i) => {
      this.decimal(threshold.value, ['thresholds', i, 'value'])
      if (threshold.scope === 'criterion') this.checkCriterion(threshold.criterion, ['thresholds', i, 'criterion'])
    })
  }

  private checkTies(ties: readonly TieRule[]): void {
    ties.forEach((tie, i) => {
      const path = ['ties', i]
      if (tie.rule === 'criterion') this.checkCriterion(tie.criterion, [...path, 'criterion'])
      if (tie.rule === 'chair' || tie.rule === 'lot') this.checkOrder(tie.order, (n) => [...path, 'order', n])
      if (tie.rule === 'panelVote') this.checkOrder(tie.votes.map((v) => v.application), (n) => [...path, 'votes', n, 'application'])
      if (tie.rule === 'lot' && i < ties.length - 1) this.problems.push(problem([...path, 'rule'], 'lotNotLast'))
    })
  }

  private checkOrder(order: readonly string[], at: (index: number) => Path): void {
    this.index(order, NAMES.application, at)
    order.forEach((id, n) => this.find(this.applications, id, NAMES.application, at(n)))
  }

  private checkCriterion(id: string, path: Path): void {
    if (this.criteria.every((c) => c.id !== id)) this.problems.push(problem(path, 'unknownId', { what: NAMES.criterion, id }))
  }

  private sheets(assigned: Set<number> | null): Map<number, Sheet> {
    const sheets = new Map<number, Sheet>()
    const seen = new Set<number>()
    this.input.scores.forEach((row, i) => {
      const path = ['scores', i]
      if (!isScoreRow(row)) return void this.problems.push(...rowProblems(row, path))
      const pair = this.pairOf(row, path)
      if (pair === undefined) return
      if (seen.has(pair)) return void this.problems.push(problem(path, 'duplicateScore', row))
      seen.add(pair)
      if (assigned !== null && !assigned.has(pair)) return void this.problems.push(problem(path, 'notAssigned', row))
      const sheet = this.sheet(row, pair, path)
      if (sheet !== undefined) sheets.set(pair, sheet)
    })
    return sheets
  }

  private sheet(row: ScoreRow, pair: number, path: Path): Sheet | undefined {
    const count = this.input.reviewers.length
    const place = { reviewer: pair % count, application: Math.floor(pair / count) }
    const byCriterion = row.criteria != null && this.criteria.length > 0
    if ((row.total != null) === byCriterion || (row.criteria != null && !byCriterion)) return void this.problems.push(problem(path, 'totalOrCriteria', row))
    if (row.criteria != null) return this.criteriaSheet(row, row.criteria, place, path)
    const total = readDecimal(row.total)
    if (typeof total === 'string') return void this.problems.push(problem([...path, 'total'], total, { value: row.total }))
    return { ...place, total, points: null }
  }

  private criteriaSheet(row: ScoreRow, given: Record<string, unknown>, place: { reviewer: number; application: number }, path: Path): Sheet | undefined {
    const before = this.problems.length
    const points = this.criteria.map((criterion) => {
      const value = Object.hasOwn(given, criterion.id) ? given[criterion.id] : undefined
      const read = value == null ? 'missingCriterion' : criterion.read(value)
      if (typeof read !== 'string') return read
      const at = [...path, 'criteria', ...(value == null ? [] : [criterion.id])]
      this.problems.push(problem(at, read, { reviewer: row.reviewer, application: row.application, criterion: criterion.id, value, allowed: criterion.allowed }))
      return NOTHING
    })
    if (Object.keys(given).length !== this.criteria.length) this.unknownCriteria(given, path)
    return this.problems.length > before ? undefined : { ...place, total: sumOf(points), points }
  }

  private unknownCriteria(given: Record<string, unknown>, path: Path): void {
    for (const id of Object.keys(given)) this.checkCriterion(id, [...path, 'criteria', id])
  }

  private checkComplete(scored: Set<number>, recused: Set<number>, assigned: Set<number> | null): void {
    const { reviewers, applications } = this.input
    if (reviewers.length === 0 && applications.length > 0) this.problems.push(problem(['reviewers'], 'noReviewers'))
    else applications.forEach(({ id }, a) => {
      const expected = reviewers.map((_, r) => this.pair(r, a)).filter((pair) => !recused.has(pair) && (assigned === null || assigned.has(pair)))
      if (expected.length === 0) this.problems.push(problem(['applications', a], 'noScores', { application: id }))
      for (const pair of expected) if (!scored.has(pair)) this.problems.push(problem(['scores'], 'missingScore', this.named(pair)))
    })
  }

  private inOneUnit(sheets: Sheet[]): Pick<ScoreTable, 'unit' | 'unitPlaces' | 'totals' | 'points'> {
    const places = sheets.reduce((most, { total }) => Math.max(most, total.places), 0)
    const grid = (): (bigint | null)[][] => this.input.applications.map(() => this.input.reviewers.map(() => null))
    const totals = grid()
    const points = this.criteria.map(grid)
    for (const sheet of sheets) {
      put(totals, sheet, inUnits(sheet.total, places))
      sheet.points?.forEach((value, c) => put(points[c], sheet, inUnits(value, places)))
    }
    return { unit: 10n ** BigInt(places), unitPlaces: places, totals, points }
  }
}

function put(grid: (bigint | null)[][] | undefined, { application, reviewer }: Sheet, value: bigint): void {
  const row = grid?.[application]
  if (row !== undefined) row[reviewer] = value
}

function rowProblems(row: unknown, path: Path): Problem[] {
  const parsed = scoreRow.safeParse(row)
  const found = parsed.success ? [] : shapeProblems(parsed.error, row)
  const at = problem(path, 'shape', { what: { ja: '委員と応募を示す評点', en: 'a score that names its reviewer and application' } })
  return found.length === 0 ? [at] : found.map((p) => ({ ...p, pointer: at.pointer + p.pointer }))
}
