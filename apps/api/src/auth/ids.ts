import type { PipeTransform } from '@nestjs/common'
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
