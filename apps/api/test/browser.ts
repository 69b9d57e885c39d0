import { parseSetCookie } from 'cookie'

export interface Reply<T = Record<string, unknown>> {
  status: number
  body: T
  headers: Headers
}

interface Cookie {
  value: string
  attributes: string
}

let lastAddress = 0

/**
 * As much of a browser as sign-in needs: it keeps cookies, says where a write comes from, and brings the session's
 * `X-CSRF-Token` as the pages do. Each comes from an address of its own, through a proxy.
 */
export class Browser {
  readonly cookies = new Map<string, Cookie>()
  csrfToken: string | undefined
  readonly address: string

  constructor(private readonly url: string) {
    lastAddress++
    this.address = `10.1.${(lastAddress >> 8) & 255}.${lastAddress & 255}`
  }

  get<T = Record<string, unknown>>(path: string, headers: Record<string, string> = {}): Promise<Reply<T>> {
    return this.send<T>('GET', path, undefined, headers)
  }

  post<T = Record<string, unknown>>(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Reply<T>> {
    return this.send<T>('POST', path, body, headers)
  }

  async send<T = Record<string, unknown>>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply<T>> {
    const cookie = [...this.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
    const response = await fetch(`${this.url}${path}`, {
      method, redirect: 'manual',
      headers: {
        'x-forwarded-for': this.address, 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36',
        ...(cookie === '' ? {} : { cookie }), ...(method === 'GET' ? {} : { origin: new URL(this.url).origin, 'sec-fetch-site': 'same-origin' }),
        ...(this.csrfToken === undefined ? {} : { 'x-csrf-token': this.csrfToken }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const set of response.headers.getSetCookie()) this.keep(set)
    const text = await response.text()
    const json = (response.headers.get('content-type') ?? '').includes('json') ? (JSON.parse(text) as T & { csrfToken?: unknown }) : (undefined as T)
    const csrfToken = (json as { csrfToken?: unknown } | undefined)?.csrfToken
    if (typeof csrfToken === 'string') this.csrfToken = csrfToken
    return { status: response.status, body: json, headers: response.headers }
  }

  /** What a request was refused with. */
  async refused(sent: Promise<Reply>): Promise<[number, unknown]> {
    const { status, body } = await sent
    return [status, body.code]
  }

  private keep(set: string): void {
    const { name, value = '', maxAge } = parseSetCookie(set)
    if (maxAge === 0) this.cookies.delete(name)
    else this.cookies.set(name, { value, attributes: set.slice(set.indexOf(';') + 1).trim() })
  }
}
