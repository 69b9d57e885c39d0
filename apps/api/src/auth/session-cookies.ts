import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What the browser keeps for us: the session, and while it is away at an OpenID provider, the journey. */
export type Keepsake = 'session' | 'openid'

/**
 * The service's cookies. Over https they are `__Host-session` and `__Host-openid`: Secure, for this host alone and
 * the whole of it, so that no other host of the domain can plant one. Where people come over plain http, which is
 * only allowed on this machine, browsers would not keep such a cookie: there the names are without the prefix and
 * the cookies without Secure. Lax, since the way back from an OpenID provider and a link in a mail come from elsewhere.
 */
export class SessionCookies {
  private readonly secure: boolean

  constructor(baseUrl: string) {
    this.secure = new URL(baseUrl).protocol === 'https:'
  }

  read(request: FastifyRequest, which: Keepsake): string | undefined {
    const { cookie } = request.headers
    return cookie === undefined ? undefined : parseCookie(cookie)[this.nameOf(which)]
  }

  /** Without `seconds` it lasts as long as the browser runs; the record ends the session before, at its own time. */
  write(reply: FastifyReply, which: Keepsake, value: string, seconds?: number): void {
    const cookie = { name: this.nameOf(which), value, path: '/', httpOnly: true, secure: this.secure, sameSite: 'lax' as const, ...(seconds === undefined ? {} : { maxAge: seconds }) }
    void reply.header('set-cookie', stringifySetCookie(cookie))
  }

  clear(reply: FastifyReply, which: Keepsake): void {
    this.write(reply, which, '', 0)
  }

  nameOf(which: Keepsake): string {
    return this.secure ? `__Host-${which}` : `saitaku-${which}`
  }
}
