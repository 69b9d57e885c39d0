import { Body, Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common'
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { formatInstant } from '@saitaku/calendar'
import type { CodeSentAnswer, SignInAnswerBody } from '@saitaku/contracts'
import type { Identity, InvitationView, SessionIdentity } from '@saitaku/identity'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CurrentSession, Open } from '../identity.js'
import { HttpProblem } from '../problems.js'
import { IDENTITY } from '../tokens.js'
import {
  AddressedDto, AnswersSignIn, CodeSentDto, FirstAdministratorDto, InvitationAcceptanceDto, InvitationViewDto, PasswordResetDto, SignUpCompletionDto, SignUpDto, TokenAloneDto, TokenStateDto,
} from './bodies.js'
import { Door } from './door.js'
import { granted } from './refusals.js'

/** The ways to an account, and back to one. What a mail's link carries comes in the body, so that no log has it. */
@ApiTags('sign-in')
@Controller('api/v1/auth')
export class AccountsController {
  constructor(
    @Inject(IDENTITY) private readonly identity: Identity,
    private readonly door: Door,
  ) {}

  @ApiOperation({ summary: 'Begin to sign up: a code goes to the address', description: 'Whoever has an account already is told so in that mail, and nowhere else.' })
  @ApiAcceptedResponse({ type: CodeSentDto.Output })
  @HttpCode(202)
  @Open()
  @Post('sign-up')
  async signUp(@Req() request: FastifyRequest, @Body() typed: SignUpDto): Promise<CodeSentAnswer> {
    const { flow, expiresAt } = granted(await this.identity.signUp.begin(typed, this.door.visit(request)))
    return { flow, expiresAt: formatInstant(expiresAt) }
  }

  @ApiOperation({ summary: 'Make the account, and sign in', description: 'A password is a choice: codes by mail work without one.' })
  @AnswersSignIn(201)
  @Open()
  @Post('sign-up/complete')
  async completeSignUp(@Req() request: FastifyRequest, @Body() { password, ...given }: SignUpCompletionDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<SignInAnswerBody> {
    return this.door.admit(reply, await this.identity.signUp.complete({ ...given, ...(password === undefined ? {} : { password }) }, this.door.visit(request)))
  }

  @ApiOperation({ summary: 'Ask for a link that sets a new password', description: 'The answer is the same whether or not there is an account.' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @Open()
  @Post('password-reset')
  async askReset(@Req() request: FastifyRequest, @Body() typed: AddressedDto): Promise<void> {
    granted(await this.identity.passwords.requestReset(typed, this.door.visit(request)))
  }

  @ApiOperation({ summary: 'Whether the link of a mail still sets a password' })
  @ApiOkResponse({ type: TokenStateDto.Output })
  @HttpCode(200)
  @Open()
  @Post('password-reset/check')
  async checkReset(@Body() { token }: TokenAloneDto): Promise<{ usable: boolean }> {
    return { usable: await this.identity.passwords.canReset(token) }
  }

  @ApiOperation({ summary: 'Set a new password by the link of a mail', description: 'It ends all sessions and does not sign in: a second factor still has to be shown.' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @Open()
  @Post('password-reset/complete')
  async reset(@Req() request: FastifyRequest, @Body() given: PasswordResetDto): Promise<void> {
    granted(await this.identity.passwords.reset(given, this.door.visit(request)))
  }

  @ApiOperation({ summary: 'What an invitation offers, and whether its address has an account' })
  @ApiOkResponse({ type: InvitationViewDto.Output })
  @HttpCode(200)
  @Open()
  @Post('invitation')
  async invitation(@Body() { token }: TokenAloneDto): Promise<InvitationView> {
    const offered = await this.identity.invitations.read(token)
    if (!offered) throw new HttpProblem(410, 'expired', { ja: 'この招待は有効期限が切れたか、すでに使われています。招待した方にご連絡ください。', en: 'This invitation has expired or was used already. Please ask whoever invited you.' })
    return offered
  }

  @ApiOperation({ summary: 'Accept an invitation by making an account, and sign in', description: 'For an address without an account; otherwise 409 `signInToAccept`.' })
  @AnswersSignIn(201)
  @Open()
  @Post('invitation/accept-as-new')
  async acceptAsNew(@Req() request: FastifyRequest, @Body() { token, name, kana, password }: InvitationAcceptanceDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<SignInAnswerBody> {
    const given = { token, ...(name === undefined ? {} : { name }), ...(kana === undefined ? {} : { kana }), ...(password === undefined ? {} : { password }) }
    return this.door.admit(reply, await this.identity.invitations.acceptAsNew(given, this.door.visit(request)))
  }

  @ApiOperation({ summary: 'Accept an invitation with the account that is signed in' })
  @ApiNoContentResponse()
  @HttpCode(204)
  @Post('invitation/accept')
  async accept(@CurrentSession() by: SessionIdentity, @Body() { token }: TokenAloneDto): Promise<void> {
    granted(await this.identity.invitations.acceptAsSignedIn(by, token))
  }

  @ApiOperation({ summary: "Whether the first administrator's link still works" })
  @ApiOkResponse({ type: TokenStateDto.Output })
  @HttpCode(200)
  @Open()
  @Post('first-administrator/check')
  async checkFirstAdministrator(@Body() { token }: TokenAloneDto): Promise<{ usable: boolean }> {
    return { usable: await this.identity.firstAdministrator.isOpen(token) }
  }

  @ApiOperation({ summary: 'Become the first administrator, by the link that the service printed at its start' })
  @AnswersSignIn(201)
  @Open()
  @Post('first-administrator')
  async firstAdministrator(@Req() request: FastifyRequest, @Body() given: FirstAdministratorDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<SignInAnswerBody> {
    return this.door.admit(reply, await this.identity.firstAdministrator.accept(given, this.door.visit(request)))
  }
}
