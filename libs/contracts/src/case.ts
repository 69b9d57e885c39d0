import { z } from 'zod'
import { instant, json, jsonObject, label, uuid } from './primitives.js'

/** An event that this person may send now. */
export const availableEvent = z.object({
  type: z.string(),
  label: label.optional(),
  /** What its data must or may hold, by name. */
  asks: z.record(z.string(), z.object({ type: z.string(), optional: z.boolean() })),
  requires: z.array(z.string()),
  /** Whether to ask before it is sent. */
  confirm: z.boolean(),
  /** Why it would be refused as things stand. */
  blocked: label.optional(),
}).meta({ id: 'AvailableEvent' })
export type AvailableEvent = z.output<typeof availableEvent>

export const nextDeadline = z.object({ name: z.string(), label: label.optional(), dueAt: instant }).meta({ id: 'NextDeadline' })
export type NextDeadline = z.output<typeof nextDeadline>

const place = { id: uuid, programme: z.string(), chart: z.string(), title: z.string(), number: z.string().nullable(), parentId: uuid.nullable() }

/** What anyone involved may see of a case. */
export const observedCase = z.object({
  ...place,
  /** The programme's version that it runs on: its forms and words are those of that version. */
  programmeVersion: z.int(),
  publicStatus: z.string().nullable(),
  publicStatusLabel: label.nullable(),
  turn: z.string().nullable(),
  done: z.boolean(),
  availableEvents: z.array(availableEvent),
  nextDeadline: nextDeadline.nullable(),
  createdAt: instant,
})
export type ObservedCase = z.output<typeof observedCase>

export const party = z.object({ personId: uuid, role: z.string(), name: z.string() }).meta({ id: 'Party' })
/** What the office sees of a case besides. */
export const officeFields = z.object({
  version: z.int(),
  programmeVersion: z.int(),
  states: z.array(z.object({ name: z.string(), label: label.optional() })),
  phase: z.string().nullable(),
  tags: z.array(z.string()),
  attributes: jsonObject,
  approvals: z.record(z.string(), z.array(z.object({ step: z.string(), actor: uuid.nullable(), at: instant }))),
  organisation: z.object({ id: uuid, name: z.string() }).nullable(),
  parties: z.array(party),
  movedAt: instant,
}).meta({ id: 'OfficeFields' })
export type OfficeFields = z.output<typeof officeFields>

export const caseView = observedCase.extend({ office: officeFields.optional() }).meta({ id: 'Case' })
export type CaseView = z.output<typeof caseView>

/** A case as it stood at an instant, rebuilt from its events. */
export const caseAsOf = z
  .object({ ...place, asOf: instant, publicStatus: z.string().nullable(), turn: z.string().nullable(), done: z.boolean(), version: z.int().optional(), states: z.array(z.string()).optional(), attributes: jsonObject.optional() })
  .meta({ id: 'CaseAsOf' })
export type CaseAsOf = z.output<typeof caseAsOf>

/**
 * One entry of a case's history. An applicant sees their own events and the changes of public status; the office
 * sees every event with its actor, data and hash.
 */
export const historyEntry = z
  .object({
    at: instant,
    type: z.string().optional(),
    label: label.optional(),
    publicStatus: z.string().nullable().optional(),
    publicStatusLabel: label.nullable().optional(),
    own: z.boolean().optional(),
    seq: z.int().optional(),
    door: z.enum(['create', 'event', 'timer', 'engine']).optional(),
    actor: z.object({ id: uuid.nullable(), roles: z.array(z.string()), name: z.string().optional() }).optional(),
    payload: json.optional(),
    numbers: json.optional(),
    hash: z.string().optional(),
  })
  .meta({ id: 'HistoryEntry' })
export type HistoryEntry = z.output<typeof historyEntry>

export const asOfQuery = z.strictObject({ asOf: instant.optional() })
