import { Environment, EvaluationError, Optional, ParseError, TypeError as CelTypeError, type ASTNode, type ParseResult } from '@marcbachmann/cel-js'
import type { CelValue } from './cel-value.js'
import type { FieldDefinition, FormDefinition } from './definition.js'
import { fieldsOf } from './fields-of.js'
import { formTypes, totalNames, type FieldType } from './field-types.js'

/**
 * Expressions of a form are CEL over the bare ids of its own fields. A field that a complete form may lack
 * has an optional type: `otherIncome.orValue(0)`, `stage.hasValue()`.
 */
export function formEnvironment(types: Readonly<Record<string, FieldType>>): Environment {
  const environment = new Environment({ enableOptionalTypes: true })
    .registerFunction('min(int, int): int', (a: bigint, b: bigint) => (a < b ? a : b))
    .registerFunction('max(int, int): int', (a: bigint, b: bigint) => (a > b ? a : b))
  for (const [name, type] of Object.entries(types)) environment.registerVariable(name, celType(type))
  return environment
}

function celType({ type, optional }: FieldType): string {
  const name = type === 'timestamp' ? 'google.protobuf.Timestamp' : type
  return optional ? `optional<${name}>` : name
}

/** Names of the form's values that an expression reads, each once. */
export function namesIn(ast: ASTNode, types: Readonly<Record<string, FieldType>>): string[] {
  const names = nodesOf(ast).flatMap((node) => (node.op === 'id' && Object.hasOwn(types, node.args) ? [node.args] : []))
  return [...new Set(names)]
}

/** The node and all below it. */
export function nodesOf(node: ASTNode): ASTNode[] {
  return [node, ...childrenOf(node.args).flatMap(nodesOf)]
}

function childrenOf(args: unknown): ASTNode[] {
  if (isNode(args)) return [args]
  return Array.isArray(args) ? args.flatMap(childrenOf) : []
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part
}

/** What an expression came to; `unknown` while an answer that it reads is still lacking. */
export type Outcome = { is: 'value'; value: unknown } | { is: 'unknown' } | { is: 'failed' }

export interface CompiledExpression {
  reads: string[]
  run(context: Context): Outcome
}

/** The values read so far, by name. A name that is not there is not answered yet. */
export type Context = Record<string, CelValue | Optional>

export interface CompiledForm {
  types: Record<string, FieldType>
  /** The fields so that each comes after those that it reads. */
  ordered: FieldDefinition[]
  /** Fields whose expressions lead back to themselves; they have no value. */
  cyclic: ReadonlySet<string>
  when: ReadonlyMap<string, CompiledExpression>
  computed: ReadonlyMap<string, CompiledExpression>
}

const compiledForms = new WeakMap<FormDefinition, CompiledForm>()

/** Compiles a form once; definitions are never changed in place. */
export function compileForm(form: FormDefinition): CompiledForm {
  const known = compiledForms.get(form)
  if (known) return known
  const compiled = compile(form)
  compiledForms.set(form, compiled)
  return compiled
}

function compile(form: FormDefinition): CompiledForm {
  const types = formTypes(form)
  const environment = formEnvironment(types)
  const fields = fieldsOf(form)
  const when = new Map<string, CompiledExpression>()
  const computed = new Map<string, CompiledExpression>()
  for (const field of fields) {
    if (field.when !== undefined) when.set(field.id, compileExpression(environment, types, field.when))
    if (field.kind === 'computed') computed.set(field.id, compileExpression(environment, types, field.expression))
  }
  const reads = (field: FieldDefinition): string[] => [...(when.get(field.id)?.reads ?? []), ...(computed.get(field.id)?.reads ?? [])]
  return { types, when, computed, ...inOrder(fields, reads) }
}

function compileExpression(environment: Environment, types: Record<string, FieldType>, source: string): CompiledExpression {
  const parsed = attempt((): ParseResult => environment.parse(source))
  if (parsed.is === 'failed') return { reads: [], run: () => ({ is: 'failed' }) }
  const reads = namesIn(parsed.value.ast, types)
  return {
    reads,
    run(context) {
      const outcome = attempt((): unknown => parsed.value(context))
      const lacking = reads.some((name) => !Object.hasOwn(context, name))
      return outcome.is === 'failed' && lacking ? { is: 'unknown' } : outcome
    },
  }
}

function attempt<T>(run: () => T): { is: 'value'; value: T } | { is: 'failed' } {
  try {
    return { is: 'value', value: run() }
  } catch (error) {
    if (error instanceof EvaluationError || error instanceof ParseError || error instanceof CelTypeError) return { is: 'failed' }
    throw error
  }
}

function inOrder(fields: FieldDefinition[], reads: (field: FieldDefinition) => string[]): Pick<CompiledForm, 'ordered' | 'cyclic'> {
  const owners = new Map(fields.flatMap((field) => [field.id, ...totalNames(field)].map((name): [string, FieldDefinition] => [name, field])))
  const ordered: FieldDefinition[] = []
  const cyclic = new Set<string>()
  const done = new Set<FieldDefinition>()
  const visit = (field: FieldDefinition, above: FieldDefinition[]): void => {
    if (done.has(field)) return
    const start = above.indexOf(field)
    if (start >= 0) {
      for (const member of above.slice(start)) cyclic.add(member.id)
      return
    }
    for (const name of reads(field)) {
      const owner = owners.get(name)
      if (owner) visit(owner, [...above, field])
    }
    done.add(field)
    ordered.push(field)
  }
  for (const field of fields) visit(field, [])
  return { ordered, cyclic }
}
