import { Environment, EvaluationError, type ASTNode } from '@marcbachmann/cel-js'
import { addBusinessDays, addDuration, fiscalYearOf, tokyoDate, tokyoInstant } from '@saitaku/calendar'
import type { Json } from './json.js'
import { Rational } from './rational.js'

/**
 * Expressions: CEL with every name typed. What an expression reads is known before it runs, so the engine
 * loads just that, records just that, and an unknown field is a finding of the checker and no surprise in March.
 */

export type CelType = 'int' | 'string' | 'bool' | 'timestamp' | 'duration' | 'Fraction' | 'list<int>' | 'list<string>' | 'list<map>' | 'map'

/** A value that expressions may read. `optional`: a complete case may lack it, so it is read as `x.?y.orValue(…)`. */
export interface Leaf {
  leaf: CelType
  optional?: boolean
}
export interface Branch {
  fields: Record<string, Leaf | Branch>
}
/** What expressions may start from. */
export type Scope = Record<string, Leaf | Branch>

export interface ExpressionProblem {
  code: 'expression-syntax' | 'expression-type' | 'unknown-name' | 'optional-answer' | 'whole-object' | 'bad-literal'
  message: string
  /** Offset into the expression's text, in characters. */
  offset: number
}

export type Evaluation = { ok: true; value: unknown } | { ok: false; reason: 'missing' | 'failed'; detail: string }
/** Gives the JSON behind a path such as ['form', 'cost']; undefined where there is none. */
export type Lookup = (path: readonly string[]) => Json | undefined

export interface Expression {
  source: string
  type: string
  /** Each path read, its root first. */
  reads: readonly (readonly string[])[]
  evaluate(lookup: Lookup): Evaluation
}
export type CompiledExpression = { ok: true; expression: Expression } | { ok: false; problems: ExpressionProblem[] }

const CEL_NAMES: Partial<Record<CelType, string>> = { timestamp: 'google.protobuf.Timestamp', duration: 'google.protobuf.Duration' }
const celName = (type: CelType): string => CEL_NAMES[type] ?? type
const PLAIN_NAMES: Record<string, string> = { 'google.protobuf.Timestamp': 'timestamp', 'google.protobuf.Duration': 'duration' }

const TIMESTAMP = 'google.protobuf.Timestamp'

