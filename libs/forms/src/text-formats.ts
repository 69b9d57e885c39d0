import type { ProblemCode } from './problems.js'

/** Forms that a line of text may have to take: how it is typed varies, what is kept does not. */
export const TEXT_FORMATS = ['postcode', 'phone', 'localGovernmentCode', 'bankCode', 'branchCode', 'accountNumber', 'accountHolder'] as const
export type TextFormat = (typeof TEXT_FORMATS)[number]

const HYPHENS = /[-‐-―−ー\s]/g
const WEIGHTS = [6, 5, 4, 3, 2]

/**
 * Reads a line of a format: in full or half width, with or without hyphens and spaces. Returns the spelling that is kept, or
 * the code of what is wrong.
 *
 * @example readFormat('postcode', '〒２１０－８５７７') // → { value: '210-8577' }
 */
export function readFormat(format: TextFormat, typed: string): { value: string } | { problem: ProblemCode } {
  const text = typed.normalize('NFKC').trim()
  const digits = text.replace(/^〒/, '').replaceAll(HYPHENS, '')
  switch (format) {
    case 'postcode':
      return /^\d{7}$/.test(digits) ? { value: `${digits.slice(0, 3)}-${digits.slice(3)}` } : { problem: 'notPostcode' }
    case 'phone':
      return phone(digits.replaceAll(/[()]/g, ''))
    case 'localGovernmentCode':
      return isLocalGovernmentCode(digits) ? { value: digits } : { problem: 'notLocalGovernmentCode' }
    case 'bankCode':
      return /^\d{4}$/.test(digits) ? { value: digits } : { problem: 'notBankCode' }
    case 'branchCode':
      return /^\d{3}$/.test(digits) ? { value: digits } : { problem: 'notBranchCode' }
    case 'accountNumber':
      return /^\d{1,7}$/.test(digits) ? { value: digits.padStart(7, '0') } : { problem: 'notAccountNumber' }
    case 'accountHolder':
      return holder(text)
  }
}

/** Ten digits with an area code, eleven of a mobile or IP telephone; +81 stands for the leading 0. */
function phone(digits: string): { value: string } | { problem: ProblemCode } {
  const national = digits.replace(/^\+81/, '0')
  return /^0\d{9}$/.test(national) || /^0[5-9]0\d{8}$/.test(national) ? { value: national } : { problem: 'notPhone' }
}

/** Six digits; the last follows from the others: 11 less the remainder by 11 of their weighted sum, of which the last digit. */
function isLocalGovernmentCode(digits: string): boolean {
  if (!/^\d{6}$/.test(digits)) return false
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(digits[i]), 0)
  return Number(digits[5]) === (11 - (sum % 11)) % 10
}

const SMALL: Readonly<Record<string, string>> = { ァ: 'ア', ィ: 'イ', ゥ: 'ウ', ェ: 'エ', ォ: 'オ', ッ: 'ツ', ャ: 'ヤ', ュ: 'ユ', ョ: 'ヨ', ヮ: 'ワ', ヵ: 'カ', ヶ: 'ケ' }
const HOLDER = /^[ァ-ヴー゛゜A-Z0-9 ().,/「」-]{1,48}$/

/** As banks write it: katakana without small letters, capitals, digits and few signs. */
function holder(text: string): { value: string } | { problem: ProblemCode } {
  const kana = [...text.toUpperCase()].map((character) => {
    const code = character.charCodeAt(0)
    return code >= 0x3041 && code <= 0x3096 ? String.fromCharCode(code + 0x60) : character
  }).join('').replaceAll(/[‐-―−]/g, '-').replaceAll(/\s+/g, ' ')
  const value = [...kana].map((character) => SMALL[character] ?? character).join('')
  return HOLDER.test(value) ? { value } : { problem: 'notAccountHolder' }
}
