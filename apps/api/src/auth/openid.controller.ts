import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common'
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { Identity, OpenIdAnswer, OpenIdBegun } from '@saitaku/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CurrentSession, Open } from '../identity.js'
import { IDENTITY } from '../tokens.js'
import { OpenIdBegunDto, OpenIdLinkStartDto, OpenIdStartDto } from './bodies.js'
import { Door } from './door.js'
import { Gate } from './gate.js'
import { granted } from './refusals.js'
import type { SessionIdentity } from '@saitaku/identity'

/** The page that goes on with a sign-in: what it has to know follows as a fragment, which no server logs. */
const SIGN_IN_PAGE = '/sign-in'

/** Sign-in at an OpenID provider, such as GビズID: the browser goes there and comes back to the callback. */
@ApiTags('sign-in')
@Controller('api/v1')
export class OpenIdController {
  constructor(
    @Inject(IDENTITY) private readonly identity: Identity,
    private readonly door: Door,
    private readonly gate: Gate,
  ) {}

  @ApiOperation({ summary: 'Begin to sign in at the OpenID provider: the browser goes to `url`', description: '`again` asks the provider for a new proof, for a step up. `returnTo` is a path of this service.' })
  @ApiOkResponse({ type: OpenIdBegunDto.Output })
  @HttpCode(200)
  @Open()
  @Post('auth/openid')
  async begin(@Req() request: FastifyRequest, @Body() { returnTo, again }: OpenIdStartDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ url: string }> {
    return this.depart(reply, granted(await this.identity.openId.begin({ again, ...(returnTo === undefined ? {} : { returnTo }) }, this.door.visit(request))))
  }

  @ApiOperation({ summary: 'Begin to link the provider to the account that is signed in' })
  @ApiOkResponse({ type: OpenIdBegunDto.Output })
  @HttpCode(200)
  @Post('me/openid-links')
  async beginLink(@CurrentSession() by: SessionIdentity, @Body() { returnTo }: OpenIdLinkStartDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ url: string }> {
    return this.depart(reply, granted(await this.identity.openId.beginLink(by, returnTo === undefined ? {} : { returnTo })))
  }

  /**
   * Where the provider sends the browser back to. It leads on to `returnTo`, signed in; to `/sign-in` with a flow where a
   * second factor is asked for; or to `/sign-in` with the code of what went wrong.
   */
  @ApiExcludeEndpoint()
  @Open()
  @Get('auth/openid/callback')
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const flow = this.gate.cookies.read(request, 'openid') ?? ''
    const answer = await this.identity.openId.finish({ flow, callbackUrl: request.url }, this.door.visit(request))
    this.gate.cookies.clear(reply, 'openid')
    void reply.header('cache-control', 'no-store').redirect(this.onward(reply, answer), 303)
  }

  private depart(reply: FastifyReply, { flow, url, expiresAt }: OpenIdBegun): { url: string } {
    this.gate.cookies.write(reply, 'openid', flow, Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1000)))
    return { url }
  }

  private onward(reply: FastifyReply, answer: OpenIdAnswer): string {
    if (!answer.ok) return withFragment({ problem: answer.refused.code })
    const { returnTo } = answer
    if (answer.outcome === 'secondFactor') return withFragment({ flow: answer.flow, methods: answer.methods.join(','), returnTo })
    if (answer.outcome === 'signedIn') this.door.admit(reply, answer)
    return returnTo
  }
}

const withFragment = (values: Record<string, string>): string => `${SIGN_IN_PAGE}#${new URLSearchParams(values).toString()}`
