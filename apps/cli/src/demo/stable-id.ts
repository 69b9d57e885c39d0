import { createHash } from 'node:crypto'

/**
 * The UUID (version 8) of something that the demo's files name: the same in every database, so that a second run
 * meets what the first one made.
 */
export function stableId(kind: 'person' | 'organisation' | 'case', name: string): string {
  const hex = createHash('sha256').update(`demo/${kind}/${name}`).digest('hex')
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
