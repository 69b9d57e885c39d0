import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common'
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { ADMINISTRATOR, rolesIn, type Page } from '@saitaku/applications'
import { formatInstant } from '@saitaku/calendar'
import { Engine } from '@saitaku/engine'
import { DeadLetterPageDto } from './answers.js'
import { RowParam } from './described.js'
import { CurrentPerson, type Person } from './identity.js'
import { forbidden, notFound } from './problems.js'
import { DeadLettersQueryDto, RowIdPipe } from './requests.js'

@ApiTags('administration')
@Controller('api/v1/admin/dead-letters')
export class AdministrationController {
  constructor(private readonly engine: Engine) {}

  @ApiOperation({ summary: 'Effects that are failing or have failed for good, newest first (administrators)' })
  @ApiOkResponse({ type: DeadLetterPageDto.Output })
  @Get()
  async list(@CurrentPerson() person: Person, @Query() { limit, after }: DeadLettersQueryDto): Promise<Page<object>> {
    await this.mustAdminister(person)
    const found = await this.engine.effects.troubled(limit + 1, after)
    const shown = found.slice(0, limit)
    return {
      items: shown.map(({ outboxId, caseId, topic, state, payload, attempts, error, at }) => ({ id: outboxId, caseId, topic, state, payload, attempts, error, at: formatInstant(at) })),
      next: found.length > limit ? (shown.at(-1)?.outboxId ?? null) : null,
    }
  }

  @ApiOperation({ summary: 'Try a dead effect again (administrators)' })
  @RowParam()
  @ApiNoContentResponse()
  @HttpCode(204)
  @Post(':id/retry')
  async retry(@CurrentPerson() person: Person, @Param('id', RowIdPipe) id: string): Promise<void> {
    const roles = await this.mustAdminister(person)
    if (!(await this.engine.retryEffect(id, { id: person.personId, roles }))) throw notFound('再実行できるものがありません', 'There is no dead effect of this number')
  }

  private async mustAdminister(person: Person): Promise<string[]> {
    const roles = await rolesIn(this.engine.database, person, '*')
    if (!roles.includes(ADMINISTRATOR)) throw forbidden('この操作は管理者だけができます', 'Only an administrator may do this')
    return roles
  }
}
