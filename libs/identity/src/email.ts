import { domainToASCII } from 'node:url'

const SHAPE = /^[^\s@"(),:;<>[\\\]]+@[^\s@]+$/
const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/
/** Controls, invisible and direction-changing characters, and halves of characters: nobody types them on purpose. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/u

export interface EmailAddress {
  /** Where mail goes: as it was typed, without width variants. */
  address: string
  /** Under which an account is found: one for every way to write the same address. */
  key: string
}

/**
 * Reads an address as people type it: with spaces around it, in full width, in capitals, with a Japanese dot in
 * the domain. Undefined when it is none. Only an account's own address is ever written to, never the one that
 * was typed to find it.
 */
export function readEmail(text: string): EmailAddress | undefined {
  if (text.length > 320) return undefined
  const address = text.normalize('NFKC').trim()
  if (!SHAPE.test(address) || INVISIBLE.test(address)) return undefined
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at)
  const domain = domainToASCII(address.slice(at + 1).replaceAll('。', '.').toLowerCase())
  if (local.length > 64 || !DOMAIN.test(domain)) return undefined
  return { address: `${local}@${domain}`, key: `${local.toLowerCase().normalize('NFKC')}@${domain}` }
}