/** Our own functions; everything a programme's arithmetic and dates need, all of them typed and total but for their ranges. */
function baseEnvironment(): Environment {
  const env = new Environment({ unlistedVariablesAreDyn: false, enableOptionalTypes: true })
  env.registerType('Fraction', { ctor: Rational, fields: {} })
  const int = (value: bigint): Rational => new Rational(value)
  env.registerOperator('int * Fraction: Fraction', (a: bigint, b: Rational) => int(a).times(b))
  env.registerOperator('Fraction * int: Fraction', (a: Rational, b: bigint) => a.times(int(b)))
  env.registerOperator('Fraction * Fraction: Fraction', (a: Rational, b: Rational) => a.times(b))
  env.registerOperator('Fraction + Fraction: Fraction', (a: Rational, b: Rational) => a.plus(b))
  env.registerOperator('Fraction - Fraction: Fraction', (a: Rational, b: Rational) => a.minus(b))
  env.registerOperator('Fraction < Fraction: bool', (a: Rational, b: Rational) => a.compare(b) < 0)
  env.registerOperator('Fraction <= Fraction: bool', (a: Rational, b: Rational) => a.compare(b) <= 0)
  env.registerOperator('Fraction > Fraction: bool', (a: Rational, b: Rational) => a.compare(b) > 0)
  env.registerOperator('Fraction >= Fraction: bool', (a: Rational, b: Rational) => a.compare(b) >= 0)
  env.registerFunction('fraction(int, int): Fraction', (a: bigint, b: bigint) => new Rational(a, b))
  env.registerFunction('fraction(int): Fraction', int)
  env.registerFunction('floor(Fraction): int', (a: Rational) => a.floorTo(1n))
  env.registerFunction('floor1000(Fraction): int', (a: Rational) => a.floorTo(1000n))
  env.registerFunction('floor1000(int): int', (a: bigint) => int(a).floorTo(1000n))
  for (const arity of [2, 3, 4])
    for (const [type, before] of [
      ['int', (a: bigint, b: bigint) => a < b],
      [TIMESTAMP, (a: Date, b: Date) => a.getTime() < b.getTime()],
    ] as [string, (a: unknown, b: unknown) => boolean][]) {
      const types = Array<string>(arity).fill(type).join(', ')
      env.registerFunction(`min(${types}): ${type}`, (...all: unknown[]) => all.reduce((a, b) => (before(b, a) ? b : a)))
      env.registerFunction(`max(${types}): ${type}`, (...all: unknown[]) => all.reduce((a, b) => (before(a, b) ? b : a)))
    }
  const durations = new Environment().registerVariable('text', 'string').parse('duration(text)')
  env.registerFunction('days(int): google.protobuf.Duration', (n: bigint) => durations({ text: `${n * 24n}h` }) as unknown)
  const shift = (unit: 'D' | 'M' | 'Y') => (from: Date, n: bigint) => addDuration(from, `${n < 0n ? '-' : ''}P${n < 0n ? -n : n}${unit}`)
  env.registerFunction(`addDays(${TIMESTAMP}, int): ${TIMESTAMP}`, shift('D'))
  env.registerFunction(`addMonths(${TIMESTAMP}, int): ${TIMESTAMP}`, shift('M'))
  env.registerFunction(`addYears(${TIMESTAMP}, int): ${TIMESTAMP}`, shift('Y'))
  env.registerFunction(`addBusinessDays(${TIMESTAMP}, int): ${TIMESTAMP}`, (from: Date, n: bigint) => {
    const day = tokyoDate(from)
    const timeOfDay = from.getTime() - tokyoInstant(day).getTime()
    return new Date(tokyoInstant(addBusinessDays(day, Number(n))).getTime() + timeOfDay)
  })
  env.registerFunction(`startOfDay(${TIMESTAMP}): ${TIMESTAMP}`, (at: Date) => tokyoInstant(tokyoDate(at)))
  env.registerFunction(`endOfDay(${TIMESTAMP}): ${TIMESTAMP}`, (at: Date) => addDuration(tokyoInstant(tokyoDate(at)), 'P1D'))
  env.registerFunction(`fiscalYearEnd(${TIMESTAMP}): ${TIMESTAMP}`, (at: Date) => fiscalYearOf(at).end)
  env.registerFunction(`fiscalYearOf(${TIMESTAMP}): int`, (at: Date) => BigInt(fiscalYearOf(at).year))
  return env
}

let base: Environment | undefined

/** A typed language: compile expressions against one scope. Making one costs about a millisecond; keep it. */
export class Language {
  readonly scope: Scope
  private readonly env: Environment

  constructor(scope: Scope, parent?: Language) {
    base ??= baseEnvironment()
    this.scope = parent ? { ...parent.scope, ...scope } : scope
    this.env = (parent?.env ?? base).clone()
    for (const [name, type] of Object.entries(scope))
      if ('leaf' in type) this.env.registerVariable(name, celName(type.leaf))
      else this.env.registerVariable(name, { schema: schemaOf(type) })
  }

  /** A language that knows more names. */
  extend(scope: Scope): Language {
    return new Language(scope, this)
  }

  /** Compiles one expression; `expected` is the type it must have, if that matters. */
  compile(source: string, expected?: CelType | readonly CelType[]): CompiledExpression {
    const checked = this.env.check(source)
    if (!checked.valid) return { ok: false, problems: [problemOf(checked.error, source)] }
    const parsed = this.env.parse(source)
    const found = new ReadsFinder(this.scope).find(parsed.ast)
    if (found.problems.length > 0) return { ok: false, problems: found.problems }
    const type = PLAIN_NAMES[checked.type ?? ''] ?? checked.type ?? 'dyn'
    const wanted = expected === undefined ? [] : [expected].flat()
    if (wanted.length > 0 && !wanted.some((one) => one === type))
      return { ok: false, problems: [{ code: 'expression-type', message: `expected ${wanted.join(' or ')}, but this is ${type}`, offset: 0 }] }
    return { ok: true, expression: expressionOf(source, type, parsed, found.reads) }
  }
}

