import { allocate, assign, awardPrizes, score } from '@saitaku/review'
import { canonicalJson, type Json, type JsonObject } from '@saitaku/statechart'
import { hashOf } from './journal.js'

/** How results are computed. It changes when the same input may give another result. */
const ALGORITHM = 'review/1'

/** What can be computed again. */
const AGAIN = {
  ranking: (input: unknown) => score(input),
  allocation: (input: unknown) => allocate(input),
  prizes: (input: unknown) => awardPrizes(input),
  assignment: async (input: unknown) => assign(input),
} as const
export type Computation = keyof typeof AGAIN

/** A result as it is kept: with its input, the method's version, and the hash of both. */
export function computed(computation: Computation, input: unknown, result: unknown): JsonObject {
  const said = { computation, algorithm: ALGORITHM, input: plain(input), result: plain(result) }
  return { ...said, hash: hashOf(said) }
}

/** Computes a kept result again. Null, or what does not agree. */
export async function recompute(kept: JsonObject): Promise<string | null> {
  const { computation, algorithm, input, result, hash } = kept
  if (typeof computation !== 'string' || !Object.hasOwn(AGAIN, computation)) return 'it names no computation'
  if (hashOf({ computation, algorithm, input, result }) !== hash) return `the ${computation} does not match its hash`
  if (algorithm !== ALGORITHM) return null // by another version of the method: its hash and its place in the chain are all that can be told
  const again = await AGAIN[computation as Computation](input)
  if (!again.ok) return `the ${computation} cannot be computed from its input`
  return canonicalJson(plain(again.result)) === canonicalJson(result ?? null) ? null : `the ${computation} is not what its input gives`
}

/** As JSON has it: without what is undefined. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json
