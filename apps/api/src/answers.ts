import {
  applicationItem, applicationView, callItem, callView, caseAsOf, caseView, checkResult, commandResult, deadLetter, formView, health, historyEntry, mail, mailItem, pageOf, problem, programmeItem, programmeVersion, programmeView, publishResult, signInMail, signInMailItem, readiness,
} from '@saitaku/contracts'
import { createZodDto } from 'nestjs-zod'
import { z } from 'zod'

// The shapes of answers, for the OpenAPI document.
export class ApplicationDto extends createZodDto(applicationView) {}
export class ApplicationPageDto extends createZodDto(pageOf(applicationItem)) {}
export class CallDto extends createZodDto(callView) {}
export class CallPageDto extends createZodDto(pageOf(callItem)) {}
export class CaseDto extends createZodDto(caseView) {}
export class CaseAsOfDto extends createZodDto(caseAsOf) {}
export class HistoryDto extends createZodDto(z.object({ items: z.array(historyEntry) })) {}
export class CommandResultDto extends createZodDto(commandResult) {}
export class FormDto extends createZodDto(formView) {}
export class CheckResultDto extends createZodDto(checkResult) {}
export class PublishResultDto extends createZodDto(publishResult) {}
export class ProgrammeListDto extends createZodDto(z.object({ items: z.array(programmeItem) })) {}
export class ProgrammeDto extends createZodDto(programmeView) {}
export class ProgrammeVersionDto extends createZodDto(programmeVersion) {}
export class DeadLetterPageDto extends createZodDto(pageOf(deadLetter)) {}
export class MailPageDto extends createZodDto(pageOf(mailItem)) {}
export class MailDto extends createZodDto(mail) {}
export class SignInMailPageDto extends createZodDto(pageOf(signInMailItem)) {}
export class SignInMailDto extends createZodDto(signInMail) {}
export class HealthDto extends createZodDto(health) {}
export class ReadinessDto extends createZodDto(readiness) {}
export class ProblemDto extends createZodDto(problem) {}