function schemaOf(branch: Branch): Record<string, never> {
  const schema: Record<string, unknown> = {}
  for (const [name, type] of Object.entries(branch.fields)) schema[name] = 'leaf' in type ? celName(type.leaf) : schemaOf(type)
  return schema as Record<string, never>
}

interface Read {
  path: readonly string[]
  leaf: CelType
}

function expressionOf(source: string, type: string, run: (context: Record<string, unknown>) => unknown, reads: readonly Read[]): Expression {
  return {
    source,
    type,
    reads: reads.map((read) => read.path),
    evaluate(lookup) {
      const context: Record<string, unknown> = {}
      for (const read of reads) place(context, read, lookup(read.path))
      try {
        return { ok: true, value: withoutStacks(() => run(context)) }
      } catch (error) {
        if (error instanceof RangeError) return { ok: false, reason: 'failed', detail: error.message }
        if (!(error instanceof EvaluationError)) return { ok: true, value: run(context) } // throws it again, with its stack
        return { ok: false, reason: error.code === 'no_such_key' ? 'missing' : 'failed', detail: error.summary }
      }
    },
  }
}

/** A missing answer is an error to CEL and no surprise here; noting where it was thrown takes longer than all the rest of a step. */
function withoutStacks<T>(work: () => T): T {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = limit
  }
}

function place(context: Record<string, unknown>, read: Read, json: Json | undefined): void {
  let here = context
  const last = read.path.length - 1
  for (let depth = 0; depth < last; depth++) here = (here[read.path[depth] as string] ??= {}) as Record<string, unknown>
  if (json !== undefined && json !== null) here[read.path[last] as string] = toCel(json, read.leaf)
}

/** JSON as facts carry it → the value CEL computes with. Throws RangeError where the JSON is not of that type. */
export function toCel(json: Json, type: CelType): unknown {
  switch (type) {
    case 'int':
      if (typeof json !== 'number' || !Number.isSafeInteger(json)) throw new RangeError(`${JSON.stringify(json)} is not a whole number`)
      return BigInt(json)
    case 'timestamp': {
      if (typeof json !== 'string') throw new RangeError(`${JSON.stringify(json)} is not an instant`)
      return json.endsWith('Z') ? new Date(json) : tokyoInstant(json)
    }
    case 'Fraction':
      return Rational.parse(typeof json === 'number' ? String(json) : typeof json === 'string' ? json : '')
    case 'list<int>':
      return (json as Json[]).map((item) => toCel(item, 'int'))
    case 'list<map>':
      return (json as Json[]).map(integersToBigint)
    case 'map':
      return integersToBigint(json)
    default:
      return json
  }
}

function integersToBigint(json: Json): unknown {
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json
  if (Array.isArray(json)) return json.map(integersToBigint)
  if (json !== null && typeof json === 'object') return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, integersToBigint(value)]))
  return json
}

/** What CEL computed → the JSON that is kept. */
export function fromCel(value: unknown): Json {
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Rational) return value.toString()
  if (Array.isArray(value)) return value.map(fromCel)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), fromCel(item)]))
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromCel(item)]))
  if (value === undefined) return null
  return value as Json
}

function problemOf(error: { code?: string; summary?: string; message: string; range?: { start: number }; name: string } | undefined, source: string): ExpressionProblem {
  const code = error?.code ?? ''
  const unknown = ['no_such_key', 'unknown_variable', 'undeclared_reference'].includes(code) || /unknown variable/i.test(error?.summary ?? '')
  return {
    code: error?.name === 'ParseError' ? 'expression-syntax' : unknown ? 'unknown-name' : 'expression-type',
    message: `${error?.summary ?? error?.message ?? 'cannot be read'} in \`${source}\``,
    offset: error?.range?.start ?? 0,
  }
}

/** Macros bind a name for their body: `goals.exists(g, g > 1)`. */
const BINDING_MACROS = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

/** Walks an expression for the paths it reads, and for what the type checker lets pass. */
class ReadsFinder {
  private readonly found = new Map<string, Read>()
  private readonly problems: ExpressionProblem[] = []

  constructor(private readonly scope: Scope) {}

