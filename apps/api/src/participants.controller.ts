import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger'
import { answerInvitation, invitationsFor, inviteParty, readParticipants, removeParty, withdrawInvitation, type PartyRefusal } from '@saitaku/applications'
import { invitationAnswer, newPartyInvitation, participants, partyInvitation, type Label, type Participants, type PartyInvitation } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { createZodDto } from 'nestjs-zod'
import { z } from 'zod'
import { CaseParam } from './described.js'
import { CurrentPerson, type Person } from './identity.js'
import { HttpProblem } from './problems.js'
import { CaseIdPipe, IdPipe } from './requests.js'
import { must, SeenCases } from './seen-cases.js'

class ParticipantsDto extends createZodDto(participants) {}
class PartyInvitationDto extends createZodDto(partyInvitation) {}
class PartyInvitationListDto extends createZodDto(z.object({ items: z.array(partyInvitation) })) {}
class NewPartyInvitationDto extends createZodDto(newPartyInvitation) {}
class InvitationAnswerDto extends createZodDto(invitationAnswer) {}
class InvitedCaseDto extends createZodDto(z.object({ caseId: z.string() })) {}

const InvitationParam = (): MethodDecorator => ApiParam({ name: 'invitation', schema: { type: 'string', format: 'uuid' } })

const REFUSED: Readonly<Record<PartyRefusal, [status: number, reason: Label]>> = {
  tooMany: [409, { ja: 'これ以上は招待できません', en: 'There are too many participants already' }],
  alreadyThere: [409, { ja: 'この方は、すでに参加しています', en: 'This person takes part already' }],
  unknownInvitation: [404, { ja: '招待が見つかりません', en: 'There is no such invitation' }],
  expired: [409, { ja: '招待の期限が過ぎています', en: 'The invitation has expired' }],
  notThere: [404, { ja: 'この方は参加していません', en: 'This person does not take part' }],
  lastApplicant: [409, { ja: '申請者がいなくなるため、外せません', en: 'The last applicant cannot be taken out' }],
  pastMandate: [422, { ja: '委任の期限が過ぎています', en: 'The mandate would be over already' }],
}
const refused = (code: PartyRefusal): HttpProblem => new HttpProblem(REFUSED[code][0], code, REFUSED[code][1])

@ApiTags('participants')
@Controller('api/v1')
export class ParticipantsController {
  constructor(
    private readonly database: Database,
    private readonly cases: SeenCases,
  ) {}

  @ApiOperation({ summary: 'Who takes part in an application, and who is invited' })
  @ApiOkResponse({ type: ParticipantsDto.Output })
  @CaseParam()
  @Get('applications/:id/participants')
  async list(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string): Promise<Participants> {
    const seen = await this.cases.application(person, id)
    return seen.parts.has('parties') ? readParticipants(this.database, seen) : { people: [], invitations: [] }
  }

  @ApiOperation({ summary: 'Invite a co-applicant (editor, viewer) or an agent with a mandate: whoever signs in with the address may accept' })
  @ApiCreatedResponse({ type: PartyInvitationDto.Output })
  @CaseParam()
  @Post('applications/:id/invitations')
  async invite(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() body: NewPartyInvitationDto): Promise<PartyInvitation> {
    const invitation = await inviteParty(this.database, await this.cases.application(person, id, 'invite'), person.personId, body)
    if (typeof invitation === 'string') throw refused(invitation)
    return invitation
  }

  @ApiOperation({ summary: 'Take an invitation back' })
  @ApiNoContentResponse()
  @CaseParam()
  @InvitationParam()
  @HttpCode(204)
  @Delete('applications/:id/invitations/:invitation')
  async withdraw(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Param('invitation', IdPipe) invitation: string): Promise<void> {
    if (!(await withdrawInvitation(this.database, await this.cases.application(person, id, 'invite'), invitation))) throw refused('unknownInvitation')
  }

  @ApiOperation({ summary: 'Take somebody out of an application, or leave it' })
  @ApiNoContentResponse()
  @CaseParam()
  @ApiParam({ name: 'person', schema: { type: 'string', format: 'uuid' } })
  @HttpCode(204)
  @Delete('applications/:id/participants/:person')
  async remove(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Param('person', IdPipe) leaving: string): Promise<void> {
    const seen = await this.cases.application(person, id)
    if (leaving !== person.personId) must(seen.capacities, 'invite')
    if (!seen.parts.has('parties')) throw refused('notThere')
    const code = await removeParty(this.database, seen, leaving)
    if (code) throw refused(code)
  }

  @ApiOperation({ summary: 'Invitations to applications for one’s own address' })
  @ApiOkResponse({ type: PartyInvitationListDto.Output })
  @Get('me/case-invitations')
  async invitations(@CurrentPerson() { personId }: Person): Promise<{ items: PartyInvitation[] }> {
    return { items: await invitationsFor(this.database, personId) }
  }

  @ApiOperation({ summary: 'Accept or decline an invitation to an application' })
  @ApiOkResponse({ type: InvitedCaseDto.Output })
  @InvitationParam()
  @HttpCode(200)
  @Post('me/case-invitations/:invitation')
  async answer(@CurrentPerson() { personId }: Person, @Param('invitation', IdPipe) invitation: string, @Body() { accept }: InvitationAnswerDto): Promise<{ caseId: string }> {
    const answered = await answerInvitation(this.database, personId, invitation, accept)
    if (typeof answered === 'string') throw refused(answered)
    return answered
  }
}
