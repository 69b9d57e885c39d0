import { z } from 'zod'
import { caseView, nextDeadline } from './case.js'
import { instant, jsonObject, label, language, line, name, programmeName, uuid } from './primitives.js'
import { sortedPage } from './page.js'

/** An organisation as an applicant gives it: paper-thin until there is a register. */
export const newOrganisation = z.strictObject({
  name: line(200),
  kana: z.string().trim().max(200).default(''),
  corporateNumber: z.string().regex(/^\d{13}$/, 'expected 13 digits').optional(),
  kind: name.optional(),
  ward: z.string().trim().max(40).optional(),
})
export type NewOrganisation = z.output<typeof newOrganisation>

export const newPerson = z.strictObject({ name: line(100), kana: z.string().trim().max(100).default(''), email: z.email().max(254), lang: language.default('ja') })
export type NewPerson = z.output<typeof newPerson>

/** Begins a draft: for an organisation that one has applied for before, or for a new one, or for none. */
export const newApplication = z
  .strictObject({
    /** Which of the call's charts, where it has several. */
    chart: name.optional(),
    title: z.string().trim().max(200).default(''),
    organisationId: uuid.optional(),
    organisation: newOrganisation.optional(),
  })
  .refine((body) => body.organisationId === undefined || body.organisation === undefined, { message: 'give either organisationId or organisation', path: ['organisation'] })
export type NewApplication = z.output<typeof newApplication>

const formProblem = z.object({ field: z.string(), pointer: z.string(), code: z.string(), severity: z.enum(['error', 'warning']), message: label }).meta({ id: 'FormProblem' })

/** Answers of one form as last saved, and what is still missing or wrong. */
export const formView = z
  .object({
    name: z.string(),
    /** 0 before anything was saved. */
    revision: z.int(),
    answers: jsonObject,
    computed: jsonObject,
    complete: z.boolean(),
    missing: z.array(z.string()),
    problems: z.array(formProblem),
    /** Fields that may be changed now: all, none, or those that remarks ask about. */
    open: z.union([z.literal('all'), z.literal('none'), z.array(z.string())]),
    savedAt: instant.nullable(),
    hash: z.string().nullable(),
  })
  .meta({ id: 'Form' })
export type FormView = z.output<typeof formView>

export const remark = z.object({ field: z.string().optional(), text: z.string() }).meta({ id: 'Remark' })

export const applicationView = caseView
  .extend({ form: formView.nullable(), forms: z.array(formView), remarks: z.object({ at: instant, items: z.array(remark) }).nullable() })
  .meta({ id: 'Application' })
export type ApplicationView = z.output<typeof applicationView>

/** RFC 7396: members replace answers, null takes an answer away. */
export const formPatch = jsonObject
export type FormPatch = z.output<typeof formPatch>
/** `form` names a form of a later step; the chart's own form is meant without it. */
export const formQuery = z.strictObject({ form: name.optional() })

export const applicationsQuery = z.strictObject({
  ...sortedPage,
  programme: programmeName.optional(),
  call: uuid.optional(),
  chart: name.optional(),
  phase: name.optional(),
  /** A state's place in its chart, such as `submitted.screening`. */
  state: z.string().max(200).regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/, 'expected a state such as submitted.screening').optional(),
  publicStatus: name.optional(),
  turn: name.optional(),
  organisation: uuid.optional(),
  done: z.enum(['true', 'false']).optional(),
  /** Only those of the applicant's side, for whoever also works for the office. */
  mine: z.enum(['true']).optional(),
  /** Words, all of which stand in the title, the number, or the organisation's name, kana or corporate number. Width, kana, case and spaces make no difference. */
  q: z.string().trim().min(1).max(100).optional(),
  /** By number only within one call. */
  sort: z.enum(['createdAt', '-createdAt', 'number', '-number']).optional(),
}).refine(({ sort, call }) => !sort?.endsWith('number') || call !== undefined, { message: 'give the call whose numbers are meant', path: ['sort'] })
export type ApplicationsQuery = z.output<typeof applicationsQuery>

export const applicationItem = z
  .object({
    id: uuid, programme: z.string(), chart: z.string(), call: uuid.nullable(), title: z.string(), number: z.string().nullable(),
    organisation: z.string().nullable(), publicStatus: z.string().nullable(), publicStatusLabel: label.nullable(), turn: z.string().nullable(), done: z.boolean(), createdAt: instant,
    nextDeadline: nextDeadline.nullable(),
    phase: z.string().nullable().optional(), states: z.array(z.string()).optional(), version: z.int().optional(), /** Since when it stands where it stands. */ movedAt: instant.optional(),
  })
  .meta({ id: 'ApplicationItem' })
export type ApplicationItem = z.output<typeof applicationItem>
