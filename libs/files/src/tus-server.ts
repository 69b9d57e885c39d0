import type { IncomingMessage, ServerResponse } from 'node:http'
import { Server, type DataStore, type Locker } from '@tus/server'
import type { Attachment } from './attachment.js'
import type { FileRefusal } from './entities/attachment.entity.js'

/** How an answer that is no success is written: the body of a problem, as JSON. */
export type WriteProblem = (request: IncomingMessage | undefined, status: number, refusal: FileRefusal | undefined) => string

export interface TusOptions {
  path: string
  datastore: DataStore
  locker: Locker
  /** Called when the last byte of an upload has come. */
  finished: (id: string) => Promise<Attachment>
  problem: WriteProblem
}

/** How long a request that is asked to make way may still take. */
const DRAIN_MS = 500

/** A refusal on its way through tus' server, which knows only a status and a body. */
class Refused extends Error {
  readonly status_code = 422

  constructor(readonly refusal: FileRefusal) {
    super(refusal.en)
  }

  get body(): string {
    return JSON.stringify(this.refusal)
  }
}

/** The protocol, spoken for one upload whose id is known before: who may send it has been decided. */
export class TusServer {
  private readonly ids = new WeakMap<IncomingMessage, string>()
  private readonly server: Server

  constructor({ path, datastore, locker, finished, problem }: TusOptions) {
    this.server = new Server({
      path, datastore, locker, relativeLocation: true, lockDrainTimeout: DRAIN_MS, allowedOrigins: [],
      namingFunction: (request) => this.idOf(request),
      getFileIdFromRequest: (request) => this.idOf(request),
      onUploadFinish: async (_, { id }) => {
        const { refusal, state, sha256 } = await finished(id)
        if (refusal) throw new Refused(refusal)
        return { headers: { 'Saitaku-State': state, 'Saitaku-Sha256': sha256 ?? '' } }
      },
      onResponseError: (request, error) => {
        const status = 'status_code' in error ? error.status_code : 500
        return { status_code: status, body: problem(rawOf(request), status, error instanceof Refused ? error.refusal : undefined) }
      },
    })
    // what tus answers before a handler runs (a header is lacking or wrong) is written here as well
    const write = this.server.write.bind(this.server)
    this.server.write = (context, headers, status, body = '') => {
      if (status >= 400) headers.set('Content-Type', 'application/problem+json; charset=utf-8')
      return write(context, headers, status, status >= 400 && !body.startsWith('{') ? problem(undefined, status, undefined) : body)
    }
  }

  async serve(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    this.ids.set(request, id)
    await this.server.handle(request, response)
  }

  private idOf(request: unknown): string {
    const raw = rawOf(request)
    const id = raw && this.ids.get(raw)
    if (id === undefined) throw new Error('tus was asked for an upload that nobody named')
    return id
  }
}

interface OfNode {
  runtime?: { node?: { req: unknown } }
}

/** The request as Node has it, inside the one that tus hands on. */
function rawOf(request: unknown): IncomingMessage | undefined {
  return (request as OfNode).runtime?.node?.req as IncomingMessage | undefined
}
