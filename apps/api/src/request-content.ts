import { badInput, type HttpProblem } from './problems.js'

/** Deeper than any form, rubric or event is. Recursion over what passes is safe. */
export const MAX_DEPTH = 32

/** NUL cannot be stored, and half of a surrogate pair is no text. */
 
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

/**
 * Looks once through a request's body or query, before any schema: what is too deep, cannot be stored as
 * text or is no finite number. Without recursion, since what it looks for would exhaust the stack.
 */
export function contentProblem(content: unknown): HttpProblem | undefined {
  const waiting: { value: unknown; depth: number }[] = [{ value: content, depth: 0 }]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next
    if (typeof value === 'string') {
      if (UNSTORABLE.test(value)) return unstorable()
    } else if (typeof value === 'number') {
      if (!Number.isFinite(value)) return badInput('扱えない数が含まれています', 'The request holds a number that is out of range')
    } else if (value !== null && typeof value === 'object') {
      if (depth >= MAX_DEPTH) return badInput('入れ子が深すぎます', `The request is nested deeper than ${MAX_DEPTH} levels`)
      for (const [key, item] of Object.entries(value)) {
        if (UNSTORABLE.test(key)) return unstorable()
        waiting.push({ value: item, depth: depth + 1 })
      }
    }
  }
  return undefined
}

const unstorable = (): HttpProblem => badInput('保存できない文字が含まれています', 'The request holds characters that cannot be stored')
