import { Inject, Injectable } from '@nestjs/common'
import type { OpenedSessionAnswer, SessionState, SignInAnswerBody } from '@saitaku/contracts'
import type { Identity, OpenedSession, SessionIdentity, SignInAnswer, Visit } from '@saitaku/identity'
import { formatInstant } from '@saitaku/calendar'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { IDENTITY } from '../tokens.js'
import { Gate } from './gate.js'
import { granted } from './refusals.js'

/** Where a sign-in meets HTTP: what it knows of a request, and how a session goes into the answer. */
@Injectable()
export class Door {
  constructor(
    @Inject(IDENTITY) private readonly identity: Identity,
    private readonly gate: Gate,
  ) {}

  visit(request: FastifyRequest): Visit {
    return { address: request.ip, userAgent: request.headers['user-agent'], token: this.gate.cookies.read(request, 'session') }
  }

  /** Answers a sign-in: with the session in the cookie, or with the flow that asks for a second factor. */
  admit(reply: FastifyReply, answer: SignInAnswer): SignInAnswerBody {
    const yes = granted(answer)
    if (yes.outcome === 'secondFactor') return { outcome: 'secondFactor', flow: yes.flow, methods: yes.methods, expiresAt: formatInstant(yes.expiresAt) }
    return { outcome: 'signedIn', ...this.renew(reply, yes) }
  }

  /** The session goes on under a new token: the former cookie is dead. */
  renew(reply: FastifyReply, { token, session }: OpenedSession): OpenedSessionAnswer {
    this.gate.keep(reply, token)
    return { csrfToken: this.identity.sessions.csrfToken(token), session: sessionAnswer(session) }
  }

  /** Who is signed in, and the value of `X-CSRF-Token` for their writes. */
  state({ session }: FastifyRequest): SessionState {
    return {
      session: session ? sessionAnswer(session) : null, csrfToken: session ? this.identity.sessions.csrfToken(session.token) : null,
      openId: this.identity.openId.configured,
    }
  }
}

export function sessionAnswer({ sessionId, personId, methods, secondFactor, startedAt, authenticatedAt, expiresAt }: SessionIdentity): OpenedSessionAnswer['session'] {
  return { sessionId, personId, methods: [...methods], secondFactor, startedAt: formatInstant(startedAt), authenticatedAt: formatInstant(authenticatedAt), expiresAt: formatInstant(expiresAt) }
}
