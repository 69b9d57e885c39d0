import type { ProgrammeFiles } from '@saitaku/statechart'

/** What stands in a file and what shall stand there; `«` in the latter marks where a finding is expected. */
export type Edit = readonly [find: string, put: string]

export interface Broken {
  files: ProgrammeFiles
  /** The marked places in the order in which they stand in the edited file. */
  marks: { file: string; line: number; column: number }[]
}

/** A copy of a programme with one file edited. Each `find` must stand there exactly once. */
export function breakProgramme(files: ProgrammeFiles, edits: readonly Edit[], file = 'programme.yaml'): Broken {
  let text = files[file] ?? ''
  for (const [find, put] of edits) {
    const at = text.indexOf(find)
    if (at < 0) throw new Error(`${file} does not hold: ${find}`)
    if (text.indexOf(find, at + 1) >= 0) throw new Error(`${file} holds more than once: ${find}`)
    text = text.slice(0, at) + put + text.slice(at + find.length)
  }
  const { plain, marks } = takeMarks(text)
  return { files: { ...files, [file]: plain }, marks: marks.map((mark) => ({ file, ...mark })) }
}

/** A text without its `«`, and the line and column at which each stood. */
export function takeMarks(text: string): { plain: string; marks: { line: number; column: number }[] } {
  const marks: { line: number; column: number }[] = []
  const lines = text.split('\n').map((line, index) => {
    const parts = line.split('«')
    let column = 1
    for (const part of parts.slice(0, -1)) {
      column += part.length
      marks.push({ line: index + 1, column })
    }
    return parts.join('')
  })
  return { plain: lines.join('\n'), marks }
}
