import { createParamDecorator, type ExecutionContext, type PipeTransform } from '@nestjs/common'
import {
  applicationsQuery, asOfQuery, callsQuery, commandBody, deadLettersQuery, formPatch, formQuery, idempotencyKey, mailboxQuery, newApplication, newCall, outboxId, programmeFiles, programmeName, signInMailboxQuery, uuid,
} from '@saitaku/contracts'
import type { FastifyRequest } from 'fastify'
import { createZodDto } from 'nestjs-zod'
import { matchingTags } from './etags.js'
import { badInput, notFound, unknownCase } from './problems.js'

// Nest needs a class where a body or a query is read; each is the schema and nothing more.
export class CommandDto extends createZodDto(commandBody) {}
export class NewCallDto extends createZodDto(newCall) {}
export class NewApplicationDto extends createZodDto(newApplication) {}
export class FormPatchDto extends createZodDto(formPatch) {}
export class ProgrammeFilesDto extends createZodDto(programmeFiles) {}
export class FormQueryDto extends createZodDto(formQuery) {}
export class CallsQueryDto extends createZodDto(callsQuery) {}
export class ApplicationsQueryDto extends createZodDto(applicationsQuery) {}
export class DeadLettersQueryDto extends createZodDto(deadLettersQuery) {}
export class MailboxQueryDto extends createZodDto(mailboxQuery) {}
export class SignInMailboxQueryDto extends createZodDto(signInMailboxQuery) {}
export class AsOfQueryDto extends createZodDto(asOfQuery) {}

/** What is no id cannot be the id of a case: the same answer as for one that is not there. */
export class CaseIdPipe implements PipeTransform<string, string> {
  transform(text: string): string {
    if (!uuid.safeParse(text).success) throw unknownCase()
    return text.toLowerCase()
  }
}

/** The id of anything but a case. */
export class IdPipe implements PipeTransform<string, string> {
  transform(text: string): string {
    if (!uuid.safeParse(text).success) throw notFound('見つかりません', 'There is no such thing')
    return text.toLowerCase()
  }
}

export class ProgrammeNamePipe implements PipeTransform<string, string> {
  transform(text: string): string {
    if (!programmeName.safeParse(text).success) throw notFound('制度が見つかりません', 'There is no such programme')
    return text
  }
}

/** A row's number, as text: it may pass what a double holds. */
export class RowIdPipe implements PipeTransform<string, string> {
  transform(text: string): string {
    if (!outboxId.safeParse(text).success) throw notFound('見つかりません', 'There is no such row')
    return text
  }
}

export class VersionNumberPipe implements PipeTransform<string, number> {
  transform(text: string): number {
    if (!/^[1-9]\d{0,8}$/.test(text)) throw notFound('この版はありません', 'There is no such version')
    return Number(text)
  }
}

export interface Conditions {
  /** Undefined where nothing was asked; '*' asks only that the thing is there. */
  ifMatch: string[] | '*' | undefined
  key: string | undefined
}

/** The headers that make a write safe: `If-Match` and `Idempotency-Key`. */
export const WriteConditions = createParamDecorator((_: unknown, context: ExecutionContext): Conditions => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>()
  const key = headers['idempotency-key']
  if (key !== undefined && !idempotencyKey.safeParse(key).success) throw badInput('Idempotency-Key が正しくありません', 'Idempotency-Key has 1 to 150 printable ASCII characters without spaces')
  return { ifMatch: matchingTags(headers['if-match']), key: typeof key === 'string' ? key : undefined }
})
