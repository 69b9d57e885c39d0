import { evaluateForm, fieldsOf, type ColumnDefinition, type FieldDefinition, type FormDefinition } from '@saitaku/forms'
import { tokyoDate } from '@saitaku/calendar'
import type { Expression } from './expression.js'
import type { Json, JsonObject } from './json.js'
import { addHints, numberNear, type Hints } from './simulate-values.js'
import type { Answers, Reading } from './simulate-case.js'
import type { Chance } from './simulate-chance.js'

const DAY = 86_400_000
/** Filled-in forms that are kept for the next case: reading one costs as much as three steps. */
const KEPT = 48
const ROUNDS = 8

/** What applicants fill in. Answers that a guard did not pass are changed until it does, and are then kept for others. */
export class FormDesk {
  private readonly kept: Answers[] = []

  constructor(
    private readonly form: FormDefinition,
    private readonly chance: Chance,
  ) {}

  /** A form somebody has filled in; where `complete` is false, one with something left out. */
  fill(complete: boolean, now: number): Answers {
    const kept = complete ? this.chance.pick(this.kept) : undefined
    if (kept && this.chance.happens(0.9)) return kept
    const answers = this.anew(now)
    return complete ? answers : this.withGap(answers)
  }

  /**
   * Changes answers until the guards hold, for a few rounds; undefined where that was of no avail.
   * `readingOf` reads the case as if it had these answers.
   */
  mend(root: string, start: Answers, guards: readonly Expression[], readingOf: (answers: Answers) => Reading, now: number): Answers | undefined {
    let answers = start
    for (let round = 0; round < ROUNDS; round++) {
      if (answers.facts.complete !== true) answers = this.anew(now)
      const reading = readingOf(answers)
      const failing = guards.find((guard) => reading.evaluate(guard) !== true)
      if (!failing) {
        this.keep(answers)
        return answers
      }
      const changed = (round < 2 ? this.chance.pick(this.kept) : undefined) ?? this.change(root, answers, failing, reading, now)
      if (!changed) return undefined
      answers = changed
    }
    return undefined
  }

  private keep(answers: Answers): void {
    if (answers.facts.complete !== true || this.kept.includes(answers)) return
    if (this.kept.length < KEPT) this.kept.push(answers)
    else this.kept[this.chance.int(0, KEPT - 1)] = answers
  }

  private anew(now: number): Answers {
    const quality = 0.25 + 0.75 * this.chance.next() // self-assessments differ from one organisation to the next
    const given: Record<string, Json> = {}
    for (const field of fieldsOf(this.form)) {
      const value = this.answer(field, quality, now)
      if (value !== undefined) given[field.id] = value
    }
    return this.read(given)
  }

  private withGap(answers: Answers): Answers {
    const required = fieldsOf(this.form).filter((field) => field.kind !== 'computed' && field.required && Object.hasOwn(answers.given, field.id))
    const left = this.chance.pick(required)
    const given = { ...answers.given }
    if (left) delete given[left.id]
    return this.read(given)
  }

  private read(given: Record<string, Json>): Answers {
    const { complete, values } = evaluateForm(this.form, given)
    return { given, facts: { ...values, complete } }
  }

  // ── answers ──────────────────────────────────────────────────────────────────────────────────────────

  private answer(field: FieldDefinition, quality: number, now: number): Json | undefined {
    if (field.kind === 'computed' || (!field.required && this.chance.happens(0.5))) return undefined
    switch (field.kind) {
      case 'choices':
        return this.some(field.options.map((option) => option.id), field.min ?? 1, field.max ?? field.options.length)
      case 'sdgs':
        return this.some(Array.from({ length: 17 }, (_, i) => i + 1), Math.max(1, field.min ?? 1), field.max ?? 17)
      case 'declaration':
        return true
      case 'table': {
        const least = Math.max(1, field.minRows ?? 1)
        return Array.from({ length: Math.min(field.maxRows, this.chance.int(least, least + 2)) }, () => this.row(field.columns, now))
      }
      case 'checklist':
        return Object.fromEntries(field.items.map((item) => [item.id, Math.min(field.max, Math.floor((field.max + 1) * Math.min(1, quality * (0.6 + 0.6 * this.chance.next())) * 0.999))]))
      case 'file':
        return [{ name: '添付.pdf', size: 1024, sha256: '0'.repeat(64) }]
      default:
        return this.cell(field, now)
    }
  }

  private row(columns: readonly ColumnDefinition[], now: number): JsonObject {
    return Object.fromEntries(columns.flatMap((column): [string, Json][] => (column.required || this.chance.happens(0.5) ? [[column.id, this.cell(column, now)]] : [])))
  }

