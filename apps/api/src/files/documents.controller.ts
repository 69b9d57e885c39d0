import { Controller, Delete, Get, HttpCode, Param, Query, Req, Res, StreamableFile } from '@nestjs/common'
import { ApiHeader, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import { hides } from '@saitaku/access'
import { CaseViews, openFields, see, type SeenCase } from '@saitaku/applications'
import type { AttachmentView, LetterView } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { attachmentsOf, caseOfLetter, contentHeaders, findAttachment, lettersOf, readLetter, removeFile, type Attachment, type LetterReader } from '@saitaku/files'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CaseParam } from '../described.js'
import { CurrentPerson, type Person } from '../identity.js'
import { HttpProblem, unknownCase } from '../problems.js'
import { CaseIdPipe } from '../requests.js'
import { DocumentListDto, DocumentQueryDto } from './answers.js'
import { attachmentView, isShown, letterView } from './attachment-view.js'
import { CaseFiles, refusalProblem } from './case-files.js'
import { DocumentIdPipe } from './document-id.pipe.js'
import { removalProblem, unknownDocument } from './removal.js'
import { damaged, holds, sendFile, unchanged, type Showing } from './send-file.js'

/** Attachments and letters of cases: whoever may see the case may have them, nobody else. */
@ApiTags('files')
@Controller('api/v1')
export class DocumentsController {
  constructor(
    private readonly database: Database,
    private readonly views: CaseViews,
    private readonly files: CaseFiles,
  ) {}

  @ApiOperation({ summary: "A case's files and letters, as this person may have them", description: 'What is refused, or waits for the virus check, is listed to those who sent it.' })
  @ApiOkResponse({ type: DocumentListDto.Output })
  @CaseParam()
  @Get('cases/:id/documents')
  async list(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) caseId: string): Promise<{ items: (AttachmentView | LetterView)[] }> {
    const seen = await see(this.database, person, caseId)
    if (!seen || seen.sight === 'public') throw unknownCase()
    const [attachments, letters] = await Promise.all([attachmentsOf(this.database, caseId), lettersOf(this.database, caseId, readerOf(seen))])
    const shown = attachments.filter(isShown).filter((one) => maySee(seen, person, one))
    return { items: [...shown.map(attachmentView), ...letters.map(letterView)] }
  }

  @ApiOperation({ summary: 'A file or a letter', description: 'Pictures, PDFs and letters are shown in place unless `download=1`; everything else is saved. Takes one `Range`. The ETag is the SHA-256 of the content.' })
  @ApiHeader({ name: 'Range', required: false })
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  @CaseParam()
  @Get('documents/:id')
  async read(@CurrentPerson() person: Person, @Param('id', DocumentIdPipe) id: string, @Query() { download }: DocumentQueryDto, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<StreamableFile | undefined> {
    const wanted = download === '1' ? 'attachment' : 'inline'
    const attachment = await findAttachment(this.database, id)
    return attachment ? this.attachment(person, attachment, wanted, request, reply) : this.letter(person, id, wanted, request, reply)
  }

  @ApiOperation({ summary: 'Take a file away from a draft', description: 'Refused with 409 where the form names it now, or where a submission has named it: that is part of the record.' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @CaseParam()
  @Delete('documents/:id')
  async remove(@CurrentPerson() person: Person, @Param('id', DocumentIdPipe) id: string): Promise<void> {
    const attachment = await findAttachment(this.database, id)
    const seen = attachment && (await this.seenBy(person, attachment))
    if (!seen) throw unknownDocument()
    const open = openFields(await this.views.chart(seen), seen, attachment.form, seen.formRoles)
    if (open !== 'all' && !open.includes(attachment.field)) throw new HttpProblem(409, 'closed', { ja: 'この欄は、いまは変更できません', en: 'This field may not be changed now' })
    const removal = await removeFile(this.database, id)
    if (removal !== 'removed') throw removalProblem(removal)
  }

  /** The case of a file, where this person may have the file at all. */
  private async seenBy(person: Person, attachment: Attachment): Promise<SeenCase | undefined> {
    const seen = await see(this.database, person, attachment.caseId)
    return seen && attachment.state !== 'removed' && maySee(seen, person, attachment) ? seen : undefined
  }

  private async attachment(person: Person, attachment: Attachment, wanted: Showing, request: FastifyRequest, reply: FastifyReply): Promise<StreamableFile | undefined> {
    if (!(await this.seenBy(person, attachment))) throw unknownDocument()
    const { id, name, size, state, mediaType, sha256, refusal } = attachment
    if (refusal) throw refusalProblem(refusal)
    if (state === 'damaged') throw damaged()
    if (state !== 'ready' || mediaType === null || sha256 === null) throw new HttpProblem(409, state === 'scanning' ? 'scanning' : 'receiving', state === 'scanning'
      ? { ja: 'ウイルス検査中です。少し待ってから、もう一度お試しください', en: 'The file is being checked for viruses; try again in a moment' } : { ja: 'アップロードが終わっていません', en: 'The upload has not ended' })
    return sendFile(this.files.store.vault, { id, name, size, mediaType, sha256 }, wanted, request, reply)
  }

  private async letter(person: Person, id: string, wanted: Showing, request: FastifyRequest, reply: FastifyReply): Promise<StreamableFile | undefined> {
    const caseId = await caseOfLetter(this.database, id)
    const seen = caseId === undefined ? undefined : await see(this.database, person, caseId)
    const letter = seen && (await readLetter(this.database, id, readerOf(seen)))
    if (!letter) throw unknownDocument()
    reply.headers(contentHeaders({ name: `${letter.title}.html`, mediaType: 'text/html', sha256: letter.sha256 }, wanted))
    return holds(request, letter.sha256) ? unchanged(reply) : new StreamableFile(Buffer.from(letter.html, 'utf8'))
  }
}

/** A file is an answer: whoever sees that answer may have it. What is not ready is its sender's and their side's alone. */
function maySee({ parts, restricted, shownFields, sight }: SeenCase, person: Person, { field, state, uploadedBy }: Attachment): boolean {
  if (!parts.has('answers') || hides(field, restricted, shownFields)) return false
  return state === 'ready' || state === 'damaged' || uploadedBy === person.personId || sight === 'own'
}

/** Whoever of the office sees decisions reads every letter of the case, others what went to a role that they have. */
const readerOf = ({ parts, roles }: SeenCase): LetterReader => (parts.has('decision') ? 'office' : roles)
