import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a key is for. Each purpose has a key of its own, so that nothing made for one passes for another. */
export type Purpose = 'totp' | 'mail' | 'ticket' | 'code' | 'csrf' | 'limit'

const FORMAT = 1
const IV = 12
const TAG = 16
const KEY_ID = 4

/**
 * The keys that are derived from SESSION_SECRET. Several secrets may be given: the first makes what is new, the
 * others still read what they made, so that a secret can be changed without anyone losing their second factor.
 */
export class KeyRing {
  private readonly keys = new Map<string, Buffer>()

  constructor(private readonly secrets: readonly [string, ...string[]]) {
    if (secrets.some((secret) => secret.length < 32)) throw new Error('SESSION_SECRET needs 32 characters or more')
  }

  /** A keyed hash by the newest secret, of parts that cannot run into each other. */
  mac(purpose: Purpose, ...parts: string[]): Buffer {
    return hmac(this.key(purpose, this.secrets[0]), parts)
  }

  /** Whether `given` is the keyed hash of the parts, by any of the secrets. Takes as long for a wrong one as for a right one. */
  matches(given: Buffer, purpose: Purpose, ...parts: string[]): boolean {
    return this.secrets.map((secret) => sameBytes(given, hmac(this.key(purpose, secret), parts))).includes(true)
  }

  /** AES-256-GCM. `owner` is bound to it: moved to another row, it does not open. */
  seal(purpose: Purpose, owner: string, plain: string): Buffer {
    const secret = this.secrets[0]
    const iv = randomBytes(IV)
    const cipher = createCipheriv('aes-256-gcm', this.key(purpose, secret), iv).setAAD(Buffer.from(owner))
    const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    return Buffer.concat([Buffer.of(FORMAT), keyId(secret), iv, cipher.getAuthTag(), body])
  }

  /** Throws when it was sealed with a secret that is not given any more, for another owner, or changed since. */
  open(purpose: Purpose, owner: string, sealed: Buffer): string {
    const secret = this.secrets.find((candidate) => keyId(candidate).equals(sealed.subarray(1, 1 + KEY_ID)))
    if (sealed[0] !== FORMAT || secret === undefined) throw new Error('Sealed with a SESSION_SECRET that is not given: add the former one behind the new one, separated by a comma')
    const iv = 1 + KEY_ID
    const decipher = createDecipheriv('aes-256-gcm', this.key(purpose, secret), sealed.subarray(iv, iv + IV), { authTagLength: TAG })
    decipher.setAAD(Buffer.from(owner)).setAuthTag(sealed.subarray(iv + IV, iv + IV + TAG))
    return Buffer.concat([decipher.update(sealed.subarray(iv + IV + TAG)), decipher.final()]).toString('utf8')
  }

  private key(purpose: Purpose, secret: string): Buffer {
    const name = `${purpose}\0${secret}`
    const known = this.keys.get(name)
    if (known) return known
    const key = Buffer.from(hkdfSync('sha256', secret, 'saitaku.identity', purpose, 32))
    this.keys.set(name, key)
    return key
  }
}

function hmac(key: Buffer, parts: readonly string[]): Buffer {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest()
}

function keyId(secret: string): Buffer {
  return createHash('sha256').update(`saitaku.identity.key\0${secret}`).digest().subarray(0, KEY_ID)
}

export function sameBytes(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
