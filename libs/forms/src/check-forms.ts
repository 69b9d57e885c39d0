import { serialize, type ASTNode, type Environment } from '@marcbachmann/cel-js'
import { formsFile, type FieldDefinition, type FieldOf, type FormDefinition } from './definition.js'
import { compileForm, formEnvironment, nodesOf } from './expressions.js'
import { formTypes, totalNames, type FieldType } from './field-types.js'
import { duplicateIds, fileError, fileWarning, schemaProblems, type FileProblem } from './file-problems.js'

type Path = (string | number)[]
type Placed = { field: FieldDefinition; path: Path }

/**
 * Checks a form.yaml as it was parsed: its schema, ids that stand twice, names of totals that collide, parts
 * that name nothing, limits that exclude each other, and expressions that do not type-check, read an unknown
 * field, or lead back to themselves. Anything may be given; nothing makes it throw.
 *
 * @returns the problems in the order of the file's forms; empty when the file may be published
 * @example
 * checkForms({ forms: {} }) // → []
 */
export function checkForms(file: unknown): FileProblem[] {
  const parsed = formsFile.safeParse(file)
  if (!parsed.success) return schemaProblems(parsed.error)
  return Object.entries(parsed.data.forms).flatMap(([id, form]) => checkForm(form, ['forms', id]))
}

function checkForm(form: FormDefinition, path: Path): FileProblem[] {
  const fields = form.sections.flatMap((section, s) => section.fields.map((field, f): Placed => ({ field, path: [...path, 'sections', s, 'fields', f] })))
  const clashes = [
    ...duplicateIds(form.sections, 'section', (s) => [...path, 'sections', s]),
    ...duplicateIds(fields.map(({ field }) => field), 'field', (index) => fields[index]?.path ?? path),
    ...fields.flatMap(({ field, path: at }) => checkParts(field, at)),
    ...checkTotals(fields),
  ]
  return clashes.length > 0 ? clashes : checkExpressions(form, fields)
}

function checkParts(field: FieldDefinition, path: Path): FileProblem[] {
  switch (field.kind) {
    case 'choice':
      return duplicateIds(field.options, 'option', (index) => [...path, 'options', index])
    case 'choices':
      return [...duplicateIds(field.options, 'option', (index) => [...path, 'options', index]), ...checkLimits(field, path, field.options.length)]
    case 'sdgs':
    case 'number':
    case 'yen':
    case 'date':
      return checkLimits(field, path)
    case 'table':
      return checkTable(field, path)
    case 'checklist':
      return checkChecklist(field, path)
    default:
      return []
  }
}

function checkLimits(field: { min?: number | string; max?: number | string }, path: Path, available = Infinity): FileProblem[] {
  if (field.min !== undefined && field.max !== undefined && field.min > field.max) return [fileError([...path, 'min'], 'limits', '`min` is above `max`; no answer could pass')]
  if (typeof field.min === 'number' && field.min > available) return [fileError([...path, 'min'], 'limits', '`min` asks for more than there are options')]
  return []
}

function checkTable(field: FieldOf<'table'>, path: Path): FileProblem[] {
  const columns = field.columns.flatMap((column, index) => {
    const at = [...path, 'columns', index]
    if (column.kind === 'choice') return duplicateIds(column.options, 'option', (option) => [...at, 'options', option])
    return column.kind === 'number' || column.kind === 'yen' || column.kind === 'date' ? checkLimits(column, at) : []
  })
  const sums = field.sums.flatMap((id, index) => {
    const column = field.columns.find((c) => c.id === id)
    if (column === undefined) return [fileError([...path, 'sums', index], 'unknownColumn', `the table has no column "${id}" to add up`)]
    return column.kind === 'number' || column.kind === 'yen' ? [] : [fileError([...path, 'sums', index], 'notASum', `column "${id}" is of kind ${column.kind}; only number and yen can be added up`)]
  })
  const rows = field.minRows !== undefined && field.minRows > field.maxRows ? [fileError([...path, 'minRows'], 'limits', '`minRows` is above `maxRows`; no answer could pass')] : []
  return [...duplicateIds(field.columns, 'column', (index) => [...path, 'columns', index]), ...columns, ...sums, ...rows]
}

