/** Controls, and the marks that turn the direction of writing: with them a name shows another ending than it has. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
const LONGEST = 200

/**
 * The name under which a file is kept, from what a browser says: without folders, without what does not show, in
 * one spelling (macOS sends か and ゙ apart). Undefined where nothing is left of it.
 */
export function safeFileName(given: string): string | undefined {
  const bare = (given.split(/[/\\]/).at(-1) ?? '').normalize('NFC').replace(INVISIBLE, '').replace(/\s+/g, ' ').trim()
  if (bare === '' || /^\.+$/.test(bare) || /\p{Cs}/u.test(bare)) return undefined
  return shortened(bare)
}

/** A long name loses its middle and keeps its ending, counted in characters as people see them. */
function shortened(name: string): string {
  const characters = [...name]
  if (characters.length <= LONGEST) return name
  const ending = endingOf(name)
  const tail = ending === '' ? [] : [...`.${ending}`]
  return [...characters.slice(0, LONGEST - tail.length), ...tail].join('')
}

/** The ending in lower case, without the dot; empty where the name has none. */
export function endingOf(name: string): string {
  return /\.([A-Za-z0-9]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? ''
}
