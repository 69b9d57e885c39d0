import { Controller, Get, Param, Query, Req, Res, UseFilters } from '@nestjs/common'
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger'
import { Committee } from '@saitaku/committee'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Gate } from '../auth/gate.js'
import { CaseWatch } from '../case-watch.js'
import { CaseParam } from '../described.js'
import { EventStream } from '../event-stream.js'
import { CurrentPerson, type Person } from '../identity.js'
import { CaseIdPipe } from '../requests.js'
import { CommitteeDesk } from './committee.desk.js'
import { CommitteeRefusalFilter } from './committee.filter.js'
import { StageQueryDto } from './committee.requests.js'
import { DeliberationWatch } from './deliberation-watch.js'

const BEAT_MS = 15_000

/** A panel that sits together sees each act as it happens. */
@ApiTags('streams')
@UseFilters(CommitteeRefusalFilter)
@Controller('api/v1/calls')
export class DeliberationStreamController {
  constructor(
    private readonly committee: Committee,
    private readonly desk: CommitteeDesk,
    private readonly deliberations: DeliberationWatch,
    private readonly watch: CaseWatch,
    private readonly gate: Gate,
  ) {}

  @ApiOperation({ summary: 'Tells when a deliberation has moved on (server-sent events)', description: 'Nothing of what was done is in it: it says that the ranking and the deliberation are worth asking for again.' })
  @ApiProduces('text/event-stream')
  @ApiResponse({ status: 200, description: '`change` with a `version` at the start and after each act; `end` with a reason', content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @CaseParam()
  @Get(':id/deliberation/stream')
  async follow(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() query: StageQueryDto, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const key = await this.desk.stage(id, query.stage)
    const version = await this.committee.deliberations.versionFor(key, await this.desk.actor(person, id))
    const stream = new EventStream(reply)
    const tell = (now: number): void => stream.send('change', { version: now }, String(now))
    tell(version)
    const stop = this.deliberations.follow(key, version, (now) => {
      // judged anew at each act: a seat in the panel may have ended
      this.desk.actor(person, id).then((actor) => this.committee.deliberations.versionFor(key, actor)).then(() => tell(now), () => stream.end('gone'))
    })
    const beat = setInterval(() => {
      this.gate.stillSignedIn(request).then((signedIn) => (signedIn ? stream.beat() : stream.end('signedOut')), () => stream.beat())
    }, BEAT_MS)
    const unwatch = this.watch.untilShutdown(() => stream.end('shutdown'))
    stream.onClose(() => {
      stop()
      clearInterval(beat)
      unwatch()
    })
  }
}
