import type { PipeTransform } from '@nestjs/common'
import { ApiParam } from '@nestjs/swagger'
import { uuid } from '@saitaku/contracts'
import { notFound } from '../problems.js'

function identifier(text: string, ja: string, en: string): string {
  if (!uuid.safeParse(text).success) throw notFound(ja, en)
  return text.toLowerCase()
}

/** What is no id cannot be anybody's: the same answer as for somebody who is not there. */
export class PersonIdPipe implements PipeTransform<string, string> {
  transform(text: string): string {
    return identifier(text, '該当する方が見つかりません', 'There is no such person')
  }
}

/** Of a grant of a role, a hand-over, a substitute. */
export class EntryIdPipe implements PipeTransform<string, string> {
  transform(text: string): string {
    return identifier(text, '該当するものが見つかりません', 'There is no such entry')
  }
}

// What stands for `:id` in an address, for the API's description.
export const UuidParam = (): MethodDecorator => ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
/** Of a passkey: as long as its maker wants. */
export const PasskeyParam = (): MethodDecorator => ApiParam({ name: 'id', schema: { type: 'string', pattern: '^[A-Za-z0-9_-]+$' } })
export const InvitationParam = (): MethodDecorator => ApiParam({ name: 'id', schema: { type: 'string', pattern: '^[0-9a-f]{32}$' } })
