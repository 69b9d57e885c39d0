import type { Readable } from 'node:stream'
import { TextDecoder } from 'node:util'

/** Controls that no text has but tab, line ends and form feed. */
const NO_TEXT = /[\u0000-\u0008\u000E-\u001A\u001C-\u001F]/

/** Whether the whole content is text, in UTF-8 or in Windows-31J as spreadsheets of offices still write it. */
export async function isText(content: Readable): Promise<boolean> {
  const readers = new Map([['utf-8', new TextDecoder('utf-8', { fatal: true })], ['shift_jis', new TextDecoder('shift_jis', { fatal: true })]])
  for await (const chunk of content) {
    reads(readers, (decoder) => decoder.decode(chunk as Buffer, { stream: true }))
    if (readers.size === 0) break
  }
  reads(readers, (decoder) => decoder.decode())
  return readers.size > 0
}

function reads(readers: Map<string, TextDecoder>, read: (decoder: TextDecoder) => string): void {
  for (const [encoding, decoder] of readers)
    try {
      if (NO_TEXT.test(read(decoder))) readers.delete(encoding)
    } catch {
      readers.delete(encoding)
    }
}
