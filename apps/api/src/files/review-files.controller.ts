import { Controller, Get, Param, Query, Req, Res, StreamableFile, UseFilters } from '@nestjs/common'
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger'
import { Committee } from '@saitaku/committee'
import { name } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { fileOfAnswer } from '@saitaku/files'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CommitteeDesk } from '../committee/committee.desk.js'
import { CommitteeRefusalFilter } from '../committee/committee.filter.js'
import { SheetParams } from '../committee/committee.requests.js'
import { CurrentPerson, type Person } from '../identity.js'
import { CaseIdPipe } from '../requests.js'
import { DocumentQueryDto } from './answers.js'
import { CaseFiles } from './case-files.js'
import { unknownDocument } from './removal.js'
import { sendFile } from './send-file.js'

const PLACE = /^\d{1,3}$/

/**
 * Files of an application to whoever judges it: exactly those that stand in what the committee shows them, and under the
 * name that stands there. In a blind stage that is neither the applicant's name for it nor its sum.
 */
@ApiTags('review')
@UseFilters(CommitteeRefusalFilter)
@Controller('api/v1/calls/:id/reviews/:stage/:application/files')
export class ReviewFilesController {
  constructor(
    private readonly database: Database,
    private readonly committee: Committee,
    private readonly desk: CommitteeDesk,
    private readonly files: CaseFiles,
  ) {}

  @ApiOperation({ summary: 'A file that stands in the answers which a reviewer is shown', description: '`place` is its place in the answer, from 0. As for documents: shown in place where a browser can, one `Range`.' })
  @SheetParams()
  @ApiParam({ name: 'form', schema: { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$' } })
  @ApiParam({ name: 'field', schema: { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$' } })
  @ApiParam({ name: 'place', schema: { type: 'integer', minimum: 0, maximum: 999 } })
  @ApiHeader({ name: 'Range', required: false })
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @Get(':form/:field/:place')
  async read(
    @CurrentPerson() person: Person, @Param('id', CaseIdPipe) callId: string, @Param('stage') stage: string, @Param('application', CaseIdPipe) applicationId: string,
    @Param('form') form: string, @Param('field') field: string, @Param('place') place: string, @Query() { download }: DocumentQueryDto, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const actor = await this.desk.actor(person, callId)
    const { application, blind } = await this.committee.reviews.read({ callId, stage, applicationId }, actor)
    if (![form, field].every((word) => name.safeParse(word).success) || !PLACE.test(place)) throw unknownDocument()
    const shown = application.forms.find((one) => one.name === form)
    const answer = shown && Object.hasOwn(shown.answers, field) ? shown.answers[field] : undefined
    const named = Array.isArray(answer) ? answer[Number(place)] : undefined
    const shownName = named !== null && typeof named === 'object' && !Array.isArray(named) ? named.name : undefined
    if (!shown || typeof shownName !== 'string') throw unknownDocument()
    const stored = await fileOfAnswer(this.database, { caseId: applicationId, form, field }, shown.revision, Number(place))
    if (!stored || stored.mediaType === null) throw unknownDocument()
    const { id, size, mediaType, sha256 } = stored
    // in a blind stage the sum would tell whoever holds the same file whose it is
    return sendFile(this.files.store.vault, { id, name: shownName, size, mediaType, sha256: blind ? null : sha256 }, download === '1' ? 'attachment' : 'inline', request, reply)
  }
}