  find(ast: ASTNode): { reads: Read[]; problems: ExpressionProblem[] } {
    this.visit(ast, new Set(), false)
    return { reads: [...this.found.values()], problems: this.problems }
  }

  private visit(node: ASTNode, bound: ReadonlySet<string>, guarded: boolean): void {
    const access = this.accessOf(node, bound)
    if (access) return this.take(access, node, guarded)
    switch (node.op) {
      case 'value':
        return
      case '.':
      case '.?':
        return this.visit(node.args[0], bound, guarded)
      case 'call':
        return this.visitCall(node.args[0], node.args[1], node, bound)
      case 'rcall': {
        const [name, receiver, args] = node.args
        this.visit(receiver, bound, guarded || name === 'orValue' || name === 'hasValue')
        const [variable, ...body] = args
        if (BINDING_MACROS.has(name) && variable?.op === 'id') {
          const inner = new Set(bound).add(variable.args)
          for (const arg of body) this.visit(arg, inner, false)
        } else for (const arg of args) this.visit(arg, bound, false)
        return
      }
      default:
        for (const child of childrenOf(node)) this.visit(child, bound, false)
    }
  }

  private visitCall(name: string, args: ASTNode[], node: ASTNode, bound: ReadonlySet<string>): void {
    const [first] = args
    if ((name === 'duration' || name === 'timestamp') && first?.op === 'value') this.checkLiteral(name, node)
    for (const arg of args) this.visit(arg, bound, name === 'has')
  }

  /** A literal of a duration passes CEL's type check and throws when it runs: `duration("14d")`. */
  private checkLiteral(name: string, node: ASTNode): void {
    const text = node.input.slice(node.range.start, node.range.end)
    try {
      new Environment().evaluate(text)
    } catch {
      const hint = name === 'duration' ? 'units are h, m, s: duration("336h"), or days(14)' : 'an instant is written 2026-04-01T00:00:00+09:00'
      this.problems.push({ code: 'bad-literal', message: `${text} cannot be read; ${hint}`, offset: node.start })
    }
  }

  /** The chain of names from a root down, when the node is nothing but that: form.cost, form.?cost. */
  private accessOf(node: ASTNode, bound: ReadonlySet<string>): { path: string[]; optional: boolean } | undefined {
    if (node.op === 'id') return bound.has(node.args) || !Object.hasOwn(this.scope, node.args) ? undefined : { path: [node.args], optional: false }
    if (node.op !== '.' && node.op !== '.?') return undefined
    const inner = this.accessOf(node.args[0], bound)
    if (!inner || this.typeAt(inner.path)?.kind === 'leaf') return undefined
    return { path: [...inner.path, node.args[1]], optional: inner.optional || node.op === '.?' }
  }

  private typeAt(path: readonly string[]): { kind: 'leaf'; leaf: Leaf } | { kind: 'branch' } | undefined {
    let here: Leaf | Branch | undefined = { fields: this.scope }
    for (const name of path) {
      if (!here || 'leaf' in here || !Object.hasOwn(here.fields, name)) return undefined
      here = here.fields[name]
    }
    if (!here) return undefined
    return 'leaf' in here ? { kind: 'leaf', leaf: here } : { kind: 'branch' }
  }

  private take(access: { path: string[]; optional: boolean }, node: ASTNode, guarded: boolean): void {
    const name = access.path.join('.')
    const type = this.typeAt(access.path)
    if (!type) this.problems.push({ code: 'unknown-name', message: `there is no ${name}`, offset: node.start })
    else if (type.kind === 'branch') this.problems.push({ code: 'whole-object', message: `name a field of ${name}`, offset: node.start })
    else if (type.leaf.optional && !access.optional && !guarded)
      this.problems.push({ code: 'optional-answer', message: `${name} may be missing; write ${access.path.slice(0, -1).join('.')}.?${access.path.at(-1)}.orValue(…)`, offset: node.start })
    else this.found.set(name, { path: access.path, leaf: type.leaf.leaf })
  }
}

function childrenOf(node: ASTNode): ASTNode[] {
  const isNode = (value: unknown): value is ASTNode => value !== null && typeof value === 'object' && 'op' in value
  return [node.args].flat(3).filter(isNode)
}
