import { createHash, randomBytes, randomInt } from 'node:crypto'

const TOKEN = /^[A-Za-z0-9_-]{43}$/
/** Crockford's base32 without the letters that are read for digits. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** 256 random bits that a browser or a mail carries. The record keeps the hash alone. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** A token has so much chance in it that a plain hash cannot be searched. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Whether it has a token's shape; anything else costs no trip to the database. */
export function isToken(text: unknown): text is string {
  return typeof text === 'string' && TOKEN.test(text)
}

export function newDigits(count: number): string {
  return String(randomInt(10 ** count)).padStart(count, '0')
}

/** Sixteen characters, eighty bits, in groups of four: `7KQF-0M2D-…`. */
export function newRecoveryCode(): string {
  const characters = Array.from({ length: 16 }, () => ALPHABET[randomInt(ALPHABET.length)])
  return characters.join('').replace(/(.{4})(?=.)/g, '$1-')
}

/** What a person types for digits: in full width, in groups, with a dash. */
export function typedDigits(text: string): string {
  return text.normalize('NFKC').replace(/[\s\p{Pd}]/gu, '')
}

/** What a person types for a recovery code: small letters, O for 0, I or L for 1. */
export function typedRecoveryCode(text: string): string {
  return typedDigits(text).toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1')
}
