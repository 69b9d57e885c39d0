import type { Json, JsonObject } from '@saitaku/statechart'
import { textsOf } from './texts.js'

/** What tells who applied, as texts. */
export interface Identity {
  organisations: readonly string[]
  people: readonly string[]
  /** Numbers and addresses: corporate number, mail, telephone, postal address. */
  marks: readonly string[]
}

/** Stands where something was taken out. */
export const MASK = '■■'

const LEGAL_FORMS = /(株式会社|有限会社|合同会社|合資会社|合名会社|特定非営利活動法人|NPO法人|NPO|一般社団法人|公益社団法人|一般財団法人|公益財団法人|社会福祉法人|学校法人|医療法人|協同組合|カブシキガイシャ|ユウゲンガイシャ|ゴウドウガイシャ|エヌピーオーホウジン|イッパンシャダンホウジン|コウエキシャダンホウジン|シャカイフクシホウジン|ガッコウホウジン|\(株\)|\(有\)|㈱|㈲|Co\.,? ?Ltd\.?|Inc\.?|K\.K\.)/gi
const SHORTEST = 2
/** Mail and web addresses, telephone numbers, and numbers of 13 digits tell who it is, whoever wrote them down where. */
const CONTACTS = /[\w.+-]+[@@][\w-]+(?:[..][\w-]+)+|https?:\/\/[^\s「」、。]+|www\.[^\s「」、。]+|(?<!\d)0\d{1,4}[-‐–()() ]?\d{1,4}[-‐–()() ]?\d{3,4}(?!\d)|(?<!\d)\d(?:[- ]?\d){12}(?!\d)/gu

/**
 * Takes an applicant's identity out of texts: names of organisations with and without their legal form, of people with and
 * without the space between family and given name and the family name alone, numbers and addresses; in full or half
 * width, in either case, and with spaces between the characters. Whatever can be written to or called goes in any case.
 */
export class Redaction {
  private readonly pattern: RegExp | null

  constructor({ organisations, people, marks }: Identity) {
    const words = new Set<string>()
    const add = (text: string): void => {
      const word = squeezed(text)
      if (word.length >= SHORTEST) words.add(word)
      if (/^[ァ-ヶー]{4,}$/.test(word)) words.add(word.replaceAll(/[ァ-ヶ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60)))
    }
    for (const name of organisations) {
      add(name)
      const core = name.normalize('NFKC').replaceAll(LEGAL_FORMS, ' ').trim()
      add(core)
      for (const part of core.split(/\s+/)) if (part.length > SHORTEST) add(part)
    }
    for (const name of people) {
      add(name)
      const [family, ...given] = name.normalize('NFKC').trim().split(/\s+/)
      if (family !== undefined && given.length > 0) add(family)
      for (const part of given) if (/^[A-Za-z]{3,}$/.test(part)) add(part)
    }
    for (const mark of marks) add(mark)
    const longestFirst = [...words].sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    this.pattern = longestFirst.length === 0 ? null : new RegExp(longestFirst.map(loosely).join('|'), 'giu')
  }

  text(text: string): string {
    // half-width kana have no width of their own to look for: one sound may be two characters
    const open = text.replaceAll(/[\uff61-\uff9f]+/g, (run) => run.normalize('NFKC')).replaceAll(CONTACTS, MASK)
    return this.pattern === null ? open : open.replaceAll(this.pattern, MASK)
  }

  /** The same in every text of a value, names of members included. */
  json(value: Json): Json {
    if (typeof value === 'string') return this.text(value)
    if (Array.isArray(value)) return value.map((item) => this.json(item))
    if (value === null || typeof value !== 'object') return this.digits(value)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item)]))
  }

  /** A number may be a telephone number or a corporate number that was typed without quotes. */
  private digits(value: null | boolean | number): Json {
    return typeof value === 'number' && this.text(String(value)) !== String(value) ? MASK : value
  }
}

/**
 * The answers of a form as a reviewer of a blind stage sees them: without the hidden fields, names of files only by their
 * kind, and with the identity taken out of everything else.
 */
export function blindAnswers(answers: JsonObject, hides: readonly string[], redaction: Redaction): JsonObject {
  const shown = Object.entries(answers).filter(([field]) => !hides.includes(field))
  return Object.fromEntries(shown.map(([field, answer]) => [field, redaction.json(withoutFileNames(answer))]))
}

/** Texts of the hidden answers, which may stand in other answers as well. */
export function hiddenTexts(answers: JsonObject, hides: readonly string[]): string[] {
  return hides.flatMap((field) => textsOf(answers[field] ?? null))
}

/** A file's answer is its name, size and hash: the name may tell who wrote it, and the hash who holds it. */
function withoutFileNames(answer: Json): Json {
  if (!Array.isArray(answer)) return answer
  return answer.map((item, i) => {
    if (item === null || typeof item !== 'object' || Array.isArray(item) || typeof item.sha256 !== 'string') return item
    const ending = typeof item.name === 'string' ? (/\.[A-Za-z0-9]{1,5}$/.exec(item.name)?.[0] ?? '') : ''
    return { name: `file-${i + 1}${ending.toLowerCase()}`, size: item.size ?? null }
  })
}

const squeezed = (text: string): string => text.normalize('NFKC').replaceAll(/[\s\u2010-\u2015\u2212-]/g, '')

/** Spaces and hyphens between any two characters, and each character also in its other width. */
function loosely(word: string): string {
  return [...word].map((character) => {
    const wide = widened(character)
    return wide === character ? escaped(character) : `[${escaped(character)}${wide}]`
  }).join('[\\s\\u2010-\\u2015\\u2212\\uff0d-]*')
}

const widened = (character: string): string => {
  const code = character.charCodeAt(0)
  return code > 0x20 && code < 0x7f ? String.fromCharCode(code + 0xfee0) : character
}

const escaped = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&')
