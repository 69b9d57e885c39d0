import { lookup } from 'node:dns/promises'
import { BlockList, isIP, isIPv4 } from 'node:net'

/** Networks of one's own machine, office or provider, and those that lead nowhere (RFC 6890). */
const NOT_PUBLIC_4 = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24],
  ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const
/** Of IPv6 only this is public, but for what carries another address inside or leads nowhere. */
const PUBLIC_6 = [['2000::', 3]] as const
const NOT_PUBLIC_6 = [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const

function listOf(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList()
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6')
  return list
}

const [notPublic4, public6, notPublic6] = [NOT_PUBLIC_4, PUBLIC_6, NOT_PUBLIC_6].map(listOf) as [BlockList, BlockList, BlockList]

/** Whether an address belongs to the open network. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublic4.check(address, 'ipv4')
    case 6:
      return public6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6')
    default:
      return false
  }
}

/** Networks that are allowed although they are private, as `10.1.0.0/16` or `127.0.0.1`. Throws for what is no network. */
export function readNetworks(texts: readonly string[]): BlockList {
  return listOf(texts.map((text) => {
    const [network = '', prefix] = text.trim().split('/')
    const version = isIP(network)
    const length = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix)
    if (version === 0 || !/^\d{0,3}$/.test(prefix ?? '') || length > (version === 4 ? 32 : 128)) throw new Error('must be networks such as 10.1.0.0/16, separated by commas')
    return [network, length] as const
  }))
}

/** Why an address is not sent to. */
export class AddressRefused extends Error {
  constructor(
    readonly code: 'url' | 'scheme' | 'private' | 'unknownHost',
    message: string,
  ) {
    super(message)
    this.name = 'AddressRefused'
  }
}

export interface Target {
  url: URL
  /** To connect to: what the name stood for when it was looked at. */
  address: string
  family: 4 | 6
}

const LONGEST_URL = 2_000

/**
 * Finds what a webhook's URL leads to and refuses what is not meant to be reached from outside: a private address, plain
 * http (except in the allowed networks), credentials in the URL. Whoever connects uses the address that was looked at, since
 * the name may stand for another one a moment later.
 */
export async function findTarget(text: string, allowed: BlockList): Promise<Target> {
  const url = text.length <= LONGEST_URL && URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.username !== '' || url.password !== '' || url.hash !== '') throw new AddressRefused('url', 'It is no address of a receiver')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new AddressRefused('scheme', 'It must begin with https://')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await lookup(host, { all: true }).catch(() => [])
  if (found.length === 0) throw new AddressRefused('unknownHost', 'Its host is not known')
  const isAllowed = (address: string): boolean => allowed.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
  // one public address beside a private one would let chance decide
  const refused = found.find(({ address }) => !isAllowed(address) && !isPublicAddress(address))
  if (refused) throw new AddressRefused('private', 'Its host has an address that is not public')
  const [first] = found
  if (!first) throw new AddressRefused('unknownHost', 'Its host is not known')
  if (url.protocol === 'http:' && !isAllowed(first.address)) throw new AddressRefused('scheme', 'It must begin with https://')
  return { url, address: first.address, family: first.family === 6 ? 6 : 4 }
}
