import { randomUUID } from 'node:crypto'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { Database, setClock } from '@saitaku/database'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { createApi } from './api.js'

describe('boot', () => {
  let server: TestDatabase
  let app: NestFastifyApplication
  let url: string
  beforeAll(async () => {
    server = await createTestDatabase()
    const database = await Database.connect({ url: server.url, poolSize: 4 })
    app = await createApi({ databaseUrl: server.url, port: 0, host: '127.0.0.1', baseUrl: undefined, sendsMail: false, logLevel: 'warn', poolSize: 4, devIdentity: true }, database)
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  })
  afterAll(async () => {
    await app?.close()
    await server?.close()
  })
  it('answers', async () => {
    for (const path of ['/health', '/ready', '/api/v1/programmes', '/api/v1/calls', '/api/v1/applications', '/nothing', '/api/v1/mailbox', '/mailbox', '/api/docs', '/api/openapi.json', '/api/docs/swagger-ui.css']) {
      const r = await fetch(url + path)
      process.stderr.write(`${path} ${r.status} ${r.headers.get('content-type')} ${(await r.text()).slice(0, 300)}\n`)
    }
    expect(1).toBe(1)
  })
})
