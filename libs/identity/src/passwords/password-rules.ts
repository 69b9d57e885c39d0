import type { RefusalCode } from '../refusals.js'

const SHORTEST = 12
const LONGEST = 128

/**
 * Why a password may not be chosen; undefined when it may. Length and a list of what attackers try first, and no
 * rule on kinds of characters (NIST SP 800-63B, ASVS 5.0 6.2). `about` is what others know of the person: name,
 * address, the service's name.
 */
export async function passwordProblem(password: string, about: readonly string[]): Promise<RefusalCode | undefined> {
  const characters = [...readPassword(password)]
  if (characters.length < SHORTEST) return 'passwordTooShort'
  if (characters.length > LONGEST) return 'passwordTooLong'
  const folded = readPassword(password).toLowerCase()
  if (isRepetitive(folded)) return 'passwordRepetitive'
  if (isPersonal(folded, about)) return 'passwordPersonal'
  return isCommon(folded, await commonPasswords()) ? 'passwordCommon' : undefined
}

/** The form in which a password is hashed: however its characters were typed or composed, it is the same one. */
export function readPassword(password: string): string {
  return password.normalize('NFKC')
}

/** One to four characters over and over, or a run along the alphabet or the digits. */
function isRepetitive(folded: string): boolean {
  const period = [1, 2, 3, 4].find((length) => folded === folded.slice(0, length).repeat(Math.ceil(folded.length / length)).slice(0, folded.length))
  return period !== undefined || isRun(folded)
}

function isRun(folded: string): boolean {
  const codes = Array.from(folded, (character) => character.charCodeAt(0))
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0))
  const along = steps.filter((step) => Math.abs(step) === 1 || Math.abs(step) === 9).length
  return along >= steps.length - 1
}

function isPersonal(folded: string, about: readonly string[]): boolean {
  const words = about.flatMap((text) => text.normalize('NFKC').toLowerCase().split(/[\s@.,_+-]+/)).filter((word) => [...word].length >= 3)
  // What is left beside the known words has to be long enough to count.
  const left = words.reduce((rest, word) => rest.replaceAll(word, ''), folded)
  return left !== folded && [...left].length < 8
}

/** Whether it is on the list, or becomes one on it without the digits and signs around it, or is one said twice. */
function isCommon(folded: string, listed: ReadonlySet<string>): boolean {
  const core = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const half = folded.slice(0, folded.length / 2)
  const plain = unmask(core)
  return [folded, core, plain].some((word) => word.length >= 4 && listed.has(word)) || (folded === half + half && listed.has(half))
}

/** The substitutions that everybody knows: p@ssw0rd. */
function unmask(text: string): string {
  const masks: Record<string, string> = { '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' }
  return Array.from(text, (character) => masks[character] ?? character).join('')
}

let list: Promise<ReadonlySet<string>> | undefined

/** Some 49,000 passwords out of published breaches; read when first needed, which takes a tenth of a second. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  list ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common']))
  return list
}