  private cell(field: ColumnDefinition | FieldDefinition, now: number): Json {
    switch (field.kind) {
      case 'number':
        return field.min === 0 && this.chance.happens(0.3) ? 0 : this.chance.spread(field.min ?? 0, field.max ?? Math.max(100, field.min ?? 0))
      case 'yen':
        return field.min === 0 && this.chance.happens(0.4) ? 0 : this.yen(field.min ?? 0, field.max ?? Number.MAX_SAFE_INTEGER)
      case 'date':
        return within(tokyoDate(new Date(now + this.chance.int(-30, 200) * DAY)), field.min, field.max)
      case 'choice':
        return this.chance.pick(field.options)?.id ?? ''
      case 'yesNo':
        return this.chance.happens(0.7)
      case 'email':
        return `a${this.chance.int(1, 999)}@example.jp`
      case 'kana':
        return 'カワサキ'
      case 'corporateNumber':
        return '7123456789012'
      default:
        return `${this.chance.int(1, 9)}`
    }
  }

  private yen(min: number, max: number): number {
    const amount = this.chance.spread(Math.max(min, Math.min(10_000, max)), Math.min(max, Math.max(min, 3_000_000)))
    const round = Math.floor(amount / 1000) * 1000
    return round >= min ? round : amount
  }

  private some<T extends Json>(all: readonly T[], min: number, max: number): T[] {
    const wanted = this.chance.int(Math.max(1, min), Math.max(1, Math.min(max, Math.max(min, 3))))
    const rest = [...all]
    const chosen: T[] = []
    while (chosen.length < wanted && rest.length > 0) chosen.push(...rest.splice(this.chance.int(0, rest.length - 1), 1))
    return chosen
  }

  // ── changing what a guard did not pass ───────────────────────────────────────────────────────────────

  private change(root: string, answers: Answers, guard: Expression, reading: Reading, now: number): Answers | undefined {
    const names = guard.reads.flatMap(([from, name]) => (from === root && name !== undefined && name !== 'complete' && name !== 'remarksAnswered' ? [name] : []))
    const name = this.chance.pick(names)
    if (name === undefined) return undefined
    const hints: Hints = { numbers: [], instants: [], texts: [] }
    addHints(hints, guard.source, guard.reads.filter(([from, read]) => !(from === root && read === name)), reading)
    const field = fieldsOf(this.form).find((one) => one.id === name)
    if (!field || field.kind === 'computed') return this.steer(answers, name, this.chance.pick([0, ...hints.numbers]) ?? 0, now)
    if (field.kind === 'number' || field.kind === 'yen') {
      const near = numberNear(this.chance, hints.numbers)
      const value = near !== undefined && near >= (field.min ?? near) && near <= (field.max ?? near) ? near : (this.cell(field, now) as number)
      return this.read({ ...answers.given, [name]: value })
    }
    if (field.kind === 'date' && hints.instants.length > 0)
      return this.read({ ...answers.given, [name]: within(tokyoDate(new Date((this.chance.pick(hints.instants) ?? now) + this.chance.int(-20, 20) * DAY)), field.min, field.max) })
    const value = this.answer({ ...field, required: true }, 0.25 + 0.75 * this.chance.next(), now)
    return value === undefined ? undefined : this.read({ ...answers.given, [name]: value })
  }

  /** Brings a computed number to a target through one of the numbers that it depends on. */
  private steer(answers: Answers, name: string, target: number, now: number): Answers | undefined {
    const inputs = fieldsOf(this.form).filter((field) => field.kind === 'number' || field.kind === 'yen')
    for (let i = 0; i < 4; i++) {
      const input = this.chance.pick(inputs)
      const current = answers.facts[name]
      if (!input) break
      const before = typeof answers.given[input.id] === 'number' ? (answers.given[input.id] as number) : 0
      const bumped = this.read({ ...answers.given, [input.id]: before + 1000 }).facts[name]
      if (typeof current !== 'number' || typeof bumped !== 'number' || bumped === current) continue
      const wanted = Math.round(before + ((target - current) * 1000) / (bumped - current))
      if (wanted < (input.min ?? -Number.MAX_SAFE_INTEGER) || wanted > (input.max ?? Number.MAX_SAFE_INTEGER)) continue
      return this.read({ ...answers.given, [input.id]: wanted })
    }
    return this.anew(now)
  }
}

function within(day: string, min: string | undefined, max: string | undefined): string {
  if (min !== undefined && day < min) return min
  return max !== undefined && day > max ? max : day
}
