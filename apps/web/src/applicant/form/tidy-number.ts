import { number } from '../../texts/dates.js'

const LONGEST = 15 // digits that a double holds exactly

/** A whole number as people type it, in full width or with marks, in our spelling: `１８０，０００円` → `180,000`. Other text stays. */
export function tidyNumber(text: string): string {
  const plain = text.normalize('NFKC').replace(/[,、\s円¥]/g, '')
  return /^-?\d+$/.test(plain) && plain.length <= LONGEST ? number(Number(plain)) : text
}
