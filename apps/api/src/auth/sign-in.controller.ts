import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common'
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { formatInstant } from '@saitaku/calendar'
import type { CodeSentAnswer, SessionState, SignInAnswerBody } from '@saitaku/contracts'
import type { Identity } from '@saitaku/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Open } from '../identity.js'
import { IDENTITY } from '../tokens.js'
import { AddressedDto, AnswersSignIn, CodeSentDto, FlowAloneDto, FlowWithCodeDto, PasskeyAnswerDto, PasskeyFlowDto, PasskeyOptionsDto, PasswordSignInDto, SessionStateDto } from './bodies.js'
import { Door } from './door.js'
import { Gate } from './gate.js'
import { granted } from './refusals.js'

const SIGNS_IN = 'Answers `signedIn` and sets the cookie, or `secondFactor` with a flow to come back with. With a session of the same person it is a step up: the session goes on, freshly proven.'

/** The ways in for somebody who has an account. */
@ApiTags('sign-in')
@Open()
@Controller('api/v1/auth')
export class SignInController {
  constructor(
    @Inject(IDENTITY) private readonly identity: Identity,
    private readonly door: Door,
    private readonly gate: Gate,
  ) {}

  @ApiOperation({ summary: 'Who is signed in, and the value of X-CSRF-Token for their writes; null where nobody is' })
  @ApiOkResponse({ type: SessionStateDto.Output })
  @Get('session')
  session(@Req() request: FastifyRequest): SessionState {
    return this.door.state(request)
  }

  @ApiOperation({ summary: 'Sign in with a password', description: SIGNS_IN })
  @AnswersSignIn()
  @HttpCode(200)
  @Post('password')
  async password(@Req() request: FastifyRequest, @Body() typed: PasswordSignInDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<SignInAnswerBody> {
    return this.door.admit(reply, await this.identity.signIn.withPassword(typed, this.door.visit(request)))
  }

  @ApiOperation({ summary: 'Ask for a code by mail', description: 'The answer is the same whether or not there is an account.' })
  @ApiAcceptedResponse({ type: CodeSentDto.Output })
  @HttpCode(202)
  @Post('code')
  async code(@Req() request: FastifyRequest, @Body() typed: AddressedDto): Promise<CodeSentAnswer> {
    const { flow, expiresAt } = granted(await this.identity.signIn.requestCode(typed, this.door.visit(request)))
    return { flow, expiresAt: formatInstant(expiresAt) }
  }

  @ApiOperation({ summary: 'Sign in with the code from the mail', description: SIGNS_IN })
  @AnswersSignIn()
  @HttpCode(200)
  @Post('code/confirm')
  async confirmCode(@Req() request: FastifyRequest, @Body() typed: FlowWithCodeDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<SignInAnswerBody> {
    return this.door.admit(reply, await this.identity.signIn.withCode(typed, this.door.visit(request)))
  }

  @ApiOperation({ summary: 'Show the second factor: a code of the authenticator app' })
  @AnswersSignIn()
  @HttpCode(200)
  @Post('second-factor/totp')
  async totp(@Req() request: FastifyRequest, @Body() typed: FlowWithCodeDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<SignInAnswerBody> {
    return this.door.admit(reply, await this.identity.signIn.withTotp(typed, this.door.visit(request)))
  }

  @ApiOperation({ summary: 'Show the second factor: one of the recovery codes' })
  @AnswersSignIn()
  @HttpCode(200)
  @Post('second-factor/recovery-code')
  async recoveryCode(@Req() request: FastifyRequest, @Body() typed: FlowWithCodeDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<SignInAnswerBody> {
    return this.door.admit(reply, await this.identity.signIn.withRecoveryCode(typed, this.door.visit(request)))
  }

  @ApiOperation({ summary: 'What to ask the passkeys of an account, as the second factor of a flow' })
  @ApiOkResponse({ type: PasskeyOptionsDto.Output })
  @HttpCode(200)
  @Post('second-factor/passkey/begin')
  async beginPasskeyFactor(@Body() { flow }: FlowAloneDto): Promise<object> {
    const { options } = granted(await this.identity.passkeys.beginSecondFactor(flow))
    return { options }
  }

  @ApiOperation({ summary: 'Show the second factor: the answer of a passkey' })
  @AnswersSignIn()
  @HttpCode(200)
  @Post('second-factor/passkey')
  async passkeyFactor(@Req() request: FastifyRequest, @Body() given: PasskeyAnswerDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<SignInAnswerBody> {
    return this.door.admit(reply, await this.identity.passkeys.finishSecondFactor(given, this.door.visit(request)))
  }

  @ApiOperation({ summary: 'Begin to sign in with a passkey alone: no address is typed' })
  @ApiOkResponse({ type: PasskeyFlowDto.Output })
  @HttpCode(200)
  @Post('passkey/begin')
  async beginPasskey(@Req() request: FastifyRequest): Promise<object> {
    const { flow, options } = granted(await this.identity.passkeys.begin(this.door.visit(request)))
    return { flow, options }
  }

  @ApiOperation({ summary: 'Sign in with a passkey', description: 'A passkey that verified its user is two factors by itself.' })
  @AnswersSignIn()
  @HttpCode(200)
  @Post('passkey')
  async passkey(@Req() request: FastifyRequest, @Body() given: PasskeyAnswerDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<SignInAnswerBody> {
    return this.door.admit(reply, await this.identity.passkeys.finish(given, this.door.visit(request)))
  }

  @ApiOperation({ summary: 'Sign out: ends this session', description: 'Without a session it changes nothing.' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @Post('sign-out')
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    this.gate.mustBeMeant(request)
    await this.identity.sessions.signOut(this.gate.cookies.read(request, 'session'))
    this.gate.cookies.clear(reply, 'session')
  }
}
