import { z } from 'zod'

/** Words that CEL keeps for itself; an id that is one of them could never be read in an expression. */
const RESERVED = new Set([
  'as', 'break', 'const', 'continue', 'else', 'false', 'for', 'function', 'if', 'import', 'in', 'let', 'loop',
  'namespace', 'null', 'package', 'return', 'true', 'var', 'void', 'while',
])

/** Names of CEL's types, which an expression reads as types, and of what every JavaScript object inherits. */
const TAKEN = new Set(['bool', 'bytes', 'cel', 'double', 'dyn', 'google', 'int', 'list', 'map', 'optional', 'string', 'type', 'uint'])

/** Whether an expression may use this word as a name of its own. */
export function isFreeWord(word: string): boolean {
  return !RESERVED.has(word) && !TAKEN.has(word) && !(word in Object.prototype)
}

/** The id of a form, field, option, stage, criterion: lower camel case, and free for use in expressions. */
export const identifier = z
  .string()
  .max(64, 'an id has at most 64 characters')
  .regex(/^[a-z][A-Za-z0-9]*$/, 'an id is lower camel case: a-z first, then letters and digits')
  .refine(isFreeWord, 'this word is reserved in expressions; choose another id')

/** A text in both of the languages that the screens speak. */
export const label = z.strictObject({ ja: z.string().min(1), en: z.string().min(1) })
export type Label = z.output<typeof label>
