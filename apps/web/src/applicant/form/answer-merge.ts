import type { Answers } from '../../ui/answers/form-reading.js'

export interface Conflict { field: string; mine: unknown; theirs: unknown }

/**
 * Puts a patch onto answers that others have changed since it was begun. What both changed alike is settled; what
 * only one changed is kept; what both changed differently is a conflict, and stays in the patch until it is decided.
 */
export function rebase(base: Answers, now: Answers, patch: Answers): { patch: Answers; conflicts: Conflict[] } {
  const conflicts: Conflict[] = []
  const settled: string[] = []
  for (const [field, mine] of Object.entries(patch)) {
    const theirs = now[field] ?? null
    if (isSame(theirs, mine)) settled.push(field)
    else if (!isSame(theirs, base[field] ?? null)) conflicts.push({ field, mine, theirs })
  }
  return { patch: without(patch, settled), conflicts }
}

export function without(answers: Answers, fields: readonly string[]): Answers {
  return Object.fromEntries(Object.entries(answers).filter(([field]) => !fields.includes(field)))
}

/** Whether two answers are the same JSON; the order of an object's members does not matter. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, at) => isSame(each, b[at]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && isSame(a[key], b[key]))
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