function checkChecklist(field: FieldOf<'checklist'>, path: Path): FileProblem[] {
  const groups = new Set(field.groups.map((group) => group.id))
  const used = new Set(field.items.map((item) => item.group))
  return [
    ...duplicateIds(field.items, 'item', (index) => [...path, 'items', index]),
    ...duplicateIds(field.groups, 'group', (index) => [...path, 'groups', index]),
    ...field.items.flatMap((item, index) =>
      item.group !== undefined && !groups.has(item.group) ? [fileError([...path, 'items', index, 'group'], 'unknownGroup', `the checklist has no group "${item.group}" under \`groups\``)] : [],
    ),
    ...field.groups.flatMap((group, index) => (used.has(group.id) ? [] : [fileWarning([...path, 'groups', index], 'emptyGroup', `no item belongs to group "${group.id}"`)])),
  ]
}

/** A field's totals become names of their own, which no field and no other total may bear. */
function checkTotals(fields: Placed[]): FileProblem[] {
  const taken = new Set(fields.map(({ field }) => field.id))
  return fields.flatMap(({ field, path }) =>
    totalNames(field).flatMap((name) => {
      if (!taken.has(name)) {
        taken.add(name)
        return []
      }
      return [fileError([...path, 'id'], 'duplicateId', `"${field.id}" yields the total "${name}", a name that is taken already`)]
    }),
  )
}

function checkExpressions(form: FormDefinition, fields: Placed[]): FileProblem[] {
  const types = formTypes(form)
  const environment = formEnvironment(types)
  const { cyclic } = compileForm(form)
  return fields.flatMap(({ field, path }) => [
    ...(field.when === undefined ? [] : checkExpression(environment, types, { source: field.when, expected: 'bool', path: [...path, 'when'] })),
    ...(field.kind === 'computed' ? checkExpression(environment, types, { source: field.expression, expected: field.type, path: [...path, 'expression'] }) : []),
    ...(cyclic.has(field.id) ? [fileError([...path, 'id'], 'cycle', `the expressions of "${field.id}" lead back to itself`)] : []),
  ])
}

interface Placement {
  source: string
  expected: 'int' | 'string' | 'bool'
  path: Path
}

function checkExpression(environment: Environment, types: Record<string, FieldType>, { source, expected, path }: Placement): FileProblem[] {
  const checked = environment.check(source)
  if (!checked.valid) {
    const reason = firstLine(checked.error?.message ?? 'it does not type-check') + hint(source, types)
    const offset = checked.error?.range?.start
    return [{ ...fileError(path, 'expression', reason), ...(offset === undefined ? {} : { offset }) }]
  }
  if (checked.type !== expected && checked.type !== 'dyn') return [fileError(path, 'expressionType', `the expression is of type ${checked.type ?? 'unknown'}, ${expected} is needed`)]
  return nodesOf(environment.parse(source).ast).flatMap((node) => checkLiteral(environment, node, path))
}

/** CEL types `duration("14d")` and bad patterns as right and fails at run time; literals can be tried now. */
function checkLiteral(environment: Environment, node: ASTNode, path: Path): FileProblem[] {
  const made = node.op === 'call' && (node.args[0] === 'duration' || node.args[0] === 'timestamp') ? node.args[1][0] : undefined
  const pattern = node.op === 'rcall' && node.args[0] === 'matches' ? node.args[2][0] : undefined
  const literal = made ?? pattern
  if (literal?.op !== 'value') return []
  const trial = made ? serialize(node) : `"".matches(${serialize(literal)})`
  try {
    environment.evaluate(trial)
    return []
  } catch (thrown) {
    // whatever a literal makes CEL throw is a problem of that literal
    return [{ ...fileError(path, 'literal', firstLine(thrown instanceof Error ? thrown.message : String(thrown))), offset: node.start }]
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message
}

function hint(source: string, types: Record<string, FieldType>): string {
  const optional = Object.keys(types).find((name) => types[name]?.optional && new RegExp(`\\b${name}\\b(?!\\s*\\.(orValue|hasValue|or|value)\\b)`).test(source))
  return optional === undefined ? '' : ` ("${optional}" may be unanswered: write ${optional}.orValue(…) or ${optional}.hasValue())`
}
