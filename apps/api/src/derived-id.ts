import { createHash, randomUUID } from 'node:crypto'

/**
 * The id of something to be begun. With an idempotency key it follows from who asks, for what, and the key, so
 * that the same request twice begins one thing; without, it is new each time.
 */
export function derivedId(key: string | undefined, ...parts: readonly string[]): string {
  if (key === undefined) return randomUUID()
  const bytes = createHash('sha256').update(JSON.stringify([...parts, key])).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80 // version 8: our own recipe
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
