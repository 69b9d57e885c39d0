import { z } from 'zod'
import { instant, language, line, uuid } from './primitives.js'

/** What the service hands out to come back with: it is judged by the service alone. */
const handle = z.string().min(1).max(200)
const typedCode = z.string().min(1).max(50)
const typedPassword = z.string().min(1).max(1000)
const typedEmail = z.string().min(1).max(320)
const kana = z.string().trim().max(100)
const base64url = z.string().max(20_000).regex(/^[A-Za-z0-9_-]*={0,2}$/, 'expected base64url')
/** Where to go on afterwards: a path of this service. Anything else is taken for the start page. */
const returnTo = z.string().max(2000)

/** A session as the browser learns of it; the token itself travels in the cookie alone. */
export const session = z.object({
  sessionId: uuid, personId: uuid,
  /** In the order in which they were used: `password`, `totp`. */
  methods: z.array(z.string()), secondFactor: z.boolean(), startedAt: instant, authenticatedAt: instant, expiresAt: instant,
})
export type SessionAnswer = z.output<typeof session>

/** After whatever opens or renews a session: the cookie is set anew, and so is the value of `X-CSRF-Token`. */
export const openedSession = z.object({ csrfToken: z.string(), session })
export type OpenedSessionAnswer = z.output<typeof openedSession>

export const secondFactorMethod = z.enum(['totp', 'passkey', 'recoveryCode'])
export const signedIn = openedSession.extend({ outcome: z.literal('signedIn') })
/** Half way in: come back with the flow and one of these. */
export const secondFactorAsked = z.object({ outcome: z.literal('secondFactor'), flow: z.string(), methods: z.array(secondFactorMethod), expiresAt: instant })
export const signInAnswer = z.discriminatedUnion('outcome', [signedIn, secondFactorAsked])
export type SignInAnswerBody = z.output<typeof signInAnswer>

/** Who is signed in, for a page that starts: never an error. */
export const sessionState = z.object({ session: session.nullable(), csrfToken: z.string().nullable(), openId: z.boolean() })
export type SessionState = z.output<typeof sessionState>

export const codeSent = z.object({ flow: z.string(), expiresAt: instant })
export type CodeSentAnswer = z.output<typeof codeSent>

export const passwordSignIn = z.strictObject({ email: typedEmail, password: typedPassword })
export const addressed = z.strictObject({ email: typedEmail })
export const flowWithCode = z.strictObject({ flow: handle, code: typedCode })
export const flowAlone = z.strictObject({ flow: handle })
export const signUp = z.strictObject({ email: typedEmail, lang: language.default('ja') })
export const signUpCompletion = z.strictObject({ flow: handle, code: typedCode, name: line(100), kana: kana.default(''), password: typedPassword.optional() })

export const tokenAlone = z.strictObject({ token: handle })
export const passwordReset = z.strictObject({ token: handle, password: typedPassword })
export const tokenState = z.object({ usable: z.boolean() })

export const invitationView = z.object({ name: z.string(), email: z.string(), programme: z.string(), role: z.string(), label: z.string(), hasAccount: z.boolean() })
export const invitationAcceptance = z.strictObject({ token: handle, name: line(100).optional(), kana: kana.optional(), password: typedPassword.optional() })
export const firstAdministrator = z.strictObject({ token: handle, email: typedEmail, name: line(100), kana: kana.default(''), lang: language.default('ja'), password: typedPassword })

export const openIdStart = z.strictObject({ returnTo: returnTo.optional(), again: z.boolean().default(false) })
export const openIdBegun = z.object({ url: z.string() })

/** What `navigator.credentials.get()` gave, as `PublicKeyCredential.toJSON()` writes it. */
const authenticationResponse = z.object({
  id: base64url, rawId: base64url, type: z.literal('public-key'), clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish().transform((value) => value ?? undefined),
  response: z.object({ clientDataJSON: base64url, authenticatorData: base64url, signature: base64url, userHandle: base64url.nullish().transform((value) => value ?? undefined) }),
})
const TRANSPORTS = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const
type Transport = (typeof TRANSPORTS)[number]
const isTransport = (text: string): text is Transport => (TRANSPORTS as readonly string[]).includes(text)

/** What `navigator.credentials.create()` gave, in the same spelling. */
const registrationResponse = z.object({
  id: base64url, rawId: base64url, type: z.literal('public-key'), clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish().transform((value) => value ?? undefined),
  response: z.object({
    clientDataJSON: base64url, attestationObject: base64url, authenticatorData: base64url.optional(), publicKey: base64url.nullish().transform((value) => value ?? undefined),
    publicKeyAlgorithm: z.int().optional(), transports: z.array(z.string().max(30)).max(10).transform((told) => told.filter(isTransport)).optional(), // a hint alone: one that is new is left out
  }),
})
export const passkeyAnswer = z.strictObject({ flow: handle, response: authenticationResponse })
export const passkeyRegistration = z.strictObject({ flow: handle, label: line(100), response: registrationResponse })
/** `options` go to `PublicKeyCredential.parseRequestOptionsFromJSON` or `parseCreationOptionsFromJSON`. */
export const passkeyOptions = z.object({ options: z.record(z.string(), z.unknown()) })
export const passkeyFlow = passkeyOptions.extend({ flow: z.string() })
