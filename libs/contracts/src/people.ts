import { z } from 'zod'
import { instant, jsonObject, language, line, name, programmeName, uuid } from './primitives.js'
import { casePage, rowPage } from './page.js'

const typedEmail = z.string().min(1).max(320)
const kana = z.string().trim().max(100)
const reason = line(2000)
/** A programme, or `*` for every one. */
const programmeOrAll = z.union([z.literal('*'), programmeName])
/** RFC 3339 with an offset; what the engine's clock compares it with may stand in another year than the machine's. */
const moment = instant.transform((text) => new Date(text))

export const personItem = z.object({
  personId: uuid, name: z.string(), email: z.string(), disabled: z.boolean(), hasPassword: z.boolean(), totp: z.boolean(), passkeys: z.int(), providers: z.int(), sessions: z.int(),
  createdAt: instant, lastSignInAt: instant.nullable(),
})
export const peopleQuery = z.strictObject({ ...casePage, search: z.string().trim().min(1).max(100).optional() })
export type PeopleQuery = z.output<typeof peopleQuery>
export const newAccount = z.strictObject({ personId: uuid.optional(), name: line(100), kana: kana.optional(), email: typedEmail, lang: language.optional() })
export const accountMade = z.object({ personId: uuid })
export const reasoned = z.strictObject({ reason })
export const recovery = z.strictObject({ reason, removeSecondFactors: z.boolean(), newEmail: typedEmail.optional() })

/** A grant with its dates; null where one is open. */
export const rolePeriod = z.object({
  id: uuid, personId: uuid, programme: z.string(), role: z.string(), startsAt: instant.nullable(), endsAt: instant.nullable(), grantedBy: uuid.nullable(),
})
export const rolePeriodList = z.object({ items: z.array(rolePeriod) })
export const rolesQuery = z
  .strictObject({ personId: uuid.optional(), programme: programmeOrAll.optional() })
  .refine(({ personId, programme }) => (personId === undefined) !== (programme === undefined), { message: 'give either personId or programme', path: ['personId'] })
export const newRole = z.strictObject({ personId: uuid, programme: programmeOrAll, role: name, startsAt: moment.optional(), endsAt: moment.nullable().optional() })
export const roleEnd = z.strictObject({ at: moment.optional() })
export const made = z.object({ id: z.string() })

export const invitationItem = z.object({ id: z.string(), email: z.string(), name: z.string(), programme: z.string(), role: z.string(), createdAt: instant, expiresAt: instant })
export const invitationList = z.object({ items: z.array(invitationItem) })
export const invitationsQuery = z.strictObject({ programme: programmeOrAll.optional() })
export const newInvitation = z.strictObject({
  email: typedEmail, name: line(100), kana: kana.optional(), lang: language.optional(), programme: programmeOrAll, role: name,
  startsAt: moment.optional(), endsAt: moment.optional(), personId: uuid.optional(),
})
export const invitationMade = z.object({ id: z.string(), expiresAt: instant })

const rotation = { at: moment, pairs: z.array(z.strictObject({ from: uuid, to: uuid })).min(1).max(500), programmes: z.array(programmeOrAll).max(200).optional() }
export const rotationPreview = z.strictObject(rotation)
export const rotationApplied = z.strictObject({ ...rotation, digest: z.string().max(100) })
const handOverStep = z.object({
  periodId: uuid, from: uuid, to: uuid, programme: z.string(), role: z.string(), formerEnd: instant.nullable(), successor: z.enum(['gets', 'has']),
})
/** `digest` stands for what was shown; applying it names it and is refused when the roles have changed since. */
export const handOverPlan = z.object({ steps: z.array(handOverStep), digest: z.string() })
export const handOverDone = handOverPlan.extend({ id: uuid })
export const handOverItem = z.object({ id: uuid, at: instant, appliedBy: uuid.nullable(), appliedAt: instant, undoneAt: instant.nullable(), roles: z.int() })
export const handOverList = z.object({ items: z.array(handOverItem) })

export const newSubstitute = z.strictObject({ absentId: uuid, substituteId: uuid, programme: programmeOrAll.optional(), role: name.optional(), startsAt: moment.optional(), endsAt: moment })
export const substitutesQuery = z.strictObject({ personId: uuid })

/** One entry of the record of accounts and roles. */
export const identityEvent = z.object({
  id: z.string(), at: instant, kind: z.string(), personId: uuid.nullable(), actorId: uuid.nullable(), sessionId: uuid.nullable(), address: z.string().nullable(), data: jsonObject,
})
export const identityEventsQuery = z.strictObject({ ...rowPage, personId: uuid.optional() })
