/**
 * The cells of what a spreadsheet put on the clipboard: lines by line breaks, cells by tabs, with its quotes taken off.
 * Undefined where it is a single value, which is pasted as any text.
 */
export function pastedCells(text: string): string[][] | undefined {
  const lines: string[][] = [[]]
  let cell = '', quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (quoted) {
      if (character !== '"') cell += character
      else if (text[at + 1] === '"') { cell += '"'; at++ }
      else quoted = false
    } else if (character === '"' && cell === '') quoted = true
    else if (character === '\t') { lines.at(-1)?.push(cell); cell = '' }
    else if (character === '\n' || character === '\r') {
      if (character === '\r' && text[at + 1] === '\n') at++
      lines.at(-1)?.push(cell)
      lines.push([])
      cell = ''
    } else cell += character
  }
  lines.at(-1)?.push(cell)
  if (lines.length > 1 && lines.at(-1)?.length === 1 && lines.at(-1)?.[0] === '') lines.pop()
  const several = lines.length > 1 || (lines[0]?.length ?? 0) > 1
  return several ? lines.map((line) => line.map((each) => each.replace(/\s*\n\s*/g, ' ').trim())) : undefined
}
