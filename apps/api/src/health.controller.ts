import { Controller, Get } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Database, pendingMigrations } from '@saitaku/database'
import { HealthDto, ReadinessDto } from './answers.js'
import { Open } from './identity.js'
import { HttpProblem } from './problems.js'

@ApiTags('health')
@Controller()
export class HealthController {
  constructor(private readonly database: Database) {}

  @ApiOperation({ summary: 'The process is alive' })
  @ApiOkResponse({ type: HealthDto.Output })
  @Open()
  @Get('health')
  health(): { status: 'ok' } {
    return { status: 'ok' }
  }

  @ApiOperation({ summary: 'The process can serve: the database answers and has every migration' })
  @ApiOkResponse({ type: ReadinessDto.Output })
  @Open()
  @Get('ready')
  async ready(): Promise<{ status: 'ready' }> {
    if (await pendingMigrations(this.database)) throw new HttpProblem(503, 'notMigrated', { ja: 'データベースの更新が済んでいません', en: 'The database lacks migrations: run saitaku migrate' }, {}, { 'retry-after': '5' })
    return { status: 'ready' }
  }
}
