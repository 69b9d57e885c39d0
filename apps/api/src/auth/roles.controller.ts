import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { HandOverPlan, Identity, SessionIdentity } from '@saitaku/identity'
import { CurrentSession } from '../identity.js'
import { IDENTITY } from '../tokens.js'
import {
  HandOverDoneDto, HandOverListDto, HandOverPlanDto, MadeDto, NewRoleDto, NewSubstituteDto, RoleEndDto, RolePeriodListDto, RolesQueryDto, RotationAppliedDto, RotationPreviewDto, SubstituteListDto, SubstitutesQueryDto,
} from './bodies.js'
import { EntryIdPipe, UuidParam } from './ids.js'
import { granted } from './refusals.js'
import { RoleNames } from './role-names.js'
import { written } from './written.js'

/** Who holds which role, from when to when: for administrators. Instants are those of the service's clock. */
@ApiTags('roles')
@Controller('api/v1/admin')
export class RolesController {
  constructor(
    @Inject(IDENTITY) private readonly identity: Identity,
    private readonly roleNames: RoleNames,
  ) {}

  @ApiOperation({ summary: 'All grants of a person or of a programme, past and coming ones too' })
  @ApiOkResponse({ type: RolePeriodListDto.Output })
  @Get('roles')
  async list(@CurrentSession() by: SessionIdentity, @Query() { personId, programme = '*' }: RolesQueryDto): Promise<{ items: object[] }> {
    const { roles } = granted(await this.identity.administration.roles(by, personId === undefined ? { programme } : { personId }))
    return { items: roles.map(written) }
  }

  @ApiOperation({ summary: 'Grant a role for a time', description: 'Where the person holds it for all of that time already, that grant stands and is answered.' })
  @ApiCreatedResponse({ type: MadeDto.Output })
  @Post('roles')
  async grant(@CurrentSession() by: SessionIdentity, @Body() role: NewRoleDto): Promise<{ id: string }> {
    await this.roleNames.label(role.programme, role.role)
    return { id: granted(await this.identity.administration.grantRole(by, role)).id }
  }

  @ApiOperation({ summary: 'End a grant, now or at an instant; one that has not begun never does' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @UuidParam()
  @Post('roles/:id/end')
  async end(@CurrentSession() by: SessionIdentity, @Param('id', EntryIdPipe) id: string, @Body() { at }: RoleEndDto): Promise<void> {
    granted(await this.identity.administration.endRole(by, { id, ...(at === undefined ? {} : { at }) }))
  }

  @ApiOperation({ summary: 'Rotations of staff that were applied, newest first' })
  @ApiOkResponse({ type: HandOverListDto.Output })
  @Get('hand-overs')
  async handOvers(@CurrentSession() by: SessionIdentity): Promise<{ items: object[] }> {
    return { items: granted(await this.identity.administration.handOvers(by)).handOvers.map(written) }
  }

  @ApiOperation({ summary: 'What a rotation of staff would do; changes nothing' })
  @ApiOkResponse({ type: HandOverPlanDto.Output })
  @HttpCode(200)
  @Post('hand-overs/preview')
  async preview(@CurrentSession() by: SessionIdentity, @Body() rotation: RotationPreviewDto): Promise<HandOverPlan> {
    return granted(await this.identity.administration.previewHandOver(by, rotation)).plan
  }

  @ApiOperation({ summary: 'Apply a rotation as it was previewed, all of it or nothing', description: 'Refused with 409 `planChanged` when the roles have changed since the preview whose digest this names.' })
  @ApiCreatedResponse({ type: HandOverDoneDto.Output })
  @Post('hand-overs')
  async apply(@CurrentSession() by: SessionIdentity, @Body() { digest, ...rotation }: RotationAppliedDto): Promise<HandOverPlan & { id: string }> {
    const { id, plan } = granted(await this.identity.administration.applyHandOver(by, rotation, digest))
    return { id, ...plan }
  }

  @ApiOperation({ summary: 'Take a rotation back', description: 'Refused with 409 `changedSince` when one of its grants was changed since.' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @UuidParam()
  @Post('hand-overs/:id/undo')
  async undo(@CurrentSession() by: SessionIdentity, @Param('id', EntryIdPipe) id: string): Promise<void> {
    granted(await this.identity.administration.undoHandOver(by, id))
  }

  @ApiOperation({ summary: 'Who stands in for a person and for whom they stand in, now and in time to come' })
  @ApiOkResponse({ type: SubstituteListDto.Output })
  @Get('substitutes')
  async substitutes(@CurrentSession() by: SessionIdentity, @Query() { personId }: SubstitutesQueryDto): Promise<{ items: object[] }> {
    return { items: granted(await this.identity.administration.substitutes(by, personId)).substitutes.map(written) }
  }

  @ApiOperation({ summary: 'Name a substitute from a day to a day', description: 'Of one programme or role where they are named; the administrator’s role is lent by name alone.' })
  @ApiCreatedResponse({ type: MadeDto.Output })
  @Post('substitutes')
  async nameSubstitute(@CurrentSession() by: SessionIdentity, @Body() substitute: NewSubstituteDto): Promise<{ id: string }> {
    if (substitute.role !== undefined) await this.roleNames.label(substitute.programme ?? '*', substitute.role)
    return { id: granted(await this.identity.administration.nameSubstitute(by, substitute)).id }
  }

  @ApiOperation({ summary: 'End a substitution now; one that has not begun never does' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @UuidParam()
  @Delete('substitutes/:id')
  async endSubstitute(@CurrentSession() by: SessionIdentity, @Param('id', EntryIdPipe) id: string): Promise<void> {
    granted(await this.identity.administration.endSubstitute(by, id))
  }
}
