import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { OpenAPIObject } from '@nestjs/swagger'
import { Database } from '@saitaku/database'
import { pino } from 'pino'
import { createApi } from '../../apps/api/src/api.js'
import { readConfig } from '../../apps/api/src/config.js'

export interface Reply {
  status: number
  etag: string | null
  type: string
  text: string
  body: Record<string, unknown>
}

/** The API on a database of a spec, and as whoever one asks it. */
export class ApiService {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async start(databaseUrl: string): Promise<ApiService> {
    const config = readConfig({ DATABASE_URL: databaseUrl, PORT: '0', SAITAKU_DEV_IDENTITY: '1', SESSION_SECRET: 'a secret that only this spec knows and that is long enough' })
    const database = await Database.connect({ url: databaseUrl, poolSize: 6 })
    const app = await createApi(config, database, pino({ level: 'silent' }))
    await app.listen(0, '127.0.0.1')
    return new ApiService(app, (await app.getUrl()).replace('[::1]', '127.0.0.1'))
  }

  /** By somebody with the roles that they have been granted, and no others. */
  async send(person: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(`${this.url}${path}`, { method, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), 'x-dev-identity': JSON.stringify({ person }), ...headers }, ...content })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    return { status: response.status, etag: response.headers.get('etag'), type, text, body: type.includes('json') ? (JSON.parse(text) as Record<string, unknown>) : {} }
  }

  get(person: string, path: string): Promise<Reply> {
    return this.send(person, 'GET', path)
  }

  /** Every address that can be read, as the API describes itself; streams stay open and are not among them. */
  async readable(): Promise<{ path: string; tags: string[] }[]> {
    const document = (await (await fetch(`${this.url}/api/openapi.json`)).json()) as OpenAPIObject
    return Object.entries(document.paths).flatMap(([path, methods]) => {
      const { get } = methods as { get?: { tags?: string[] } }
      return get && !path.endsWith('/stream') ? [{ path, tags: get.tags ?? [] }] : []
    })
  }

  async stop(): Promise<void> {
    await this.app.close()
  }
}
