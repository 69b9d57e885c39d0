import {
  allowInsecureRequests, authorizationCodeGrant, buildAuthorizationUrl, calculatePKCECodeChallenge, ClientSecretBasic, discovery, fetchUserInfo, None,
  randomNonce, randomPKCECodeVerifier, randomState, type Configuration, type IDToken,
} from 'openid-client'
import { z } from 'zod'
import { addressee, createAccount, findAccount, lockAccount, readAccount } from './accounts.js'
import { readEmail } from './email.js'
import { noteEvent } from './identity-events.js'
import type { KeyRing } from './key-ring.js'
import type { Limits } from './limits.js'
import { readableInstant, type Mails } from './mails/mails.js'
import { refuse, type Answer, type Refused } from './refusals.js'
import type { SessionIdentity } from './sessions/session-memory.js'
import type { Gone, Sessions } from './sessions/sessions.js'
import type { IdentitySettings, OpenIdSettings } from './settings.js'
import type { Admission, SignInAnswer } from './sign-in/admission.js'
import { noted, type Tickets } from './tickets.js'
import type { Visit } from './visit.js'
import type { Database, Row, Tx } from '@saitaku/database'

/** The browser goes to `url`; the flow waits in a cookie of its own until it comes back. */
export interface OpenIdBegun {
  flow: string
  url: string
  expiresAt: Date
}

export type OpenIdAnswer = Answer<{ returnTo: string } & ({ outcome: 'linked' } | Extract<SignInAnswer, { ok: true }>)>

export interface OpenIdLinkView extends Row {
  issuer: string
  subject: string
  linkedAt: Date
  usedAt: Date | null
}

/** What has to be remembered between leaving for the provider and coming back. */
const journey = z.object({
  verifier: z.string(), state: z.string(), nonce: z.string(), returnTo: z.string(), again: z.boolean(),
  linkFor: z.object({ personId: z.string(), sessionId: z.string() }).nullable(),
})
type Journey = z.output<typeof journey>

/** Who came back, as the provider says. */
interface Stranger {
  issuer: string
  subject: string
  secondFactor: boolean
  email: string | undefined
  emailVerified: boolean
  name: string | undefined
}

const LIFETIME = 15 * 60
/** Seconds to wait for the provider. */
const PATIENCE = 10
const FORGET_AFTER = 60 * 60 * 1000

/**
 * Sign-in by an OpenID provider such as GビズID: code flow with PKCE, state and nonce. A person is found by issuer
 * and subject alone. An address that the provider names never opens an account that exists: whoever has one links
 * the provider while signed in.
 */
export class OpenId {
  private found: { configuration: Promise<Configuration>; at: number } | undefined

  constructor(
    private readonly database: Database,
    private readonly keys: KeyRing,
    private readonly sessions: Sessions,
    private readonly admission: Admission,
    private readonly tickets: Tickets,
    private readonly limits: Limits,
    private readonly mails: Mails,
    private readonly settings: IdentitySettings,
  ) {}

  get configured(): boolean {
    return this.settings.openId !== undefined
  }

  /** Begins a sign-in, or a step up where the visit carries a session: then the provider asks for the proof again. */
  async begin(asked: { returnTo?: string; again?: boolean }, visit: Visit): Promise<Answer<OpenIdBegun>> {
    const counted = await this.limits.begin(visit.address)
    if (!counted.ok) return counted
    return this.depart({ returnTo: localPath(asked.returnTo), again: asked.again ?? false, linkFor: null })
  }

  /** Begins to link the provider to the account of somebody who is signed in. */
  async beginLink(by: SessionIdentity, asked: { returnTo?: string }): Promise<Answer<OpenIdBegun>> {
    const refused = await this.database.transaction((tx) => this.sessions.refuseUnlessFresh(tx, by))
    if (refused) return refused
    return this.depart({ returnTo: localPath(asked.returnTo), again: true, linkFor: { personId: by.personId, sessionId: by.sessionId } })
  }

  /** The browser is back at `callbackUrl`, with the flow from its cookie. */
  async finish(given: { flow: string; callbackUrl: string }, visit: Visit): Promise<OpenIdAnswer> {
    const provider = this.settings.openId
    if (!provider) return refuse('openIdUnavailable')
    const ticket = await this.tickets.use(this.database, 'openId', given.flow)
    if (!ticket) return refuse('expired')
    const trip = journey.parse(JSON.parse(this.keys.open('ticket', 'openId', Buffer.from(noted(ticket, 'sealed'), 'base64'))))
    const stranger = await this.ask(provider, trip, given.callbackUrl)
    if ('ok' in stranger) return stranger
    const answer = await this.sessions.changing<Answer<{ outcome: 'linked' } | Extract<SignInAnswer, { ok: true }>>>((tx, gone): Promise<Answer<{ outcome: 'linked' } | Extract<SignInAnswer, { ok: true }>>> => (trip.linkFor ? this.link(tx, stranger, trip.linkFor) : this.enter(tx, gone, stranger, visit)))
    return answer.ok ? { ...answer, returnTo: trip.returnTo } : answer
  }

