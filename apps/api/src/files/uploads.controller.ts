import { randomUUID } from 'node:crypto'
import { Controller, Delete, Get, Head, HttpCode, Options, Param, Patch, Post, Req, Res } from '@nestjs/common'
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { CaseViews, openFields, see } from '@saitaku/applications'
import type { AttachmentView } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { findAttachment, isSubmitted, removeFile, type Attachment, type Place } from '@saitaku/files'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AttachmentDto } from './answers.js'
import { attachmentView, isShown } from './attachment-view.js'
import { CaseFiles, refusalProblem } from './case-files.js'
import { CaseParam } from '../described.js'
import { CurrentPerson, Open, type Person } from '../identity.js'
import { HttpProblem, notFound, unknownCase } from '../problems.js'
import { DocumentIdPipe } from './document-id.pipe.js'
import { removalProblem } from './removal.js'
import { readUploadLength, readUploadMetadata } from './upload-metadata.js'

const TUS = 'https://tus.io/protocols/resumable-upload'
const NO_CONTENT = { description: 'Only headers.', schema: { type: 'string', maxLength: 0 } } as const
const HARDENED = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin', 'cache-control': 'no-store' }

/** Files come in by tus 1.0. Whose case and field they are for is decided here; the rest is the protocol's. */
@ApiTags('files')
@Controller('api/v1/uploads')
export class UploadsController {
  constructor(
    private readonly database: Database,
    private readonly views: CaseViews,
    private readonly files: CaseFiles,
  ) {}

  @ApiOperation({ summary: 'Which version and extensions of tus are served', description: TUS })
  @ApiNoContentResponse()
  @Open()
  @HttpCode(204)
  @Options()
  options(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.speak(request, reply, randomUUID())
  }

  @ApiOperation({
    summary: 'Begin an upload (tus 1.0) for a file field of a form that may be changed now',
    description: `${TUS}. \`Upload-Metadata\` holds \`case\`, \`form\`, \`field\`, \`filename\` and optionally \`sha256\` (hexadecimal), each in Base64. \`Location\` is where the bytes go. The last byte is answered with the headers \`Saitaku-State\` and \`Saitaku-Sha256\`, or with 422 and why the file is not taken. Then save the form with the file's name, size and sum.`,
  })
  @ApiHeader({ name: 'Tus-Resumable', required: true, schema: { type: 'string', enum: ['1.0.0'] } })
  @ApiHeader({ name: 'Upload-Length', required: true, schema: { type: 'integer' } })
  @ApiHeader({ name: 'Upload-Metadata', required: true })
  @ApiCreatedResponse({ ...NO_CONTENT, headers: { Location: { schema: { type: 'string' } } } })
  @Post()
  async begin(@CurrentPerson() person: Person, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = randomUUID()
    // without it tus answers what is wrong, and nothing is begun
    if (request.headers['tus-resumable'] === undefined) return this.speak(request, reply, id)
    const { case: caseId, form, field, filename, sha256 } = readUploadMetadata(request.headers['upload-metadata'])
    const size = readUploadLength(request.headers['upload-length'])
    const place = { caseId, form, field }
    const terms = await this.termsFor(person, place)
    const refusal = await this.files.store.uploads.begin({ id, ...place, name: filename, size, sha256, personId: person.personId }, terms)
    if (refusal) throw refusalProblem(refusal)
    await this.speak(request, reply, id)
  }

  @ApiOperation({ summary: 'Where an upload stands (tus 1.0)', description: TUS })
  @ApiOkResponse({ ...NO_CONTENT, headers: { 'Upload-Offset': { schema: { type: 'integer' } }, 'Upload-Length': { schema: { type: 'integer' } } } })
  @CaseParam()
  @Head(':id')
  async stand(@CurrentPerson() person: Person, @Param('id', DocumentIdPipe) id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.own(person, id)
    // whole, but its sender never heard so: judged now
    const { refusal } = await this.files.store.uploads.finish(id)
    if (refusal) throw refusalProblem(refusal)
    await this.speak(request, reply, id)
  }

  @ApiOperation({ summary: 'An upload or a file that one has sent, with what became of it' })
  @ApiOkResponse({ type: AttachmentDto.Output })
  @CaseParam()
  @Get(':id')
  async read(@CurrentPerson() person: Person, @Param('id', DocumentIdPipe) id: string): Promise<AttachmentView> {
    await this.own(person, id)
    const attachment = await this.files.store.uploads.finish(id)
    if (!isShown(attachment)) throw unknownUpload()
    return attachmentView({ ...attachment, submitted: await isSubmitted(this.database, id) })
  }

  @ApiOperation({ summary: 'Send bytes from an offset on (tus 1.0)', description: TUS })
  @ApiHeader({ name: 'Tus-Resumable', required: true, schema: { type: 'string', enum: ['1.0.0'] } })
  @ApiHeader({ name: 'Upload-Offset', required: true, schema: { type: 'integer' } })
  @ApiConsumes('application/offset+octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiNoContentResponse({ headers: { 'Upload-Offset': { schema: { type: 'integer' } }, 'Saitaku-State': { schema: { type: 'string' } }, 'Saitaku-Sha256': { schema: { type: 'string' } } } })
  @CaseParam()
  @Patch(':id')
  async send(@CurrentPerson() person: Person, @Param('id', DocumentIdPipe) id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { refusal } = await this.own(person, id)
    if (refusal) throw refusalProblem(refusal)
    await this.speak(request, reply, id)
  }

  @ApiOperation({ summary: 'Take an upload back (tus 1.0)', description: TUS })
  @ApiNoContentResponse()
  @HttpCode(204)
  @CaseParam()
  @Delete(':id')
  async takeBack(@CurrentPerson() person: Person, @Param('id', DocumentIdPipe) id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { state } = await this.own(person, id)
    void reply.header('tus-resumable', '1.0.0')
    if (state === 'receiving' || state === 'refused') return this.files.store.uploads.abandon(id)
    const removal = await removeFile(this.database, id)
    if (removal !== 'removed') throw removalProblem(removal)
  }

  /** The upload of this person: another's answers like one that is not there. */
  private async own(person: Person, id: string): Promise<Attachment> {
    const attachment = await findAttachment(this.database, id)
    if (attachment?.uploadedBy !== person.personId || attachment.state === 'removed') throw unknownUpload()
    return attachment
  }

  private async termsFor(person: Person, place: Place) {
    const seen = await see(this.database, person, place.caseId)
    if (!seen?.parts.has('answers')) throw unknownCase()
    const chart = await this.views.chart(seen)
    const terms = await this.files.store.termsOf(place)
    if (!terms) throw notFound('この様式に、ファイルを添付する欄が見つかりません', 'The form has no such field for files')
    const open = openFields(chart, seen, place.form, seen.formRoles)
    if (open !== 'all' && !open.includes(place.field)) throw new HttpProblem(409, 'closed', { ja: 'この欄は、いまは変更できません', en: 'This field may not be changed now' })
    return terms
  }

  /** Hands the connection to the protocol. */
  private async speak(request: FastifyRequest, reply: FastifyReply, id: string): Promise<void> {
    reply.hijack()
    for (const [name, value] of Object.entries(HARDENED)) reply.raw.setHeader(name, value)
    await this.files.store.uploads.serve(request.raw, reply.raw, id)
  }
}

const unknownUpload = (): HttpProblem => notFound('アップロードが見つかりません', 'There is no such upload')
