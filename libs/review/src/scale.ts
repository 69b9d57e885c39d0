import type Fraction from 'fraction.js'
import { fractionOf, NOTHING, readDecimal, times, type Decimal } from './exact.js'
import { NAMES, problem, type Path, type Problem } from './problems.js'
import type { ReadScoreInput } from './score-input.js'

export type InputCriterion = ReadScoreInput['criteria'][number]

export interface TableCriterion {
  id: string
  weight: Decimal
  /** On the points before the weight. */
  knockOut?: { op: '<' | '<='; value: Decimal; by: 'any' | 'majority' | 'mean'; given: number | string }
}

/** A criterion's scale: what may be given, and what it is worth with the weight. */
export class Scale implements TableCriterion {
  readonly id: string
  readonly weight: Decimal
  readonly knockOut?: TableCriterion['knockOut']
  private readonly levels: Map<string, Decimal> | null
  private readonly most: Fraction | null
  private readonly step: Fraction | null
  /** The scale in words. */
  readonly allowed: string

  constructor(criterion: InputCriterion, path: Path, problems: Problem[]) {
    const read = (value: number | string, key: Path): Decimal => {
      const found = readDecimal(value)
      if (typeof found !== 'string') return found
      problems.push(problem([...path, ...key], found, { value }))
      return NOTHING
    }
    const positive = (key: 'weight' | 'step' | 'maxPoints', value: number | string): Decimal => {
      const found = read(value, [key])
      if (typeof readDecimal(value) !== 'string' && found.digits <= 0n) problems.push(problem([...path, key], 'notAboveZero', { what: NAMES[key] }))
      return found
    }
    this.id = criterion.id
    this.weight = positive('weight', criterion.weight)
    const { levels, maxPoints, step, knockOut } = criterion
    this.levels = levels === undefined ? null : new Map(Object.entries(levels).map(([level, points]) => [level, times(read(points, ['levels', level]), this.weight)]))
    this.most = maxPoints === undefined ? null : fractionOf(positive('maxPoints', maxPoints))
    const multiples = step === undefined ? NOTHING : positive('step', step)
    this.step = multiples.digits <= 0n ? null : fractionOf(multiples)
    if (knockOut !== undefined) this.knockOut = { ...knockOut, value: read(knockOut.value, ['knockOut', 'value']), given: knockOut.value }
    this.allowed = levels === undefined ? `0–${maxPoints ?? ''}${step === undefined ? '' : ` / ${step}`}` : Object.keys(levels).join(', ')
  }

  /** The points with the weight, or why the scale does not have them. A level is named by its id; points are a number. */
  read(value: unknown): Decimal | Problem['code'] {
    return this.levels === null ? this.pointsOf(value) : this.levelOf(value)
  }

  private levelOf(value: unknown): Decimal | Problem['code'] {
    const level = typeof value === 'string' || typeof value === 'number' ? this.levels?.get(String(value)) : undefined
    if (level !== undefined) return level
    const read = readDecimal(value)
    return read === 'fullWidthDigits' || read === 'notFinite' ? read : 'offScale'
  }

  private pointsOf(value: unknown): Decimal | Problem['code'] {
    const read = readDecimal(value)
    if (typeof read === 'string') return read
    const points = fractionOf(read)
    const off = (this.most !== null && (points.lt(0) || points.gt(this.most))) || (this.step !== null && points.div(this.step).d !== 1n)
    return off ? 'offScale' : times(read, this.weight)
  }
}
