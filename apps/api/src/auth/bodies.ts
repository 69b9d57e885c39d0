import { applyDecorators } from '@nestjs/common'
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger'
import * as contracts from '@saitaku/contracts'
import { createZodDto } from 'nestjs-zod'

// Nest needs a class where a body or a query is read; each is the schema and nothing more.
export class PasswordSignInDto extends createZodDto(contracts.passwordSignIn) {}
export class AddressedDto extends createZodDto(contracts.addressed) {}
export class FlowWithCodeDto extends createZodDto(contracts.flowWithCode) {}
export class FlowAloneDto extends createZodDto(contracts.flowAlone) {}
export class SignUpDto extends createZodDto(contracts.signUp) {}
export class SignUpCompletionDto extends createZodDto(contracts.signUpCompletion) {}
export class TokenAloneDto extends createZodDto(contracts.tokenAlone) {}
export class PasswordResetDto extends createZodDto(contracts.passwordReset) {}
export class InvitationAcceptanceDto extends createZodDto(contracts.invitationAcceptance) {}
export class FirstAdministratorDto extends createZodDto(contracts.firstAdministrator) {}
export class OpenIdStartDto extends createZodDto(contracts.openIdStart) {}
export class PasskeyAnswerDto extends createZodDto(contracts.passkeyAnswer) {}
export class PasskeyRegistrationDto extends createZodDto(contracts.passkeyRegistration) {}

export class ProfileChangeDto extends createZodDto(contracts.profileChange) {}
export class PasswordChangeDto extends createZodDto(contracts.passwordChange) {}
export class EmailConfirmationDto extends createZodDto(contracts.emailConfirmation) {}
export class TotpConfirmationDto extends createZodDto(contracts.totpConfirmation) {}
export class OpenIdLinkStartDto extends createZodDto(contracts.openIdLinkStart) {}
export class OpenIdLinkQueryDto extends createZodDto(contracts.openIdLinkQuery) {}

export class PeopleQueryDto extends createZodDto(contracts.peopleQuery) {}
export class NewAccountDto extends createZodDto(contracts.newAccount) {}
export class ReasonedDto extends createZodDto(contracts.reasoned) {}
export class RecoveryDto extends createZodDto(contracts.recovery) {}
export class RolesQueryDto extends createZodDto(contracts.rolesQuery) {}
export class NewRoleDto extends createZodDto(contracts.newRole) {}
export class RoleEndDto extends createZodDto(contracts.roleEnd) {}
export class InvitationsQueryDto extends createZodDto(contracts.invitationsQuery) {}
export class NewInvitationDto extends createZodDto(contracts.newInvitation) {}
export class RotationPreviewDto extends createZodDto(contracts.rotationPreview) {}
export class RotationAppliedDto extends createZodDto(contracts.rotationApplied) {}
export class NewSubstituteDto extends createZodDto(contracts.newSubstitute) {}
export class SubstitutesQueryDto extends createZodDto(contracts.substitutesQuery) {}
export class IdentityEventsQueryDto extends createZodDto(contracts.identityEventsQuery) {}

// The shapes of answers, for the OpenAPI document.
export class SessionStateDto extends createZodDto(contracts.sessionState) {}
export class SignedInDto extends createZodDto(contracts.signedIn) {}
export class SecondFactorAskedDto extends createZodDto(contracts.secondFactorAsked) {}
export class OpenedSessionDto extends createZodDto(contracts.openedSession) {}
export class CodeSentDto extends createZodDto(contracts.codeSent) {}
export class TokenStateDto extends createZodDto(contracts.tokenState) {}
export class InvitationViewDto extends createZodDto(contracts.invitationView) {}
export class OpenIdBegunDto extends createZodDto(contracts.openIdBegun) {}
export class PasskeyOptionsDto extends createZodDto(contracts.passkeyOptions) {}
export class PasskeyFlowDto extends createZodDto(contracts.passkeyFlow) {}
export class ProfileDto extends createZodDto(contracts.profile) {}
export class SessionListDto extends createZodDto(contracts.sessionList) {}
export class SessionsEndedDto extends createZodDto(contracts.sessionsEnded) {}
export class TotpSecretDto extends createZodDto(contracts.totpSecret) {}
export class FactorSetDto extends createZodDto(contracts.factorSet) {}
export class RecoveryCodesDto extends createZodDto(contracts.recoveryCodes) {}
export class PasskeyListDto extends createZodDto(contracts.passkeyList) {}
export class OpenIdLinkListDto extends createZodDto(contracts.openIdLinkList) {}
export class SubstituteListDto extends createZodDto(contracts.substituteList) {}
export class PersonPageDto extends createZodDto(contracts.pageOf(contracts.personItem)) {}
export class AccountMadeDto extends createZodDto(contracts.accountMade) {}
export class RolePeriodListDto extends createZodDto(contracts.rolePeriodList) {}
export class MadeDto extends createZodDto(contracts.made) {}
export class InvitationListDto extends createZodDto(contracts.invitationList) {}
export class InvitationMadeDto extends createZodDto(contracts.invitationMade) {}
export class HandOverPlanDto extends createZodDto(contracts.handOverPlan) {}
export class HandOverDoneDto extends createZodDto(contracts.handOverDone) {}
export class HandOverListDto extends createZodDto(contracts.handOverList) {}
export class IdentityEventPageDto extends createZodDto(contracts.pageOf(contracts.identityEvent)) {}

/** Documents a sign-in's answer: one of two shapes. */
export const AnswersSignIn = (status: 200 | 201 = 200): MethodDecorator & ClassDecorator => {
  const shapes = [SignedInDto.Output, SecondFactorAskedDto.Output]
  return applyDecorators(
    ApiExtraModels(...shapes),
    ApiResponse({ status, description: 'Signed in, or a second factor is asked for', schema: { oneOf: shapes.map((shape) => ({ $ref: getSchemaPath(shape) })), discriminator: { propertyName: 'outcome' } } }),
  )
}
