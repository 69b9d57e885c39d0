/** What is measured in pixels without a font: a full-width character is one em wide, any other 0.55 of it. */
export function textWidth(text: string, size: number): number {
  let twentieths = 0
  for (const char of text) twentieths += isWide(char) ? 20 : 11
  return (twentieths * size) / 20
}

/** East Asian wide and full-width characters, and the symbols that Japanese fonts draw as wide. */
function isWide(char: string): boolean {
  const code = char.codePointAt(0) as number
  return (
    (code >= 0x1100 && code <= 0x115f) || (code >= 0x2460 && code <= 0x27ff) || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) || (code >= 0xffe0 && code <= 0xffe6) || code >= 0x1f300
  )
}

/** Breaks a text into lines of at most `width` pixels: between words, between full-width characters, never before a closing mark. */
export function wrapped(text: string, size: number, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of piecesOf(text)) {
    if (line !== '' && textWidth(line + piece.trimEnd(), size) > width) {
      lines.push(line.trimEnd())
      line = piece.trimStart()
    } else line += piece
  }
  if (line.trim() !== '') lines.push(line.trimEnd())
  return balanced(lines, text, size)
}

const CLOSING = /^[、。，．・）」』】〕)\].,:;!?ー〜]/
const OPENING = /[（「『【〔([]$/

/** The smallest pieces that a line may not be broken within. */
function piecesOf(text: string): string[] {
  const pieces: string[] = []
  for (const char of text) {
    const last = pieces.at(-1)
    const breaks = last === undefined || last.endsWith(' ') || ((isWide(char) || isWide([...last].at(-1) as string)) && !CLOSING.test(char) && !OPENING.test(last))
    if (breaks && char !== ' ') pieces.push(char)
    else pieces[Math.max(0, pieces.length - 1)] = (last ?? '') + char
  }
  return pieces
}

/** Two lines of much the same length look better than a full one and a rest. */
function balanced(lines: string[], text: string, size: number): string[] {
  if (lines.length !== 2) return lines
  const half = textWidth(text, size) / 2
  let first = ''
  const pieces = piecesOf(text)
  while (pieces.length > 1 && textWidth(first + (pieces[0] as string), size) <= half + size) first += pieces.shift()
  return first === '' ? lines : [first.trimEnd(), pieces.join('').trim()]
}

/** For text and attributes of XML; what XML cannot hold is left out. */
export function escapeXml(text: string): string {
  return (
    text
       
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
  )
}
