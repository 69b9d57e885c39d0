import Fraction from 'fraction.js'
import { integerRoot, leastCommonMultiple, toDouble } from './exact.js'
import type { ScoreTable } from './score-table.js'

/**
 * Mean z-scores, exactly. With k applications, S = Σx and Q = Σx² of a reviewer, z = (kx − S) / √V where V = kQ − S² is
 * whole. A mean of such terms is a sum of rationals times roots; reviewers whose V differ by the square of a
 * rational share a root, and roots that do not are linearly independent over the rationals. So two means are equal
 * exactly where their coefficients are, and unequal ones are told apart with enough digits.
 */
export class ZScores {
  private readonly roots: Root[] = []
  /** By application: the coefficient of 1/√V of each root. */
  private readonly coefficients = new Map<number, Fraction[]>()
  private readonly doubles = new Map<number, number>()

  constructor(table: ScoreTable, inPlay: readonly number[]) {
    const terms = table.reviewers.map((_, reviewer) => this.termOf(spreadOf(table, reviewer, inPlay)))
    for (const application of inPlay) this.coefficients.set(application, this.meanOf(table.totals[application] ?? [], terms))
  }

  /** Below 0 where `a` is better. Doubles decide where they are far enough apart to be trusted. */
  compare(a: number, b: number): number {
    const apart = this.double(b) - this.double(a)
    if (Math.abs(apart) > 1e-9) return apart
    return this.sign(this.coefficientsOf(b).map((coefficient, i) => coefficient.sub(this.coefficientsOf(a)[i] ?? 0)))
  }

  /** Exact where no root is left over, else within 10^−30. */
  figure(application: number): Fraction {
    const coefficients = this.coefficientsOf(application)
    const rational = coefficients.every((c, i) => c.n === 0n || this.roots[i]?.square === true)
    if (!rational) return new Fraction(this.approximate(coefficients, this.digits()), 10n ** BigInt(this.digits()))
    return coefficients.reduce((sum, c, i) => sum.add(c.div(integerRoot(this.roots[i]?.v ?? 1n), 1n)), new Fraction(0))
  }

  double(application: number): number {
    const known = this.doubles.get(application)
    if (known !== undefined) return known
    const double = toDouble(this.figure(application))
    this.doubles.set(application, double)
    return double
  }

  /** |Coefficient| is below √V × the number of applications, so that as many digits more keep the error small. */
  private digits(): number {
    return DIGITS + Math.max(0, ...this.roots.map((root) => root.v.toString().length))
  }

  private coefficientsOf(application: number): Fraction[] {
    return this.coefficients.get(application) ?? []
  }

  /** 1/√v as a whole multiple of 1/(d·√V) for a root V that is known, or a new one. Null where all is equal: z is 0. */
  private termOf({ count, sum, v }: Spread): Term | null {
    if (v === 0n) return null
    for (const root of this.roots) {
      const product = integerRoot(root.v * v)
      // √v = product / √V, so that 1/√v = (V / product) · 1/√V
      if (product * product === root.v * v) return { root, count, sum, factor: root.multipleOf(new Fraction(root.v, product)) }
    }
    const root = new Root(v)
    this.roots.push(root)
    return { root, count, sum, factor: root.multipleOf(new Fraction(1)) }
  }

  private meanOf(totals: readonly (bigint | null)[], terms: readonly (Term | null)[]): Fraction[] {
    const sums = new Map<Root, bigint>()
    terms.forEach((term, reviewer) => {
      const total = totals[reviewer]
      if (term !== null && total != null) sums.set(term.root, (sums.get(term.root) ?? 0n) + term.factor() * (term.count * total - term.sum))
    })
    const scored = BigInt(scoredBy(totals))
    return this.roots.map((root) => new Fraction(sums.get(root) ?? 0n, root.denominator * scored))
  }

  /** In units of 10^−digits; each root adds an error below 3 + 2 |coefficient|. */
  private approximate(coefficients: readonly Fraction[], digits: number): bigint {
    return coefficients.reduce((sum, { s, n, d }, i) => sum + (n === 0n ? 0n : (s * n * (this.roots[i]?.inverse(digits) ?? 0n)) / d), 0n)
  }

  private sign(coefficients: readonly Fraction[]): number {
    if (coefficients.every((c) => c.n === 0n)) return 0
    const error = coefficients.reduce((bound, { n, d }) => bound + 2n * (n / d) + 4n, 0n)
    for (let digits = this.digits(); ; digits *= 2) {
      const sum = this.approximate(coefficients, digits)
      if (sum > error || -sum > error) return sum > 0n ? 1 : -1
    }
  }
}

function scoredBy(totals: readonly (bigint | null)[]): number {
  return totals.reduce((count, total) => count + (total === null ? 0 : 1), 0)
}

interface Term extends Pick<Spread, 'count' | 'sum'> {
  root: Root
  /** Known once all reviewers' terms are. */
  factor: () => bigint
}

/** So many that doubles and any rounding that is offered follow from them. */
const DIGITS = 40

interface Spread {
  count: bigint
  sum: bigint
  /** k² times the population variance. */
  v: bigint
}

function spreadOf(table: ScoreTable, reviewer: number, inPlay: readonly number[]): Spread {
  let [count, sum, squares] = [0n, 0n, 0n]
  for (const application of inPlay) {
    const total = table.totals[application]?.[reviewer]
    if (total == null) continue
    count++
    sum += total
    squares += total * total
  }
  return { count, sum, v: count * squares - sum * sum }
}

class Root {
  readonly v: bigint
  readonly square: boolean
  /** Common to the factors of all terms over this root. */
  denominator = 1n
  private readonly inverses = new Map<number, bigint>()

  constructor(v: bigint) {
    this.v = v
    this.square = integerRoot(v) ** 2n === v
  }

  multipleOf(factor: Fraction): () => bigint {
    this.denominator = leastCommonMultiple([this.denominator, factor.d])
    return () => factor.n * (this.denominator / factor.d)
  }

  /** 1/√v = √v / v in units of 10^−digits, rounded down. */
  inverse(digits: number): bigint {
    const known = this.inverses.get(digits)
    if (known !== undefined) return known
    const scale = 10n ** BigInt(digits)
    const inverse = integerRoot(this.v * scale * scale) / this.v
    this.inverses.set(digits, inverse)
    return inverse
  }
}
