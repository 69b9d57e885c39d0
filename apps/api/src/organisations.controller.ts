import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger'
import { CaseScopes, findDuplicates, mergeOrganisations, readOrganisations, type MergeRefusal, type Page } from '@saitaku/applications'
import { duplicate, mergeOrganisations as mergeBody, mergeResult, organisationItem, organisationsQuery, pageOf, type Duplicate, type Label, type OrganisationItem } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { createZodDto } from 'nestjs-zod'
import { z } from 'zod'
import { CurrentPerson, type Person } from './identity.js'
import { HttpProblem } from './problems.js'
import { IdPipe } from './requests.js'
import { must } from './seen-cases.js'

class OrganisationPageDto extends createZodDto(pageOf(organisationItem)) {}
class OrganisationsQueryDto extends createZodDto(organisationsQuery) {}
class DuplicateListDto extends createZodDto(z.object({ items: z.array(duplicate) })) {}
class MergeDto extends createZodDto(mergeBody) {}
class MergeResultDto extends createZodDto(mergeResult) {}

const REFUSED: Readonly<Record<MergeRefusal, [status: number, reason: Label]>> = {
  unknownOrganisation: [404, { ja: '団体が見つかりません', en: 'There is no such organisation' }],
  same: [422, { ja: '同じ団体どうしは統合できません', en: 'An organisation cannot be merged into itself' }],
  mergedAlready: [409, { ja: 'すでに統合された団体です', en: 'One of them has been merged already' }],
}

/** The register of organisations, for secretariats: of organisations that applied elsewhere they learn nothing. */
@ApiTags('organisations')
@Controller('api/v1/organisations')
export class OrganisationsController {
  constructor(private readonly database: Database) {}

  @ApiOperation({ summary: 'Organisations, by a word of their name or by corporate number (secretariat)' })
  @ApiOkResponse({ type: OrganisationPageDto.Output })
  @Get()
  async list(@CurrentPerson() person: Person, @Query() query: OrganisationsQueryDto): Promise<Page<OrganisationItem>> {
    await this.mustKeep(person)
    return readOrganisations(this.database, person, query)
  }

  @ApiOperation({ summary: 'Pairs that may be one organisation: the same corporate number, or names nearly the same' })
  @ApiOkResponse({ type: DuplicateListDto.Output })
  @Get('duplicates')
  async duplicates(@CurrentPerson() person: Person): Promise<{ items: Duplicate[] }> {
    await this.mustKeep(person)
    return { items: await findDuplicates(this.database, person) }
  }

  @ApiOperation({ summary: 'Merge an organisation into another: its applications become the other’s' })
  @ApiOkResponse({ type: MergeResultDto.Output })
  @ApiParam({ name: 'organisation', schema: { type: 'string', format: 'uuid' } })
  @HttpCode(200)
  @Post(':organisation/merge')
  async merge(@CurrentPerson() person: Person, @Param('organisation', IdPipe) merged: string, @Body() { into, reason }: MergeDto): Promise<{ kept: string; merged: string; movedCases: number }> {
    await this.mustKeep(person)
    const kept = into.toLowerCase()
    const result = await mergeOrganisations(this.database, person, { keptId: kept, mergedId: merged, reason })
    if (typeof result === 'string') throw new HttpProblem(REFUSED[result][0], result, REFUSED[result][1])
    return { kept, merged, movedCases: result.movedCases }
  }

  private async mustKeep(person: Person): Promise<void> {
    must((await CaseScopes.of(this.database).read(person)).grants.map(({ capacity }) => capacity), 'mergeOrganisations')
  }
}
