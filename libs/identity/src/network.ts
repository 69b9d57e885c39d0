import { isIP } from 'node:net'

/**
 * The network that an address belongs to, as the limits count it: an IPv4 address by itself, an IPv6 address by
 * its /64, since one household has that many. What is no address shares one bucket.
 */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/, '').replace(/^\[(.*)\]$/, '$1')
  if (isIP(plain) === 4) return plain
  if (isIP(plain) !== 6) return 'unknown'
  const groups = expand(plain)
  const mapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff'
  return mapped ? dotted(groups.slice(6)) : `${groups.slice(0, 4).join(':')}::/64`
}

function expand(address: string): string[] {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after]
}

function dotted(groups: readonly string[]): string {
  return groups.map((group) => Number.parseInt(group, 16)).flatMap((value) => [value >> 8, value & 255]).join('.')
}
