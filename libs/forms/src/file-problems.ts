import type { z } from 'zod'

/** What is wrong with a file of a programme. `path` leads to the place in the file, for line and column. */
export interface FileProblem {
  path: (string | number)[]
  code: string
  severity: 'error' | 'warning'
  message: string
  /** Where in the expression at `path` it is wrong, in characters from its start. */
  offset?: number
}

export function fileError(path: (string | number)[], code: string, message: string): FileProblem {
  return { path, code, severity: 'error', message }
}

export function fileWarning(path: (string | number)[], code: string, message: string): FileProblem {
  return { path, code, severity: 'warning', message }
}

/** The problems that a schema found, each at its place: an unknown key at the key itself, a bad id at the id. */
export function schemaProblems(found: z.ZodError): FileProblem[] {
  return found.issues.flatMap(fromIssue)
}

function fromIssue(issue: z.core.$ZodIssue): FileProblem[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => fileError([...path, key], 'unknownKey', `"${key}" is not a word of this file here`))
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => fileError(path, 'schema', inner.message))
  return [fileError(path, 'schema', issue.message)]
}

interface Named {
  id: string
}

/** One problem for each id that stands a second time in a list. `at` gives the path of an entry. */
export function duplicateIds(entries: readonly Named[], what: string, at: (index: number) => (string | number)[]): FileProblem[] {
  const first = new Set<string>()
  return entries.flatMap(({ id }, index) => {
    if (!first.has(id)) {
      first.add(id)
      return []
    }
    return [fileError([...at(index), 'id'], 'duplicateId', `${what} "${id}" stands here a second time`)]
  })
}
