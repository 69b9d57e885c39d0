import type { Highs, Model } from 'highs'
import type { Assignment, Several } from './assignment.js'
import { constraintsOf, loadRange, type Constraint, type Range } from './constraints.js'

interface Row {
  columns: number[]
  values: number[]
  lower: number
  upper: number
  kind: 'perApplication' | 'load' | 'balance' | 'expertise' | 'apart' | 'together'
  /** The application, reviewer or entry that it belongs to. */
  index: number
}

let solver: Promise<Highs> | undefined

/** Loaded once, and only by who assigns; the module lies in the package, nothing is fetched. */
function loadSolver(): Promise<Highs> {
  return (solver ??= import('highs').then((module) => {
    // The package's types describe its CommonJS face; the module that an import finds has the loader as its default.
    const load = module.default as unknown as () => Promise<Highs>
    return load()
  }))
}

/** Runs an operation on the model of an assignment, and frees the solver's memory after it. */
export async function withAssignmentModel<Result>(assignment: Assignment, operation: (model: AssignmentModel) => Result): Promise<Result> {
  const highs = await loadSolver()
  const model = highs.createModel()
  try {
    return operation(new AssignmentModel(highs, model, assignment))
  } finally {
    model.dispose()
  }
}

/**
 * One binary variable for each pair of application and reviewer, in an order shuffled by the seed: which of several
 * best answers the simplex reaches depends on that order. The model stays loaded while constraints are lifted, so that each
 * trial starts from the basis of the one before.
 */
export class AssignmentModel {
  private readonly highs: Highs
  private readonly model: Model
  private readonly assignment: Assignment
  /** Of each pair, its column. */
  private readonly columns: Int32Array
  private readonly rows: Row[]
  /** After the pairs, where loads may differ by more than 1: the least load. */
  private readonly columnCount: number
  private integer = false

  constructor(highs: Highs, model: Model, assignment: Assignment) {
    this.highs = highs
    this.model = model
    this.assignment = assignment
    const pairs = assignment.applications.length * assignment.reviewers.length
    this.columns = shuffled(pairs, assignment.seed)
    this.rows = rowsOf(assignment, (pair) => this.columns[pair] ?? 0, pairs)
    this.columnCount = pairs + (hasLeastLoad(assignment) ? 1 : 0)
    this.load()
  }

  /** Pairs of a best assignment under all constraints, or null where there is none. */
  best(): number[] | null {
    if (!this.apply(constraintsOf(this.assignment))) return null
    if (this.columnCount === 0) return []
    this.model.changeColsCost(all(this.columnCount), this.costs())
    if (!this.run(false)) return null
    return this.isWhole() || this.run(true) ? this.chosen() : null
  }

  /** Whether there is any assignment under these constraints alone. */
  feasible(constraints: readonly Constraint[]): boolean {
    if (!this.apply(constraints)) return false
    if (this.columnCount === 0) return true
    this.model.changeColsCost(all(this.columnCount), new Float64Array(this.columnCount))
    return this.run(false) && (this.isWhole() || this.run(true))
  }

  private load(): void {
    const starts = [0]
    for (const row of this.rows) starts.push((starts.at(-1) ?? 0) + row.columns.length)
    this.model.passModel({
      numCols: this.columnCount, numRows: this.rows.length, sense: this.highs.constants.objectiveSense.maximize,
      colCost: new Float64Array(this.columnCount), colLower: new Float64Array(this.columnCount), colUpper: new Float64Array(this.columnCount).fill(1),
      rowLower: this.rows.map((row) => row.lower), rowUpper: this.rows.map((row) => row.upper),
      matrix: { format: 'csr', numRows: this.rows.length, numCols: this.columnCount, starts, indices: this.rows.flatMap((row) => row.columns), values: this.rows.flatMap((row) => row.values) },
    })
    // Presolve looks for dominated columns and takes minutes where the simplex alone takes a tenth of a second.
    this.model.options.set({ output_flag: false, presolve: 'off', solver: 'simplex', random_seed: Math.abs(this.assignment.seed) % 2 ** 31, mip_rel_gap: 0, mip_abs_gap: 0.9 })
  }

  /** @returns false where the bounds alone contradict each other */
  private apply(constraints: readonly Constraint[]): boolean {
    const { lower, upper } = this.columnBounds(constraints)
    const ranges = this.rows.map((row) => this.rangeOf(row, constraints))
    const contradicts = (range: Range, i: number): boolean => range.lower > range.upper || (this.rows[i]?.columns.length === 0 && (range.lower > 0 || range.upper < 0))
    if (ranges.some(contradicts) || lower.some((low, column) => low > (upper[column] ?? 0))) return false
    if (this.columnCount > 0) this.model.changeColsBounds(all(this.columnCount), lower, upper)
    if (ranges.length > 0) this.model.changeRowsBounds(all(ranges.length), ranges.map((r) => r.lower), ranges.map((r) => r.upper))
    return true
  }

  private columnBounds(constraints: readonly Constraint[]): { lower: Float64Array; upper: Float64Array } {
    const [lower, upper] = [new Float64Array(this.columnCount), new Float64Array(this.columnCount).fill(1)]
    const pairs = this.columns.length
    if (this.columnCount > pairs) upper[pairs] = this.assignment.applications.length
    for (const constraint of constraints) {
      if (constraint.kind === 'conflict') upper[this.columns[constraint.pair] ?? 0] = 0
      if (constraint.kind === 'fixed') lower[this.columns[constraint.pair] ?? 0] = 1
    }
    return { lower, upper }
  }

