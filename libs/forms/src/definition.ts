import { z } from 'zod'
import { FILE_KINDS, MAX_FILE_BYTES } from './file-kinds.js'
import { identifier, label } from './identifier.js'
import { DEFAULT_MAX_LENGTH, MAX_TABLE_ROWS } from './limits.js'
import { TEXT_FORMATS } from './text-formats.js'

/**
 * The grammar of form.yaml: the application form of a programme and those of its later steps (report,
 * claim, amendment). One schema serves the loader, the checker, the office's editor and the applicant's page.
 */

const int = z.number().int()
const length = int.min(1).max(100_000)
const day = z.iso.date()
/** A CEL expression over the bare ids of the form's own fields; one that may be unanswered is read as `x.orValue(0)` or `x.hasValue()`. */
const expression = z.string().min(1).max(2_000)

const answered = { label, help: label.optional(), required: z.boolean().default(true) }
const conditional = { when: expression.optional() }
const option = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/).max(64), label })
const options = z.array(option).min(1)

/** What a field and a table's column have in common: one value. */
const text = { kind: z.literal('text'), maxLength: length.default(DEFAULT_MAX_LENGTH), format: z.enum(TEXT_FORMATS).optional() }
const longText = { kind: z.literal('longText'), maxLength: length.default(DEFAULT_MAX_LENGTH) }
const kana = { kind: z.literal('kana'), maxLength: length.default(DEFAULT_MAX_LENGTH) }
const email = { kind: z.literal('email') }
const number = { kind: z.literal('number'), min: int.optional(), max: int.optional(), unit: label.optional() }
const yen = { kind: z.literal('yen'), min: int.optional(), max: int.optional() }
const date = { kind: z.literal('date'), min: day.optional(), max: day.optional() }
const choice = { kind: z.literal('choice'), options }
const yesNo = { kind: z.literal('yesNo') }
const corporateNumber = { kind: z.literal('corporateNumber') }

const asColumn = { id: identifier, ...answered }
/** A column of a table: a field of one value, without conditions of its own. */
export const column = z.discriminatedUnion('kind', [
  z.strictObject({ ...asColumn, ...text }),
  z.strictObject({ ...asColumn, ...longText }),
  z.strictObject({ ...asColumn, ...kana }),
  z.strictObject({ ...asColumn, ...email }),
  z.strictObject({ ...asColumn, ...number }),
  z.strictObject({ ...asColumn, ...yen }),
  z.strictObject({ ...asColumn, ...date }),
  z.strictObject({ ...asColumn, ...choice }),
  z.strictObject({ ...asColumn, ...yesNo }),
  z.strictObject({ ...asColumn, ...corporateNumber }),
])
export type ColumnDefinition = z.output<typeof column>

const checklistItem = z.strictObject({
  id: identifier,
  label,
  help: label.optional(),
  weight: int.min(1).max(1_000).default(1),
  group: identifier.optional(),
})

/** What expressions of a chart know of a form besides its fields: `form.complete`, `form.remarksAnswered`. */
const NAMES_OF_FORM_FACTS: readonly string[] = ['complete', 'remarksAnswered']
const fieldId = identifier.refine((id) => !NAMES_OF_FORM_FACTS.includes(id), 'charts read this word as a fact of the whole form; choose another id')

const asField = { ...asColumn, id: fieldId, ...conditional }
export const field = z.discriminatedUnion('kind', [
  z.strictObject({ ...asField, ...text }),
  z.strictObject({ ...asField, ...longText }),
  z.strictObject({ ...asField, ...kana }),
  z.strictObject({ ...asField, ...email }),
  z.strictObject({ ...asField, ...number }),
  z.strictObject({ ...asField, ...yen }),
  z.strictObject({ ...asField, ...date }),
  z.strictObject({ ...asField, ...choice }),
  z.strictObject({ ...asField, ...yesNo }),
  z.strictObject({ ...asField, ...corporateNumber }),
  z.strictObject({ ...asField, kind: z.literal('choices'), options, min: int.min(0).optional(), max: int.min(1).optional() }),
  /** Goals of the SDGs, 1 to 17. */
  z.strictObject({ ...asField, kind: z.literal('sdgs'), min: int.min(0).max(17).optional(), max: int.min(1).max(17).optional() }),
  /** A pledge (誓約): nothing but `true` is an answer. */
  z.strictObject({ ...asField, kind: z.literal('declaration'), text: label.optional() }),
  z.strictObject({
    ...asField,
    kind: z.literal('table'),
    columns: z.array(column).min(1),
    minRows: int.min(0).optional(),
    maxRows: int.min(1).max(MAX_TABLE_ROWS).default(MAX_TABLE_ROWS),
    /** Columns of number or yen that are added up: each as `<field><Column>`, all of them as `<field>Total`. */
    sums: z.array(identifier).default([]),
  }),
  z.strictObject({
    ...asField,
    kind: z.literal('checklist'),
    /** The most points of an item, before its weight; the least is 0. */
    max: int.min(1).max(1_000).default(1),
    groups: z.array(z.strictObject({ id: identifier, label })).default([]),
    items: z.array(checklistItem).min(1),
  }),
  z.strictObject({
    ...asField,
    kind: z.literal('file'),
    maxFiles: int.min(1).max(50).default(1),
    /** Kinds of content; all but archives where it does not say. */
    accept: z.array(z.enum(FILE_KINDS)).min(1).optional(),
    /** Of each file; 50 MB where it does not say. */
    maxBytes: int.min(1).max(MAX_FILE_BYTES).optional(),
  }),
  z.strictObject({
    id: fieldId,
    label,
    help: label.optional(),
    ...conditional,
    kind: z.literal('computed'),
    type: z.enum(['int', 'string', 'bool']),
    expression,
  }),
])
export type FieldDefinition = z.output<typeof field>
export type FieldKind = FieldDefinition['kind']
export type FieldOf<K extends FieldKind> = Extract<FieldDefinition, { kind: K }>

export const section = z.strictObject({ id: identifier, title: label, help: label.optional(), fields: z.array(field).min(1) })
export const form = z.strictObject({ title: label, help: label.optional(), sections: z.array(section).min(1) })
export const formsFile = z.strictObject({ forms: z.record(identifier, form) })

export type FormsDefinition = z.output<typeof formsFile>
export type FormDefinition = FormsDefinition['forms'][string]
