import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common'
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger'
import { ADMINISTRATOR, rolesIn } from '@saitaku/applications'
import { formatInstant } from '@saitaku/calendar'
import { Database, type Row } from '@saitaku/database'
import { publishProgramme } from '@saitaku/engine'
import { checkProgramme, type ProgrammeFiles } from '@saitaku/statechart'
import type { FileProblem, JsonObject, Label } from '@saitaku/contracts'
import type { FastifyReply } from 'fastify'
import { CheckResultDto, ProgrammeDto, ProgrammeListDto, ProgrammeVersionDto, PublishResultDto } from './answers.js'
import { ETAG, ProgrammeParam } from './described.js'
import { CurrentPerson, Open, type Person } from './identity.js'
import { badInput, forbidden, notFound } from './problems.js'
import { ProgrammeFilesDto, ProgrammeNamePipe, VersionNumberPipe } from './requests.js'

interface VersionRow extends Row {
  programme: string
  number: number
  hash: string
  publishedAt: Date
  title: Label
  description: Label | null
}

const COLUMNS = `programme, number, hash, published_at AS "publishedAt", definition->'title' AS title, definition->'description' AS description`
const UNKNOWN = ['制度が見つかりません', 'There is no such programme'] as const

@ApiTags('programmes')
@Controller('api/v1/programmes')
export class ProgrammesController {
  constructor(private readonly database: Database) {}

  @ApiOperation({ summary: 'Published programmes, each in its newest version' })
  @ApiOkResponse({ type: ProgrammeListDto.Output })
  @Open()
  @Get()
  async list(): Promise<{ items: object[] }> {
    const rows = await this.database.query<VersionRow>(`SELECT DISTINCT ON (programme) ${COLUMNS} FROM programme_version ORDER BY programme, number DESC`)
    return { items: rows.map(item) }
  }

  @ApiOperation({ summary: 'A programme and its versions' })
  @ApiOkResponse({ type: ProgrammeDto.Output })
  @ProgrammeParam()
  @Open()
  @Get(':name')
  async read(@Param('name', ProgrammeNamePipe) name: string): Promise<object> {
    const rows = await this.database.query<VersionRow>(`SELECT ${COLUMNS} FROM programme_version WHERE programme = $1 ORDER BY number DESC`, [name])
    const newest = rows[0]
    if (!newest) throw notFound(...UNKNOWN)
    return { ...item(newest), description: newest.description, versions: rows.map((row) => ({ version: row.number, hash: row.hash, publishedAt: formatInstant(row.publishedAt) })) }
  }

  @ApiOperation({ summary: 'A published version: its whole definition, which never changes' })
  @ApiOkResponse({ type: ProgrammeVersionDto.Output, headers: ETAG })
  @ProgrammeParam()
  @ApiParam({ name: 'version', schema: { type: 'integer', minimum: 1 } })
  @Open()
  @Get(':name/versions/:version')
  async version(@Param('name', ProgrammeNamePipe) name: string, @Param('version', VersionNumberPipe) version: number, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    const [row] = await this.database.query<VersionRow & { definition: JsonObject }>(`SELECT ${COLUMNS}, definition FROM programme_version WHERE programme = $1 AND number = $2`, [name, version])
    if (!row) throw notFound('この版はありません', 'There is no such version')
    void reply.header('etag', `"${row.hash}"`).header('cache-control', 'public, max-age=31536000, immutable')
    return { ...item(row), description: row.description, definition: row.definition }
  }

  @ApiOperation({ summary: 'Check files without publishing them (administrators)' })
  @ApiOkResponse({ type: CheckResultDto.Output })
  @ProgrammeParam()
  @HttpCode(200)
  @Post(':name/check')
  async check(@CurrentPerson() person: Person, @Param('name', ProgrammeNamePipe) name: string, @Body() { files }: ProgrammeFilesDto): Promise<{ problems: FileProblem[] }> {
    await this.mustAdminister(person)
    return { problems: checked(name, files) }
  }

  @ApiOperation({ summary: 'Check files and publish them as the next version (administrators)' })
  @ApiCreatedResponse({ type: PublishResultDto.Output })
  @ApiOkResponse({ type: PublishResultDto.Output, description: 'The newest version is the same already.' })
  @ProgrammeParam()
  @Post(':name/versions')
  async publish(@CurrentPerson() person: Person, @Param('name', ProgrammeNamePipe) name: string, @Body() { files }: ProgrammeFilesDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    await this.mustAdminister(person)
    const problems = checked(name, files)
    if (problems.some((problem) => problem.severity === 'error')) throw refusedFiles(problems)
    const published = await publishProgramme(this.database, files, person.personId)
    if (!published.ok) throw refusedFiles(published.problems)
    void reply.code(published.fresh ? 201 : 200).header('location', `/api/v1/programmes/${name}/versions/${published.number}`)
    return { name: published.programme, version: published.number, hash: published.hash, fresh: published.fresh }
  }

  private async mustAdminister(person: Person): Promise<void> {
    const roles = await rolesIn(this.database, person, '*')
    if (!roles.includes(ADMINISTRATOR)) throw forbidden('この操作は管理者だけができます', 'Only an administrator may do this')
  }
}

function item({ programme, number, hash, publishedAt, title }: VersionRow): object {
  return { name: programme, title, version: number, hash, publishedAt: formatInstant(publishedAt) }
}

function checked(name: string, files: ProgrammeFiles): FileProblem[] {
  const { programme, problems } = checkProgramme(files)
  const actual = programme?.definition.name
  if (actual === undefined || actual === name) return problems
  return [...problems, { file: 'programme.yaml', line: 1, column: 1, severity: 'error', code: 'other-name', message: `these are the files of ${actual}, not of ${name}` }]
}

function refusedFiles(problems: readonly FileProblem[]): Error {
  const errorsFirst = [...problems].sort((a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'))
  return badInput('制度の定義に誤りがあります', 'The files of the programme have problems',
    errorsFirst.map(({ file, line, column, severity, code, message }) => ({ pointer: `/files/${file.replaceAll('~', '~0').replaceAll('/', '~1')}`, detail: `${file}:${line}:${column} ${severity} ${code} ${message}` })), 422)
}
