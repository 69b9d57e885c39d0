import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { S3 } from '@aws-sdk/client-s3'
import { Database } from '@saitaku/database'
import { Engine, publishProgramme, Registry } from '@saitaku/engine'
import { registerApplications } from '@saitaku/applications'
import { bucketAddress } from '@saitaku/files'
import { registerNotices } from '@saitaku/notices'
import type { AttachmentView, CommandResult, LetterView, Problem } from '@saitaku/contracts'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { Upload, type DetailedError, type UploadOptions } from 'tus-js-client'
import { createApi } from '../../apps/api/src/api.js'
import { readConfig } from '../../apps/api/src/config.js'
import { fileProgramme } from './file-programme.js'

export interface Who {
  person: string
  roles?: string[]
}
export interface Reply<T> {
  status: number
  headers: Headers
  body: T
}
export interface Place {
  case: string
  form?: string
  field: string
  filename: string
  sha256?: string
}
/** What became of an upload: what the last answer said, or why the file was not taken. */
export type Sent = { ok: true; url: string; state: string; sha256: string } | { ok: false; status: number; problem: Problem | undefined }

/** The API with its files in a folder of their own, on a database with one small programme and an open call. */
export class FileService {
  readonly applicant: Who = { person: randomUUID() }
  readonly stranger: Who = { person: randomUUID() }
  readonly clerk: Who = { person: randomUUID(), roles: ['secretariat'] }
  call = ''

  private constructor(
    private readonly server: TestDatabase,
    readonly database: Database,
    readonly folder: string,
    public url: string,
    private readonly app: { close(): Promise<unknown> } | undefined,
  ) {}

  /** Everything in this process. */
  static async start(variables: Record<string, string> = {}): Promise<FileService> {
    const { server, database, folder } = await prepare()
    const environment = { ...FileService.variables(server.url, folder), ...variables }
    const before = { ...process.env }
    Object.assign(process.env, environment)
    const app = await createApi(readConfig(environment), await Database.connect({ url: server.url, poolSize: 6 }))
    process.env = before
    await app.listen(0, '127.0.0.1')
    const service = new FileService(server, database, folder, await app.getUrl(), app)
    await service.openCall()
    return service
  }

  /** The database and the folder, for an API that a test starts itself. */
  static async withoutApi(): Promise<FileService> {
    const { server, database, folder } = await prepare()
    return new FileService(server, database, folder, '', undefined)
  }

  static variables(databaseUrl: string, folder: string): Record<string, string> {
    return { DATABASE_URL: databaseUrl, PORT: '0', SAITAKU_DEV_IDENTITY: '1', LOG_LEVEL: 'fatal', DATA_DIR: folder, SESSION_SECRET: 'a secret of the tests that is long enough' }
  }

  get databaseUrl(): string {
    return this.server.url
  }

  async stop(): Promise<void> {
    await this.app?.close()
    await this.database.close()
    await this.server.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  async openCall(): Promise<void> {
    const { body } = await this.send<{ id: string }>(this.clerk, 'POST', '/api/v1/calls', { programme: 'file-grant', title: '令和8年度' })
    this.call = body.id
    await this.event(this.clerk, this.call, 'open')
  }

  async send<T = Problem>(who: Who, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply<T>> {
    const response = await fetch(`${this.url}${path}`, {
      method, headers: { ...identity(who), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const json = method !== 'HEAD' && (response.headers.get('content-type') ?? '').includes('json')
    const content: unknown = json ? await response.json() : Buffer.from(await response.arrayBuffer())
    return { status: response.status, headers: response.headers, body: content as T }
  }

  event(who: Who, caseId: string, type: string, data: object = {}): Promise<Reply<CommandResult & Problem>> {
    return this.send(who, 'POST', `/api/v1/cases/${caseId}/events`, { type, data })
  }

  async draft(who = this.applicant): Promise<string> {
    const { status, body } = await this.send<{ id: string }>(who, 'POST', `/api/v1/calls/${this.call}/applications`, { title: '緑の教室', organisation: { name: '緑の会' } })
    expect(status).toBe(201)
    return body.id
  }

  save(who: Who, caseId: string, patch: object): Promise<Reply<{ complete: boolean; revision: number } & Problem>> {
    return this.send(who, 'PATCH', `/api/v1/applications/${caseId}/form`, patch)
  }

  async documents(who: Who, caseId: string): Promise<(AttachmentView | LetterView)[]> {
    return (await this.send<{ items: (AttachmentView | LetterView)[] }>(who, 'GET', `/api/v1/cases/${caseId}/documents`)).body.items
  }

  /** Sends a file as tus-js-client does. */
  upload(who: Who, place: Place, bytes: Buffer | Pick<Readable, 'read'>, options: Partial<UploadOptions> = {}): Promise<Sent> {
    return new Promise((resolve) => {
      const upload: Upload = new Upload(bytes as Buffer, {
        endpoint: `${this.url}/api/v1/uploads`, retryDelays: null, headers: identity(who), metadata: { form: 'application', ...place },
        onError: (error) => {
          const response = (error as DetailedError).originalResponse
          const text = response?.getBody() ?? ''
          resolve({ ok: false, status: response?.getStatus() ?? 0, problem: text.startsWith('{') ? (JSON.parse(text) as Problem) : undefined })
        },
        onSuccess: ({ lastResponse }) => { resolve({ ok: true, url: upload.url ?? '', state: lastResponse.getHeader('Saitaku-State') ?? '', sha256: lastResponse.getHeader('Saitaku-Sha256') ?? '' }) },
        ...options,
      })
      upload.start()
    })
  }

  /** Takes an object out of the bucket behind the service's back. */
  async loseInBucket(s3Url: string, id: string): Promise<void> {
    const { bucket, client } = bucketAddress(s3Url)
    await new S3(client).deleteObject({ Bucket: bucket, Key: id })
  }

  /** What a worker does with every effect that waits. */
  async performEffects(): Promise<void> {
    const registry = new Registry()
    registerApplications(registry)
    const notices = registerNotices(registry, { database: this.database, baseUrl: 'http://localhost:3000', officeName: '事務局' })
    const engine = new Engine(this.database, registry)
    for (const { id } of await this.database.query<{ id: string }>(`SELECT id FROM outbox o WHERE NOT EXISTS (SELECT 1 FROM effect_outcome e WHERE e.outbox_id = o.id) ORDER BY id`)) await engine.performEffect(id)
    notices.close()
  }
}

const identity = (who: Who): Record<string, string> => ({ 'x-dev-identity': JSON.stringify(who) })

async function prepare(): Promise<{ server: TestDatabase; database: Database; folder: string }> {
  const server = await createTestDatabase()
  const database = await Database.connect({ url: server.url, poolSize: 3 })
  const published = await publishProgramme(database, fileProgramme, null)
  if (!published.ok) throw new Error(JSON.stringify(published.problems))
  return { server, database, folder: await mkdtemp(join(tmpdir(), 'saitaku-files-')) }
}
