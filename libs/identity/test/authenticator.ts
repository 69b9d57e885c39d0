import { createHash, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import type { AuthenticationResponseJSON, PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON, RegistrationResponseJSON } from '@saitaku/identity'

interface Behaviour {
  origin?: string
  userVerified?: boolean
  /** What the counter stands at; it goes up by one at each use unless this says otherwise. */
  counter?: number
  challenge?: string
  rpId?: string
}

/** A security key in software: one credential, ES256. It can also misbehave. */
export class Authenticator {
  readonly id = randomBytes(16)
  private readonly key: KeyObject
  private readonly cose: Buffer
  private counter = 0

  constructor(
    private readonly origin: string,
    private readonly rpId: string,
  ) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    this.key = privateKey
    // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
    this.cose = Buffer.concat([Buffer.of(0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21), bytes(Buffer.from(x, 'base64url')), Buffer.of(0x22), bytes(Buffer.from(y, 'base64url'))])
  }

  register(options: PublicKeyCredentialCreationOptionsJSON, behaviour: Behaviour = {}): RegistrationResponseJSON {
    const client = this.client('webauthn.create', options.challenge, behaviour)
    const authData = Buffer.concat([this.head(behaviour, 0x40), Buffer.alloc(16), Buffer.of(0, this.id.length), this.id, this.cose])
    const attestation = Buffer.concat([Buffer.of(0xa3), text('fmt'), text('none'), text('attStmt'), Buffer.of(0xa0), text('authData'), bytes(authData)])
    const id = this.id.toString('base64url')
    return {
      id, rawId: id, type: 'public-key', clientExtensionResults: {},
      response: { clientDataJSON: client.toString('base64url'), attestationObject: attestation.toString('base64url'), transports: ['internal'] },
    }
  }

  answer(options: PublicKeyCredentialRequestOptionsJSON, behaviour: Behaviour = {}): AuthenticationResponseJSON {
    const client = this.client('webauthn.get', options.challenge, behaviour)
    const authData = this.head(behaviour, 0)
    const signature = createSign('sha256').update(authData).update(createHash('sha256').update(client).digest()).sign(this.key)
    const id = this.id.toString('base64url')
    return {
      id, rawId: id, type: 'public-key', clientExtensionResults: {},
      response: { clientDataJSON: client.toString('base64url'), authenticatorData: authData.toString('base64url'), signature: signature.toString('base64url') },
    }
  }

  private client(type: string, challenge: string, behaviour: Behaviour): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge: behaviour.challenge ?? challenge, origin: behaviour.origin ?? this.origin, crossOrigin: false }))
  }

  private head(behaviour: Behaviour, more: number): Buffer {
    this.counter = behaviour.counter ?? this.counter + 1
    const count = Buffer.alloc(4)
    count.writeUInt32BE(this.counter)
    const flags = 0x01 | (behaviour.userVerified === false ? 0 : 0x04) | more
    return Buffer.concat([createHash('sha256').update(behaviour.rpId ?? this.rpId).digest(), Buffer.of(flags), count])
  }
}

/** CBOR, as much as is needed: strings of bytes and of text. */
const head = (major: number, length: number): Buffer => (length < 24 ? Buffer.of(major | length) : length < 256 ? Buffer.of(major | 24, length) : Buffer.of(major | 25, length >> 8, length & 255))
const bytes = (value: Buffer): Buffer => Buffer.concat([head(0x40, value.length), value])
const text = (value: string): Buffer => Buffer.concat([head(0x60, value.length), Buffer.from(value)])