  private rangeOf(row: Row, constraints: readonly Constraint[]): Range {
    if (row.kind === 'load') return loadRange(this.assignment, row.index, constraints)
    const holds = constraints.some((c) => c.kind === row.kind && (!('index' in c) || c.index === row.index))
    return holds ? row : { lower: -this.highs.infinity, upper: this.highs.infinity }
  }

  private costs(): Float64Array {
    const costs = new Float64Array(this.columnCount)
    const add = (pair: number, value: number): void => {
      const column = this.columns[pair] ?? 0
      costs[column] = (costs[column] ?? 0) + value
    }
    for (const [pair, value] of this.assignment.worth) add(pair, value)
    for (const pair of this.assignment.previous) add(pair, this.assignment.stability)
    return costs
  }

  /** @returns whether a best answer was found; false where there is no answer */
  private run(integer: boolean): boolean {
    if (integer !== this.integer) {
      const { continuous, integer: whole } = this.highs.constants.variableType
      this.model.changeColsIntegrality(all(this.columnCount), new Int32Array(this.columnCount).fill(integer ? whole : continuous))
      this.model.options.set({ solver: integer ? 'choose' : 'simplex', presolve: integer ? 'on' : 'off' })
      this.integer = integer
    }
    this.model.run()
    const { optimal, empty, infeasible, unboundedOrInfeasible } = this.highs.constants.modelStatus
    const status = this.model.getModelStatus()
    if (status === optimal || status === empty) return true
    if (status === infeasible || status === unboundedOrInfeasible) return false // every variable is bounded
    throw new Error(`The solver ended with model status ${status} on ${this.assignment.applications.length} applications and ${this.assignment.reviewers.length} reviewers`)
  }

  private isWhole(): boolean {
    return this.model.getSolution().colValue.every((value) => Math.abs(value - Math.round(value)) < 1e-6)
  }

  private chosen(): number[] {
    const { colValue } = this.model.getSolution()
    const pairs: number[] = []
    this.columns.forEach((column, pair) => {
      if ((colValue[column] ?? 0) > 0.5) pairs.push(pair)
    })
    return pairs
  }

}

function hasLeastLoad({ balance, reviewers }: Assignment): boolean {
  return balance !== null && balance !== 1 && reviewers.length > 0
}

function rowsOf(assignment: Assignment, column: (pair: number) => number, leastLoad: number): Row[] {
  const { applications, reviewers, perApplication, balance, experts, expertiseAtLeast, apart, together } = assignment
  const pairColumn = (application: number, reviewer: number): number => column(application * reviewers.length + reviewer)
  const each = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
  const sum = (columns: number[], lower: number, upper: number, kind: Row['kind'], index: number): Row => ({ columns, values: columns.map(() => 1), lower, upper, kind, index })
  const loadOf = (reviewer: number): number[] => each(applications.length).map((a) => pairColumn(a, reviewer))
  /** The pairs that an entry relates: for applications by each reviewer, for reviewers by each application. */
  const related = ({ kind, members }: Several): number[][] =>
    kind === 'applications' ? each(reviewers.length).map((r) => members.map((a) => pairColumn(a, r))) : each(applications.length).map((a) => members.map((r) => pairColumn(a, r)))
  return [
    ...applications.map((_, a) => sum(each(reviewers.length).map((r) => pairColumn(a, r)), perApplication, perApplication, 'perApplication', a)),
    ...reviewers.map((_, r) => sum(loadOf(r), 0, applications.length, 'load', r)),
    ...(hasLeastLoad(assignment) ? reviewers.map((_, r): Row => ({ columns: [...loadOf(r), leastLoad], values: [...applications.map(() => 1), -1], lower: 0, upper: balance ?? 0, kind: 'balance', index: r })) : []),
    ...experts.map((known, a) => sum(known.map((r) => pairColumn(a, r)), expertiseAtLeast, reviewers.length, 'expertise', a)),
    ...apart.flatMap((entry, i) => related(entry).map((columns) => sum(columns, 0, 1, 'apart', i))),
    ...together.flatMap((entry, i) => related(entry).flatMap((columns) => columns.slice(1).map((c, n): Row => ({ columns: [columns[n] ?? c, c], values: [1, -1], lower: 0, upper: 0, kind: 'together', index: i })))),
  ]
}

/** The places of `count` entries in an order drawn from the seed (Fisher–Yates). */
function shuffled(count: number, seed: number): Int32Array {
  const order = Array.from({ length: count }, (_, i) => i)
  const random = randomNumbers(seed)
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0]
  }
  const places = new Int32Array(order.length)
  order.forEach((entry, place) => (places[entry] = place))
  return places
}

/** Numbers from 0 up to 1 from a seed, by Weyl's sequence and a mixing of its bits; good enough for shuffling. */
function randomNumbers(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97)
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32
  }
}

/** Selects every row or column of a count above 0. */
function all(count: number): { kind: 'range'; from: number; to: number } {
  return { kind: 'range', from: 0, to: count - 1 }
}
