import type { PipeTransform } from '@nestjs/common'
import { uuid } from '@saitaku/contracts'
import { unknownDocument } from './removal.js'

/** What is no id cannot be the id of a document. */
export class DocumentIdPipe implements PipeTransform<string, string> {
  transform(text: string): string {
    if (!uuid.safeParse(text).success) throw unknownDocument()
    return text.toLowerCase()
  }
}
