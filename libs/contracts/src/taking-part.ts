import { z } from 'zod'
import { instant, jsonObject, language, line, name, uuid } from './primitives.js'
import { rowPage } from './page.js'
import { newOrganisation } from './application.js'

const text = (max: number) => z.string().trim().max(max)
const day = z.iso.date()

/** A message between the applicant and the office; `note` is the office's to itself. To applicants the office has one name. */
export const message = z
  .object({ id: z.string(), at: instant, side: z.enum(['applicant', 'office', 'note']), author: z.object({ id: uuid.nullable(), name: z.string() }).nullable(), own: z.boolean(), read: z.boolean(), body: z.string() })
  .meta({ id: 'Message' })
export type Message = z.output<typeof message>
export const messagesQuery = z.strictObject(rowPage)
export const newMessage = z.strictObject({ body: z.string().trim().min(1).max(10_000), note: z.boolean().default(false) })
export const readMark = z.strictObject({ upTo: z.string().regex(/^[1-9]\d{0,17}$/, 'expected the id of a message') })

export const partyRole = z.enum(['agent', 'editor', 'viewer'])
/** Who takes part in an application. An agent acts for the applicant until the last day of their mandate. */
export const participant = z
  .object({ personId: uuid, name: z.string(), role: z.enum(['applicant', 'agent', 'editor', 'viewer']), mandateUntil: day.nullable(), inForce: z.boolean() })
  .meta({ id: 'Participant' })
export type Participant = z.output<typeof participant>
export const partyInvitation = z
  .object({
    id: uuid, caseId: uuid, title: z.string(), email: z.string(), role: partyRole, mandateUntil: day.nullable(), note: z.string(), invitedBy: z.string(), at: instant, expiresAt: instant,
    state: z.enum(['open', 'accepted', 'declined', 'withdrawn']),
  })
  .meta({ id: 'PartyInvitation' })
export type PartyInvitation = z.output<typeof partyInvitation>
export const participants = z.object({ people: z.array(participant), invitations: z.array(partyInvitation) }).meta({ id: 'Participants' })
export type Participants = z.output<typeof participants>
export const newPartyInvitation = z
  .strictObject({ email: z.email().max(254), role: partyRole, mandateUntil: day.optional(), note: text(1_000).default('') })
  .refine(({ role, mandateUntil }) => role === 'agent' || mandateUntil === undefined, { message: 'only an agent has a mandate', path: ['mandateUntil'] })
export type NewPartyInvitation = z.output<typeof newPartyInvitation>
export const invitationAnswer = z.strictObject({ accept: z.boolean() })

/** What the office writes into a form for its applicant, who is asked to agree. */
export const onBehalf = z.strictObject({ form: name.optional(), patch: jsonObject, reason: line(1_000) })
export const consentRequest = z
  .object({ form: z.string(), revision: z.int(), reason: z.string(), askedAt: instant, fields: z.array(z.string()), outcome: z.enum(['agreed', 'refused']).nullable(), answeredAt: instant.nullable() })
  .meta({ id: 'ConsentRequest' })
export type ConsentRequest = z.output<typeof consentRequest>
export const consentAnswer = z.strictObject({ form: name, revision: z.int().min(1).max(1_000_000_000), agree: z.boolean() })

/** An application that came on paper or by mail. Who applied may have no address; then nobody but the office acts for them. */
export const intake = z.strictObject({
  chart: name.optional(), title: text(200).default(''), organisation: newOrganisation.optional(),
  applicant: z.strictObject({ name: line(100), kana: text(100).default(''), email: z.email().max(254), lang: language.default('ja') }).optional(),
  channel: z.enum(['paper', 'email']), receivedAt: instant, reference: text(500).default(''), note: text(2_000).default(''),
  answers: jsonObject.default({}),
  /** Sends this event as the applicant once the answers are in, such as `submit`. */
  event: name.optional(),
})
export type Intake = z.output<typeof intake>
export const intakeView = z.object({ channel: z.enum(['paper', 'email']), receivedAt: instant, reference: z.string(), note: z.string(), enteredAt: instant }).meta({ id: 'IntakeView' })

/** Begins a draft in a call from a former application. */
export const copyOf = z.strictObject({ call: uuid, chart: name.optional(), title: text(200).optional() })
/** Takes an application to another call: a new one there with its answers, people and organisation, and `event` for the old one. */
export const moveTo = z.strictObject({ call: uuid, reason: line(1_000), event: name })

/** An event for many cases at once. With `dryRun` nothing is written, and each outcome says what would come of it. */
export const bulkCommand = z.strictObject({ ids: z.array(uuid).min(1).max(1_000), type: name, data: jsonObject.optional(), dryRun: z.boolean().default(false) })
export type BulkCommand = z.output<typeof bulkCommand>
export const bulkOutcome = z
  .object({ id: uuid, ok: z.boolean(), code: z.string().optional(), reason: z.object({ ja: z.string(), en: z.string() }).optional(), publicStatus: z.string().nullable().optional(), version: z.int().optional() })
  .meta({ id: 'BulkOutcome' })
export type BulkOutcome = z.output<typeof bulkOutcome>
export const bulkResult = z.object({ dryRun: z.boolean(), succeeded: z.int(), failed: z.int(), outcomes: z.array(bulkOutcome) }).meta({ id: 'BulkResult' })
export type BulkResult = z.output<typeof bulkResult>

/** An organisation of the register, and others that may be the same. */
export const organisationItem = z
  .object({ id: uuid, name: z.string(), kana: z.string(), corporateNumber: z.string().nullable(), kind: z.string().nullable(), ward: z.string().nullable(), applications: z.int(), mergedInto: uuid.nullable() })
  .meta({ id: 'OrganisationItem' })
export type OrganisationItem = z.output<typeof organisationItem>
export const duplicate = z.object({ organisations: z.array(organisationItem), why: z.enum(['corporateNumber', 'name']), likeness: z.number() }).meta({ id: 'Duplicate' })
export type Duplicate = z.output<typeof duplicate>
export const organisationsQuery = z.strictObject({ q: z.string().trim().min(1).max(100).optional(), limit: z.coerce.number().int().min(1).max(200).default(50), after: uuid.optional() })
export type OrganisationsQuery = z.output<typeof organisationsQuery>
export const mergeOrganisations = z.strictObject({ into: uuid, reason: line(1_000) })
export const mergeResult = z.object({ kept: uuid, merged: uuid, movedCases: z.int() }).meta({ id: 'MergeResult' })
