import { z } from 'zod'
import { instant, language, line, uuid } from './primitives.js'
import { openedSession, session } from './sign-in.js'

const kana = z.string().trim().max(100)
const typedPassword = z.string().min(1).max(1000)

/** A role that is in force: until when, and for whom where it is held as a substitute. */
const heldRole = z.object({ programme: z.string(), role: z.string(), until: instant.nullable(), actingFor: uuid.nullable() })

/** What a person sees of themself. */
export const profile = z.object({
  personId: uuid, name: z.string(), kana: z.string(), email: z.string(), lang: language,
  hasPassword: z.boolean(), totp: z.boolean(), passkeys: z.int(), recoveryCodes: z.int(), roles: z.array(heldRole), session, csrfToken: z.string(),
})
export type ProfileAnswer = z.output<typeof profile>
export const profileChange = z.strictObject({ name: line(100).optional(), kana: kana.optional(), lang: language.optional() })

export const sessionItem = z.object({
  id: uuid, device: z.string(), address: z.string(), methods: z.array(z.string()), secondFactor: z.boolean(),
  startedAt: instant, authenticatedAt: instant, seenAt: instant, expiresAt: instant, current: z.boolean(),
})
export const sessionList = z.object({ items: z.array(sessionItem) })
export const sessionsEnded = z.object({ ended: z.int() })

/** The former password is needed where there is one. */
export const passwordChange = z.strictObject({ current: typedPassword.optional(), next: typedPassword })
export const emailConfirmation = z.strictObject({ flow: z.string().min(1).max(200), code: z.string().min(1).max(50) })

/** A secret to scan (`uri`) or to type, which counts once a code of it was confirmed. */
export const totpSecret = z.object({ secret: z.string(), uri: z.string() })
export const totpConfirmation = z.strictObject({ code: z.string().min(1).max(50) })
/** With the first second factor come recovery codes, shown this once. */
export const factorSet = openedSession.extend({ recoveryCodes: z.array(z.string()) })
export const recoveryCodes = z.object({ codes: z.array(z.string()) })

export const passkeyItem = z.object({ id: z.string(), label: z.string(), createdAt: instant, usedAt: instant.nullable(), backedUp: z.boolean() })
export const passkeyList = z.object({ items: z.array(passkeyItem) })

export const openIdLink = z.object({ issuer: z.string(), subject: z.string(), linkedAt: instant, usedAt: instant.nullable() })
export const openIdLinkList = z.object({ items: z.array(openIdLink) })
export const openIdLinkStart = z.strictObject({ returnTo: z.string().max(2000).optional() })
export const openIdLinkQuery = z.strictObject({ issuer: z.string().min(1).max(500), subject: z.string().min(1).max(500) })

export const substitute = z.object({ id: uuid, absentId: uuid, substituteId: uuid, programme: z.string().nullable(), role: z.string().nullable(), startsAt: instant, endsAt: instant })
export const substituteList = z.object({ items: z.array(substitute) })