  async links(by: SessionIdentity): Promise<OpenIdLinkView[]> {
    return this.database.query<OpenIdLinkView>('SELECT issuer, subject, linked_at AS "linkedAt", used_at AS "usedAt" FROM openid_link WHERE person_id = $1 ORDER BY linked_at', [by.personId])
  }

  async unlink(by: SessionIdentity, which: { issuer: string; subject: string }): Promise<Answer> {
    return this.sessions.changing(async (tx) => {
      const refused = await this.sessions.refuseUnlessFresh(tx, by)
      if (refused) return refused
      const removed = await tx.query('DELETE FROM openid_link WHERE person_id = $1 AND issuer = $2 AND subject = $3 RETURNING subject', [by.personId, which.issuer, which.subject])
      if (removed.length === 0) return refuse('unknownEntry')
      await noteEvent(tx, { kind: 'openIdUnlinked', personId: by.personId, sessionId: by.sessionId, data: { ...which } })
      return { ok: true }
    })
  }

  private async depart(wanted: Pick<Journey, 'returnTo' | 'again' | 'linkFor'>): Promise<Answer<OpenIdBegun>> {
    const provider = this.settings.openId
    const configuration = provider && (await this.configuration(provider))
    if (!provider || !configuration) return refuse('openIdUnavailable')
    const trip: Journey = { ...wanted, verifier: randomPKCECodeVerifier(), state: randomState(), nonce: randomNonce() }
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri(provider), scope: provider.scope, state: trip.state, nonce: trip.nonce,
      code_challenge: await calculatePKCECodeChallenge(trip.verifier), code_challenge_method: 'S256',
      ...(provider.acrValues === undefined ? {} : { acr_values: provider.acrValues }),
      ...(trip.again ? { prompt: 'login', max_age: '0' } : {}),
    })
    const sealed = this.keys.seal('ticket', 'openId', JSON.stringify(trip)).toString('base64')
    const { handle, expiresAt } = await this.tickets.hand(this.database, { kind: 'openId', personId: null, lifetime: LIFETIME, data: { sealed } })
    return { ok: true, flow: handle, url: url.href, expiresAt }
  }

  /** Who the provider says came back, or why it did not. */
  private async ask(provider: OpenIdSettings, trip: Journey, callbackUrl: string): Promise<Stranger | Refused> {
    const configuration = await this.configuration(provider)
    if (!configuration) return refuse('openIdUnavailable')
    // The code is exchanged for the address that is registered, whatever the request's own host says.
    const back = new URL(this.redirectUri(provider))
    back.search = new URL(callbackUrl, this.settings.baseUrl).search
    try {
      const tokens = await authorizationCodeGrant(configuration, back, {
        pkceCodeVerifier: trip.verifier, expectedState: trip.state, expectedNonce: trip.nonce, idTokenExpected: true, ...(trip.again ? { maxAge: 60 } : {}),
      })
      const claims = tokens.claims()
      if (!claims) return refuse('openIdRefused')
      const told = claims.email === undefined ? await this.userInfo(configuration, tokens.access_token, claims) : claims
      return stranger(provider, claims, told)
    } catch (error) {
      return this.translated(error)
    }
  }

  /** Some providers name the address there alone. */
  private async userInfo(configuration: Configuration, accessToken: string, claims: IDToken): Promise<Record<string, unknown>> {
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return claims
    return fetchUserInfo(configuration, accessToken, claims.sub)
  }

  /** What the package throws for an answer that does not fit, for a provider that refuses, and for one that is away. */
  private translated(error: unknown): Refused {
    const chain = causesOf(error)
    if (chain.some(isUnreachable)) return refuse('openIdUnavailable')
    if (chain.some(({ name, code }) => code.startsWith('OAUTH_') || REFUSED_BY.has(name))) return refuse('openIdRefused')
    throw error
  }

  private async link(tx: Tx, { issuer, subject }: Stranger, by: { personId: string; sessionId: string }): Promise<Answer<{ outcome: 'linked' }>> {
    const refused = await this.sessions.refuseUnlessFresh(tx, by)
    if (refused) return refused
    const account = await readAccount(tx, by.personId)
    if (!account) return refuse('unknownPerson')
    const added = await tx.query('INSERT INTO openid_link (issuer, subject, person_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING subject', [issuer, subject, by.personId])
    if (added.length === 0) {
      const [owner] = await tx.query<{ person_id: string }>('SELECT person_id FROM openid_link WHERE issuer = $1 AND subject = $2', [issuer, subject])
      return refuse(owner?.person_id === by.personId ? 'alreadySet' : 'openIdTaken')
    }
    await this.mails.queue(tx, 'openIdLinked', addressee(account), { at: readableInstant(new Date(), account.lang), what: new URL(issuer).host })
    await noteEvent(tx, { kind: 'openIdLinked', personId: by.personId, sessionId: by.sessionId, data: { issuer, subject } })
    return { ok: true, outcome: 'linked' }
  }

  private async enter(tx: Tx, gone: Gone, who: Stranger, visit: Visit): Promise<SignInAnswer> {
    const [known] = await tx.query<{ person_id: string }>('SELECT person_id FROM openid_link WHERE issuer = $1 AND subject = $2', [who.issuer, who.subject])
    const personId = known?.person_id ?? (await this.register(tx, who, visit))
    if (typeof personId !== 'string') return personId
    await lockAccount(tx, personId, 'SHARE')
    const linked = await tx.query('UPDATE openid_link SET used_at = clock_timestamp() WHERE issuer = $1 AND subject = $2 AND person_id = $3 RETURNING subject', [who.issuer, who.subject, personId])
    if (linked.length === 0) return refuse('openIdUnlinked') // unlinked a moment ago
    return this.admission.admit(tx, gone, { personId, methods: ['openId'], secondFactor: who.secondFactor }, visit)
  }

  /** An account for somebody new, with the address that the provider has verified; never for an address that has one. */
  private async register(tx: Tx, who: Stranger, visit: Visit): Promise<string | Refused> {
    const email = who.email === undefined || !who.emailVerified ? undefined : readEmail(who.email)
    if (!this.settings.openId?.signUp || !email || (await findAccount(tx, email.key))) return refuse('openIdUnlinked')
    const personId = await createAccount(tx, { name: who.name ?? email.address, email, lang: 'ja' })
    if (personId === undefined) return refuse('openIdUnlinked')
    await tx.query('INSERT INTO openid_link (issuer, subject, person_id) VALUES ($1, $2, $3)', [who.issuer, who.subject, personId])
    await noteEvent(tx, { kind: 'accountCreated', personId, address: visit.address, data: { by: 'openId', issuer: who.issuer } })
    return personId
  }

  private redirectUri({ redirectPath }: OpenIdSettings): string {
    return `${this.settings.baseUrl}${redirectPath}`
  }

  /** The provider's own description, read when first needed and once an hour; a failure is forgotten at once. */
  private async configuration(provider: OpenIdSettings): Promise<Configuration | undefined> {
    if (!this.found || Date.now() - this.found.at > FORGET_AFTER) this.found = { at: Date.now(), configuration: discover(provider) }
    const found = this.found
    try {
      return await found.configuration
    } catch (error) {
      if (this.found === found) this.found = undefined
      this.translated(error) // what is no fault of the provider rises
      return undefined
    }
  }
}

