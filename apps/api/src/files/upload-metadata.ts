import { name, uuid } from '@saitaku/contracts'
import { z } from 'zod'
import { badInput } from '../problems.js'

const MOST = 8_000

const metadata = z.object({
  case: uuid.transform((id) => id.toLowerCase()),
  form: name,
  field: name,
  filename: z.string().max(1_000),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected SHA-256 in lower-case hexadecimal').optional(),
})
export type UploadMetadata = z.output<typeof metadata>

/** What `Upload-Metadata` says: names with values in Base64, separated by commas. Throws a 400 that says what is lacking. */
export function readUploadMetadata(header: unknown): UploadMetadata {
  const text = typeof header === 'string' && header.length <= MOST ? header : ''
  const pairs = text.split(',').map((pair) => pair.trim().split(' ')).filter(([key]) => key !== '')
  const parsed = metadata.safeParse(Object.fromEntries(pairs.map(([key = '', value = '']) => [key, decoded(value)])))
  if (parsed.success) return parsed.data
  throw badInput('Upload-Metadata に case、form、field、filename が必要です', 'Upload-Metadata needs case, form, field and filename',
    parsed.error.issues.map((issue) => ({ pointer: `/${issue.path.join('/')}`, detail: issue.message })))
}

/** Undefined where it is no text in UTF-8. */
function decoded(base64: string): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'))
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

/** The bytes that `Upload-Length` announces. Throws a 400: a file whose length nobody knows is not begun. */
export function readUploadLength(header: unknown): number {
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) throw badInput('Upload-Length が必要です', 'Upload-Length, the number of bytes, is needed')
  return Number(header)
}
