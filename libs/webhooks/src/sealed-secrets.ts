import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

const IV = 12
const TAG = 16
const KEY_ID = 4

/** A new secret in the form of Standard Webhooks: 32 bytes of chance. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/**
 * Secrets as they lie in the database: sealed (AES-256-GCM) by keys out of SESSION_SECRET, each bound to its webhook. The
 * first of several secrets seals, the others still open what they sealed.
 */
export class SealedSecrets {
  private readonly keys: readonly { id: Buffer; key: Buffer }[]

  constructor(secrets: readonly [string, ...string[]]) {
    this.keys = secrets.map((secret) => ({
      id: createHash('sha256').update(`saitaku.webhooks.key\0${secret}`).digest().subarray(0, KEY_ID),
      key: Buffer.from(hkdfSync('sha256', secret, 'saitaku.webhooks', 'secret', 32)),
    }))
  }

  seal(webhookId: string, secret: string): Buffer {
    const [newest] = this.keys
    if (!newest) throw new Error('SESSION_SECRET is empty')
    const iv = randomBytes(IV)
    const cipher = createCipheriv('aes-256-gcm', newest.key, iv).setAAD(Buffer.from(webhookId))
    const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return Buffer.concat([newest.id, iv, cipher.getAuthTag(), body])
  }

  /** Throws where no given SESSION_SECRET opens it. */
  open(webhookId: string, sealed: Buffer): string {
    const found = this.keys.find(({ id }) => id.equals(sealed.subarray(0, KEY_ID)))
    if (!found) throw new Error('A webhook\'s secret was sealed with a SESSION_SECRET that is not given: add the former one behind the new one, separated by a comma')
    const [iv, tag] = [sealed.subarray(KEY_ID, KEY_ID + IV), sealed.subarray(KEY_ID + IV, KEY_ID + IV + TAG)]
    const decipher = createDecipheriv('aes-256-gcm', found.key, iv, { authTagLength: TAG }).setAAD(Buffer.from(webhookId)).setAuthTag(tag)
    return Buffer.concat([decipher.update(sealed.subarray(KEY_ID + IV + TAG)), decipher.final()]).toString('utf8')
  }
}
