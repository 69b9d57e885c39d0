import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '@saitaku/statechart'

/** The row before the first. */
export const GENESIS = '0'.repeat(64)

/** What a row of case_event says, all of which its hash covers. `version` is the hash of the definition it ran on. */
export interface EventContent {
  case: string
  seq: number
  at: string
  type: string
  door: string
  actor: Json
  payload: Json
  facts: Json
  numbers: Json
  version: string
}

/** SHA-256 over the hash of the row before and the canonical JSON of this one, in hex. */
export function eventHash(previous: string, content: EventContent): string {
  return createHash('sha256').update(previous, 'hex').update(canonicalJson(content as unknown as Json)).digest('hex')
}
