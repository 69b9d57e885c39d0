import { createHash } from 'node:crypto'
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common'
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger'
import { CaseLists, CaseViews, readMessages, see, type SeenCase, type Viewer } from '@saitaku/applications'
import { Database } from '@saitaku/database'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Gate } from './auth/gate.js'
import { CaseWatch } from './case-watch.js'
import { CaseParam } from './described.js'
import { caseTag } from './etags.js'
import { EventStream } from './event-stream.js'
import { CurrentPerson, type Person } from './identity.js'
import { HttpProblem } from './problems.js'
import { ApplicationsQueryDto, CaseIdPipe } from './requests.js'
import { SeenCases } from './seen-cases.js'

const BEAT_MS = 15_000
const LIST_MS = 2_000
/** Streams that one person may hold open in this process. */
const MAX_STREAMS = 20

const Streams = (): MethodDecorator => (target, key, descriptor: PropertyDescriptor) => {
  ApiProduces('text/event-stream')(target, key, descriptor)
  ApiResponse({ status: 200, description: '`change` with an `etag` at the start and whenever what this person sees has changed; `end` with a reason', content: { 'text/event-stream': { schema: { type: 'string' } } } })(target, key, descriptor)
}

/**
 * Server-sent events. What changed is not in them: they say that it is worth asking again, and only where what this person
 * sees is another than before. Access is judged anew at each change, and the session at each beat.
 */
@ApiTags('streams')
@Controller('api/v1')
export class StreamsController {
  private readonly held = new Map<string, number>()

  constructor(
    private readonly database: Database,
    private readonly views: CaseViews,
    private readonly lists: CaseLists,
    private readonly cases: SeenCases,
    private readonly watch: CaseWatch,
    private readonly gate: Gate,
  ) {}

  @ApiOperation({ summary: 'Tells when what one sees of a case has changed (server-sent events)' })
  @Streams()
  @CaseParam()
  @Get('cases/:id/stream')
  async case(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const seen = await this.cases.case(person, id)
    let tag = await this.tagOf(seen, person)
    const stream = this.begin(person, request, reply)
    if (request.headers['last-event-id'] !== tag) stream.send('change', { etag: tag }, tag)
    const look = serially(async () => {
      const now = await see(this.database, person, seen.id)
      if (!now) return stream.end('gone')
      if (!(await this.gate.stillSignedIn(request))) return stream.end('signedOut')
      const next = await this.tagOf(now, person)
      if (next !== tag) stream.send('change', { etag: (tag = next) }, tag)
    })
    stream.onClose(this.watch.watch(seen.id, look))
  }

  @ApiOperation({ summary: 'Tells when the first page of a list has changed (server-sent events)' })
  @Streams()
  @Get('applications/stream')
  async list(@CurrentPerson() person: Person, @Query() query: ApplicationsQueryDto, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    let tag = await this.listTag(person, query)
    const stream = this.begin(person, request, reply)
    if (request.headers['last-event-id'] !== tag) stream.send('change', { etag: tag }, tag)
    const look = serially(async () => {
      const next = await this.listTag(person, query)
      if (next !== tag) stream.send('change', { etag: (tag = next) }, tag)
    })
    const timer = setInterval(look, LIST_MS)
    stream.onClose(() => clearInterval(timer))
  }

  private begin(person: Person, request: FastifyRequest, reply: FastifyReply): EventStream {
    const held = (this.held.get(person.personId) ?? 0) + 1
    if (held > MAX_STREAMS) throw new HttpProblem(429, 'tooManyStreams', { ja: '同時に開いている画面が多すぎます', en: 'Too many streams are open' }, {}, { 'retry-after': '30' })
    this.held.set(person.personId, held)
    const stream = new EventStream(reply)
    const beat = setInterval(() => void this.beat(stream, request), BEAT_MS)
    const unwatch = this.watch.untilShutdown(() => stream.end('shutdown'))
    stream.onClose(() => {
      clearInterval(beat)
      unwatch()
      const left = (this.held.get(person.personId) ?? 1) - 1
      if (left > 0) this.held.set(person.personId, left)
      else this.held.delete(person.personId)
    })
    return stream
  }

  private async beat(stream: EventStream, request: FastifyRequest): Promise<void> {
    if (await this.gate.stillSignedIn(request).catch(() => true)) stream.beat()
    else stream.end('signedOut')
  }

  /** Of everything that this person sees of the case, messages among it; the same for the same sight, whatever moved behind. */
  private async tagOf(seen: SeenCase, person: Person): Promise<string> {
    const representation = seen.parentId === null ? await this.views.case(seen, person.personId) : await this.views.application(seen, person.personId)
    const messages = seen.parts.has('messages') ? await readMessages(this.database, seen, person.personId, { limit: 1_000 }) : undefined
    return digest([await caseTag(this.views, seen, person.personId, representation), messages?.items.length, messages?.items.at(-1)?.id])
  }

  private async listTag(viewer: Viewer, query: ApplicationsQueryDto): Promise<string> {
    return digest(await this.lists.applications(viewer, query))
  }
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)

/** Runs `work` once at a time; what comes meanwhile is one more run afterwards. A failure is left to the next change. */
function serially(work: () => Promise<unknown>): () => void {
  let running = false
  let again = false
  const run = (): void => {
    if (running) {
      again = true
      return
    }
    running = true
    work().catch(() => undefined).finally(() => {
      running = false
      if (!again) return
      again = false
      run()
    })
  }
  return run
}
