import { Inject, Injectable, Logger } from '@nestjs/common'
import { createPerson, type Viewer } from '@saitaku/applications'
import { language, line, name, uuid } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import type { Identity, SessionIdentity } from '@saitaku/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ApiConfig } from '../config.js'
import { badInput, HttpProblem } from '../problems.js'
import { API_CONFIG, IDENTITY } from '../tokens.js'
import { SessionCookies } from './session-cookies.js'

declare module 'fastify' {
  interface FastifyRequest {
    viewer?: Viewer
    /** Where the viewer is signed in by a session: not where the development header says who they are. */
    session?: SessionIdentity & { token: string }
  }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

const devIdentity = z.strictObject({
  person: uuid.transform((id) => id.toLowerCase()),
  roles: z.array(name).max(20).default([]),
  name: line(100).optional(),
  email: z.email().max(254).optional(),
  lang: language.optional(),
})

/**
 * Finds out who asks: by the session's cookie, with at most one trip to the database and none while the process
 * remembers the session. It also refuses what another site makes a browser send: every write is looked at for where
 * it comes from, and a signed-in one has to bring the session's `X-CSRF-Token`.
 */
@Injectable()
export class Gate {
  readonly cookies: SessionCookies
  private readonly registered = new Set<string>()

  constructor(
    @Inject(API_CONFIG) private readonly config: ApiConfig,
    @Inject(IDENTITY) private readonly identity: Identity,
    private readonly database: Database,
  ) {
    this.cookies = new SessionCookies(config.baseUrl)
    if (config.devIdentity)
      new Logger('Identity').warn('SAITAKU_DEV_IDENTITY=1: anyone who reaches this port can act as anyone, by the header X-Dev-Identity. For development only.')
  }

  /** Sets `viewer` and `session` of the request; both stay undefined where nobody is signed in. Throws a 403 for a forged write. */
  async recognise(request: FastifyRequest): Promise<void> {
    const developer = this.config.devIdentity ? await this.developer(request.headers['x-dev-identity']) : undefined
    if (developer) {
      request.viewer = developer
      return
    }
    if (!SAFE.has(request.method) && this.isForeign(request)) throw forged()
    const token = this.cookies.read(request, 'session')
    const session = token === undefined ? null : await this.identity.sessions.authenticate(token)
    if (token === undefined || session === null) return
    request.session = { ...session, token }
    request.viewer = { personId: session.personId, roles: [] }
  }

  /** Throws a 403 unless a write that a session makes brings the session's own token. Open routes do without. */
  mustBeMeant(request: FastifyRequest): void {
    const { session, method, headers } = request
    if (!session || SAFE.has(method)) return
    if (!this.identity.sessions.csrfFits(session.token, headers['x-csrf-token'])) throw forged()
  }

  /** Whether the request's session is still alive: for an answer that stays open, such as a stream of events. */
  async stillSignedIn(request: FastifyRequest): Promise<boolean> {
    if (!request.session) return request.viewer !== undefined
    return (await this.identity.sessions.authenticate(request.session.token)) !== null
  }

  keep(reply: FastifyReply, token: string): void {
    this.cookies.write(reply, 'session', token)
  }

  /** What browsers say of where a request comes from; a client that is no browser says nothing. */
  private isForeign({ headers }: FastifyRequest): boolean {
    const site = headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return true
    const { origin, host } = headers
    if (origin === undefined) return false
    return origin !== new URL(this.config.baseUrl).origin && (!URL.canParse(origin) || new URL(origin).host !== host)
  }

  private async developer(header: string | string[] | undefined): Promise<Viewer | undefined> {
    if (header === undefined) return undefined
    const identity = devIdentity.safeParse(parsed(String(header)))
    if (!identity.success) throw badInput('X-Dev-Identity が正しくありません', 'X-Dev-Identity is JSON such as {"person": "<uuid>", "roles": ["secretariat"]}')
    const { person, roles, name: called, email, lang } = identity.data
    if (!this.registered.has(person)) {
      await createPerson(this.database, { id: person, name: called ?? `Developer ${person.slice(0, 8)}`, email: email ?? `${person}@dev.invalid`, lang })
      this.registered.add(person)
    }
    return { personId: person, roles }
  }
}

const forged = (): HttpProblem => new HttpProblem(403, 'forged', {
  ja: 'この操作が画面から行われたことを確認できませんでした。ページを読み込み直してから、もう一度お試しください。', en: 'It could not be confirmed that this came from the page itself. Please reload the page and try again.',
})

/** A header is Latin-1; names in it are written as JSON escapes. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
