import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common'
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { OpenedSessionAnswer } from '@saitaku/contracts'
import type { Identity, SessionIdentity } from '@saitaku/identity'
import type { FastifyReply } from 'fastify'
import { CurrentSession } from '../identity.js'
import { IDENTITY } from '../tokens.js'
import { FactorSetDto, OpenedSessionDto, PasskeyFlowDto, PasskeyListDto, PasskeyRegistrationDto, RecoveryCodesDto, TotpConfirmationDto, TotpSecretDto } from './bodies.js'
import { Door } from './door.js'
import { PasskeyParam } from './ids.js'
import { granted } from './refusals.js'
import { written } from './written.js'

const RENEWS = 'Other sessions end, and this one goes on under a new cookie.'

/** A person's own second factors. All of it asks for a proof of the last ten minutes. */
@ApiTags('me')
@Controller('api/v1/me')
export class FactorsController {
  constructor(
    @Inject(IDENTITY) private readonly identity: Identity,
    private readonly door: Door,
  ) {}

  @ApiOperation({ summary: 'A new secret for an authenticator app; it counts once a code of it is confirmed' })
  @ApiOkResponse({ type: TotpSecretDto.Output })
  @HttpCode(200)
  @Post('totp')
  async beginTotp(@CurrentSession() by: SessionIdentity): Promise<{ secret: string; uri: string }> {
    const { secret, uri } = granted(await this.identity.totp.begin(by))
    return { secret, uri }
  }

  @ApiOperation({ summary: 'Set the authenticator app by its first code', description: `${RENEWS} With the first second factor come recovery codes, shown this once.` })
  @ApiOkResponse({ type: FactorSetDto.Output })
  @HttpCode(200)
  @Post('totp/confirm')
  async confirmTotp(@CurrentSession() by: SessionIdentity, @Body() { code }: TotpConfirmationDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<OpenedSessionAnswer & { recoveryCodes: string[] }> {
    const set = granted(await this.identity.totp.confirm(by, code))
    return { ...this.door.renew(reply, set), recoveryCodes: set.recoveryCodes }
  }

  @ApiOperation({ summary: 'Remove the authenticator app' })
  @ApiOkResponse({ type: OpenedSessionDto.Output })
  @Delete('totp')
  async removeTotp(@CurrentSession() by: SessionIdentity, @Res({ passthrough: true }) reply: FastifyReply): Promise<OpenedSessionAnswer> {
    return this.door.renew(reply, granted(await this.identity.totp.remove(by)))
  }

  @ApiOperation({ summary: 'One’s own passkeys' })
  @ApiOkResponse({ type: PasskeyListDto.Output })
  @Get('passkeys')
  async passkeys(@CurrentSession() by: SessionIdentity): Promise<{ items: object[] }> {
    return { items: (await this.identity.passkeys.list(by)).map(written) }
  }

  @ApiOperation({ summary: 'Begin to add a passkey: what to ask of the browser' })
  @ApiOkResponse({ type: PasskeyFlowDto.Output })
  @HttpCode(200)
  @Post('passkeys/begin')
  async beginPasskey(@CurrentSession() by: SessionIdentity): Promise<object> {
    const { flow, options } = granted(await this.identity.passkeys.beginRegistration(by))
    return { flow, options }
  }

  @ApiOperation({ summary: 'Add the passkey that the browser made', description: `${RENEWS} With the first second factor come recovery codes, shown this once.` })
  @ApiCreatedResponse({ type: FactorSetDto.Output })
  @Post('passkeys')
  async addPasskey(@CurrentSession() by: SessionIdentity, @Body() given: PasskeyRegistrationDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<OpenedSessionAnswer & { recoveryCodes: string[] }> {
    const set = granted(await this.identity.passkeys.finishRegistration(by, given))
    return { ...this.door.renew(reply, set), recoveryCodes: set.recoveryCodes }
  }

  @ApiOperation({ summary: 'Remove a passkey' })
  @ApiOkResponse({ type: OpenedSessionDto.Output })
  @PasskeyParam()
  @Delete('passkeys/:id')
  async removePasskey(@CurrentSession() by: SessionIdentity, @Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<OpenedSessionAnswer> {
    return this.door.renew(reply, granted(await this.identity.passkeys.remove(by, id)))
  }

  @ApiOperation({ summary: 'New recovery codes, shown this once; the former ones are void' })
  @ApiOkResponse({ type: RecoveryCodesDto.Output })
  @HttpCode(200)
  @Post('recovery-codes')
  async renewRecoveryCodes(@CurrentSession() by: SessionIdentity): Promise<{ codes: string[] }> {
    const { codes } = granted(await this.identity.recoveryCodes.renew(by))
    return { codes }
  }
}