function discover({ issuer, clientId, clientSecret, allowHttp }: OpenIdSettings): Promise<Configuration> {
  return discovery(new URL(issuer), clientId, clientSecret, clientSecret === undefined ? None() : ClientSecretBasic(clientSecret), {
    timeout: PATIENCE, execute: allowHttp ? [allowInsecureRequests] : [],
  })
}

function stranger(provider: OpenIdSettings, claims: IDToken, told: Record<string, unknown>): Stranger {
  const text = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined)
  return {
    issuer: claims.iss, subject: claims.sub,
    secondFactor: typeof claims.acr === 'string' && provider.secondFactorAcr.includes(claims.acr),
    email: text(told.email), emailVerified: provider.trustEmail || told.email_verified === true, name: text(told.name),
  }
}

/** Only a path of this service: a sign-in never sends anybody elsewhere. */
function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[^\\\p{Cc}]{0,2000}$/u.test(path) ? path : '/'
}

interface Cause {
  name: string
  code: string
  message: string
}

const errorShape = z.looseObject({ name: z.string(), message: z.string(), code: z.string().optional().catch(undefined), cause: z.unknown() })

/** The package wraps what it caught, which wraps what the socket said. */
function causesOf(error: unknown): Cause[] {
  const { data } = errorShape.safeParse(error)
  return data ? [{ name: data.name, message: data.message, code: data.code ?? '' }, ...causesOf(data.cause)] : []
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'ECONNRESET', 'EAI_AGAIN', 'OAUTH_TIMEOUT'])
const REFUSED_BY = new Set(['ClientError', 'ResponseBodyError', 'AuthorizationResponseError', 'WWWAuthenticateChallengeError', 'OperationProcessingError'])

const isUnreachable = ({ name, code, message }: Cause): boolean => UNREACHABLE.has(code) || name === 'TimeoutError' || (name === 'TypeError' && message === 'fetch failed')
