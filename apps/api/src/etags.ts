import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '@saitaku/statechart'
import type { CaseViews, SeenCase } from '@saitaku/applications'

/** To the office, which sees it anyway, an ETag is the version of the case. */
export const versionTag = (version: number): string => `"${version}"`
/** A form's revisions are counted by themselves. */
export const revisionTag = (revision: number): string => `"r${revision}"`
export const revisionOf = (tag: string): number | undefined => {
  const digits = /^"r(\d{1,9})"$/.exec(tag)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** `If-Match: "a", "b"`. Undefined without the header; '*' is everything. Weak tags never match. */
export function matchingTags(header: string | undefined): string[] | '*' | undefined {
  if (header === undefined) return undefined
  if (header.trim() === '*') return '*'
  return header.split(',').map((tag) => tag.trim()).filter((tag) => /^"[\x21\x23-\x7e]*"$/.test(tag))
}

/**
 * The ETag of a case as this person sees it. Outside the office it covers what they see and nothing else, so
 * that it cannot tell of a hidden change: the number of entries in their history, and the hash of the representation.
 */
export async function caseTag(views: CaseViews, seen: SeenCase, personId: string | null, representation: unknown): Promise<string> {
  if (seen.sight === 'office') return versionTag(seen.version)
  const known = await views.history.observableCount(seen, personId)
  const hash = createHash('sha256').update(canonicalJson(JSON.parse(JSON.stringify(representation)) as Json)).digest('base64url').slice(0, 22)
  return `"${known}.${hash}"`
}

/** How many entries of the history the holder of this tag had seen. */
export const entriesSeen = (tag: string): number => Number(/^"(\d{1,9})\.[\w-]{22}"$/.exec(tag)?.[1] ?? 0)
/** The version of a case that an office's tag names. */
export const versionOf = (tag: string): number | undefined => {
  const digits = /^"(\d{1,9})"$/.exec(tag)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
