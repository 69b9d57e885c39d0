import { z } from 'zod'
import type { Json } from '@saitaku/statechart'

const key = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,60}$/, 'a key is made of letters, digits, dots and hyphens')
const line = z.string().min(1)
const wallTime = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/, 'expected a Tokyo wall time such as 2023-06-23T17:00')
const duration = z.string().regex(/^P(?=\d|T\d)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/, 'expected an ISO 8601 duration of days, hours and minutes such as P2DT3H')
const lang = z.enum(['ja', 'en'])
const json: z.ZodType<Json> = z.json()
const answers = z.record(z.string(), json)

const person = z.strictObject({ key, name: line, kana: z.string().optional(), email: z.email(), lang: lang.default('ja'), roles: z.array(z.string()).min(1) })
const organisation = z.strictObject({
  key, name: line, kana: z.string().optional(), corporateNumber: z.string().nullable().optional(), ward: z.string().nullable().optional(), kind: z.string().nullable().optional(),
})
const applicant = z.strictObject({ name: line, kana: z.string().optional(), email: z.email(), lang: lang.default('ja') })

/** What a committee does: in the words of libs/committee, with the keys of people and applications. */
const stage = z.string()
const review = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('panel'), stage, chair: key, members: z.array(key).min(1) }),
  z.strictObject({ do: z.literal('assign'), stage }),
  z.strictObject({ do: z.literal('declare'), stage, application: key, reason: line }),
  z.strictObject({ do: z.literal('act'), stage, act: z.looseObject({ kind: z.string() }) }),
  z.strictObject({ do: z.literal('draft'), stage }),
  /** With the minutes that the deliberation gives, unless there are others. */
  z.strictObject({ do: z.literal('propose'), stage, minutes: line.optional() }),
  z.strictObject({ do: z.literal('approve'), stage }),
])
export type Review = z.output<typeof review>

/** An event with who sends it, something that a committee does, or answers of a form; `by: applicant` is the application's own. */
const doing = {
  event: z.string().optional(),
  by: z.string().optional(),
  data: z.record(z.string(), json).optional(),
  expect: z.literal('refused').optional(),
  form: answers.optional(),
  formName: z.string().optional(),
  review: review.optional(),
}
const eitherOr = ({ event, by, form, review: committee }: { event?: string | undefined; by?: string | undefined; form?: unknown; review?: unknown }): boolean =>
  [event, form, committee].filter((one) => one !== undefined).length === 1 && (form === undefined) === (by !== undefined)
const EITHER_OR = 'an input is either an event with `by`, or a `form`, or a `review` with `by`'
const input = z.strictObject({ at: wallTime, ...doing }).refine(eitherOr, EITHER_OR)
const pathInput = z.strictObject({ after: duration, ...doing }).refine(eitherOr, EITHER_OR)

const call = z.strictObject({
  key, chart: z.string().default('call'), createdAt: wallTime.optional(),
  title: z.union([line, z.strictObject({ ja: line, en: line })]).optional(),
  attributes: z.record(z.string(), json).optional(),
  events: z.array(input).default([]),
})
const application = z.strictObject({
  key, of: key, chart: z.string().default('application'), createdAt: wallTime,
  organisation: z.union([key, organisation]).optional(),
  applicant: applicant.optional(),
  title: z.string().optional(),
  attributes: z.record(z.string(), json).optional(),
  form: answers.optional(),
  events: z.array(input).default([]),
})

/** demo.yaml of one programme: what people did in its year, and nothing of what came of it. */
export const demoFile = z.strictObject({
  startsAt: wallTime,
  endsAt: wallTime,
  people: z.array(person).default([]),
  calls: z.array(call).default([]),
  applications: z.array(application).default([]),
  tables: z.array(z.strictObject({ file: z.string().regex(/^[A-Za-z0-9._-]+\.csv$/, 'a table is a .csv beside demo.yaml'), chart: z.string().default('application') })).default([]),
  paths: z.record(z.string(), z.array(pathInput)).default({}),
  /** Score sheets: a .csv beside demo.yaml, one row a reviewer and application. */
  sheets: z.array(z.strictObject({ file: z.string().regex(/^[A-Za-z0-9._-]+\.csv$/, 'sheets are a .csv beside demo.yaml') })).default([]),
})
export type DemoFile = z.output<typeof demoFile>

/** A row of a table; columns `form.<field>` are its answers. */
export const tableRow = z.strictObject({
  key, of: key, organisation: z.string(), kana: z.string(), corporateNumber: z.string(), ward: z.string(), kind: z.string(),
  applicant: z.string(), email: z.union([z.literal(''), z.email()]), lang: z.union([z.literal(''), lang]), title: z.string(), at: wallTime, path: line,
})
export type TableRow = z.output<typeof tableRow>

/** One score sheet; the other columns are criteria, and those that are left empty are not of its stage. */
export const sheetRow = z.strictObject({ stage: line, reviewer: key, application: key, at: wallTime, note: z.string() })
export type SheetRow = z.output<typeof sheetRow>
