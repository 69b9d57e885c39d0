import type { ColumnDefinition, FieldDefinition, FormDefinition } from './definition.js'
import { fieldsOf } from './fields-of.js'
import { MAX_INT } from './limits.js'

export type JsonSchema = { [key: string]: JsonSchema | JsonSchema[] | string | number | boolean | (string | number | boolean)[] }

/**
 * JSON Schema (2020-12) of a form's values as they are kept and exported: normalised, with computed fields. A required field
 * with a condition is not required by the schema, which knows no conditions.
 */
export function formJsonSchema(form: FormDefinition, lang: 'ja' | 'en' = 'ja'): JsonSchema {
  const fields = fieldsOf(form)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema', title: form.title[lang], type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.id, described(field, lang, schemaOf(field, lang))])),
    required: fields.filter((field) => field.kind !== 'computed' && field.required && field.when === undefined).map(({ id }) => id),
  }
}

function described({ label, help }: Pick<FieldDefinition, 'label' | 'help'>, lang: 'ja' | 'en', schema: JsonSchema): JsonSchema {
  return { title: label[lang], ...(help ? { description: help[lang] } : {}), ...schema }
}

const PATTERNS: Readonly<Record<string, string>> = {
  postcode: '^\\d{3}-\\d{4}$', phone: '^0\\d{9,10}$', localGovernmentCode: '^\\d{6}$', bankCode: '^\\d{4}$', branchCode: '^\\d{3}$', accountNumber: '^\\d{7}$',
}

function schemaOf(field: FieldDefinition, lang: 'ja' | 'en'): JsonSchema {
  switch (field.kind) {
    case 'choices':
      return { type: 'array', items: { enum: field.options.map(({ id }) => id) }, uniqueItems: true, ...limits('Items', field) }
    case 'sdgs':
      return { type: 'array', items: { type: 'integer', minimum: 1, maximum: 17 }, uniqueItems: true, ...limits('Items', field) }
    case 'declaration':
      return { const: true }
    case 'table':
      return {
        type: 'array', maxItems: field.maxRows, ...(field.minRows === undefined ? {} : { minItems: field.minRows }),
        items: { type: 'object', properties: Object.fromEntries(field.columns.map((column) => [column.id, described(column, lang, oneValue(column))])), required: field.columns.filter(({ required }) => required).map(({ id }) => id) },
      }
    case 'checklist':
      return { type: 'object', properties: Object.fromEntries(field.items.map((item) => [item.id, { title: item.label[lang], type: 'integer', minimum: 0, maximum: field.max }])) }
    case 'file':
      return { type: 'array', maxItems: field.maxFiles, items: { type: 'object', properties: { name: { type: 'string' }, size: { type: 'integer', minimum: 1 }, sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' } }, required: ['name', 'size', 'sha256'] } }
    case 'computed':
      return { type: field.type === 'int' ? 'integer' : field.type === 'bool' ? 'boolean' : 'string', readOnly: true }
    default:
      return oneValue(field)
  }
}

function oneValue(field: ColumnDefinition): JsonSchema {
  switch (field.kind) {
    case 'text':
    case 'longText':
    case 'kana': {
      const pattern = field.kind === 'text' && field.format !== undefined ? PATTERNS[field.format] : undefined
      return { type: 'string', maxLength: field.maxLength, ...(pattern === undefined ? {} : { pattern }) }
    }
    case 'email':
      return { type: 'string', format: 'email' }
    case 'number':
    case 'yen':
      return { type: 'integer', minimum: field.min ?? -MAX_INT, maximum: field.max ?? MAX_INT }
    case 'date':
      return { type: 'string', format: 'date' }
    case 'choice':
      return { enum: field.options.map(({ id }) => id) }
    case 'yesNo':
      return { type: 'boolean' }
    case 'corporateNumber':
      return { type: 'string' }
  }
}

function limits(of: 'Items', { min, max }: { min?: number | undefined; max?: number | undefined }): JsonSchema {
  return { ...(min === undefined ? {} : { [`min${of}`]: min }), ...(max === undefined ? {} : { [`max${of}`]: max }) }
}
