import type { Problem, ProgrammeFiles } from '../source.js'

/** A programme's files are a hundred kilobytes at most; ten times that is not one. */
const MAX_LENGTH = 1_000_000

/** Files that are no text at all, each with the place of the first character that cannot be. */
export function unreadableFiles(files: ProgrammeFiles): Problem[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const found = unreadable(text)
    return found ? [{ file, ...positionOf(text, found.offset), severity: 'error' as const, code: found.code, message: found.message }] : []
  })
}

function unreadable(text: string): { offset: number; code: string; message: string } | undefined {
  if (text.length > MAX_LENGTH) return { offset: MAX_LENGTH, code: 'file-too-long', message: `this file has ${text.length} characters, more than ${MAX_LENGTH}; split it, or check that it is the right file` }
  const offset = text.search(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFD]/)
  return offset < 0 ? undefined : { offset, code: 'not-text', message: 'this is not text in UTF-8; save the file as UTF-8, without a program or picture in it' }
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - before.lastIndexOf('\n') }
}
