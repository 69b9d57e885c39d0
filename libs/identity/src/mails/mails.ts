import { DateTime } from 'luxon'
import type { Database, Tx } from '@saitaku/database'
import { noteEvent } from '../identity-events.js'
import type { KeyRing } from '../key-ring.js'
import type { IdentitySettings, Language } from '../settings.js'
import { writeMail, type MailKind, type MailValues } from './mail-texts.js'

type Connection = Pick<Tx, 'query'>

/** A mail as it goes out. The id is the same for every attempt: a mail that was sent twice can be told by it. */
export interface IdentityMail {
  id: string
  kind: MailKind
  personId: string | null
  to: { name: string; address: string }
  lang: Language
  subject: string
  text: string
}

/** Takes a mail to its reader: a mail server, or the mailbox of this machine. Throws when it could not. */
export interface IdentityMailer {
  deliver(mail: IdentityMail): Promise<void>
}

export interface Addressee {
  personId: string | null
  name: string
  address: string
  lang: Language
}

type Sealed = { decoy: true } | { decoy: false; kind: MailKind; to: Addressee; values: MailValues }

/** Mails are worth nothing once their code has run out; notices are tried for a day. */
const NOTICE_LIFETIME = 24 * 60 * 60
const LEASE = 60
const BLOCK = 2048
const OWNER = 'identity_mail'

/**
 * Mails wait in the record, written with what they are about in one transaction, and sealed, since they hold codes
 * and links that work. A worker sends them. Where there is nobody to write to, a row of the same size is queued and
 * thrown away by the worker, so that asking for a mail takes as long whether or not there is an account.
 */
export class Mails {
  constructor(
    private readonly database: Database,
    private readonly keys: KeyRing,
    private readonly settings: IdentitySettings,
  ) {}

  async queue(on: Connection, kind: MailKind, to: Addressee, values: MailValues, lifetime = NOTICE_LIFETIME): Promise<void> {
    await this.write(on, { decoy: false, kind, to, values }, to.personId, lifetime)
  }

  /** Costs what `queue` costs, and writes to nobody. */
  async queueNothing(on: Connection, lifetime = NOTICE_LIFETIME): Promise<void> {
    await this.write(on, { decoy: true }, null, lifetime)
  }

  link(page: keyof IdentitySettings['pages'], handle: string): string {
    return `${this.settings.baseUrl}${this.settings.pages[page]}#token=${handle}`
  }

  get home(): string {
    return `${this.settings.baseUrl}/`
  }

  /** Sends what is due, at most `most`, and says how many went out. Several workers may do so at once. */
  async deliver(mailer: IdentityMailer, most = 50): Promise<number> {
    await this.giveUp()
    const rows = await this.database.query<{ id: string; sealed: Buffer }>(
      `UPDATE identity_mail SET attempts = attempts + 1, next_at = clock_timestamp() + make_interval(secs => $2 * power(2, least(attempts, 6)))
       WHERE id IN (SELECT id FROM identity_mail WHERE next_at <= clock_timestamp() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING id, sealed`,
      [most, LEASE],
    )
    const sent = await Promise.all(rows.map((row) => this.send(mailer, row)))
    const failed = sent.find((outcome) => outcome instanceof Error)
    if (failed && sent.every((outcome) => outcome !== true)) throw failed
    return sent.filter((outcome) => outcome === true).length
  }

  private async send(mailer: IdentityMailer, row: { id: string; sealed: Buffer }): Promise<boolean | Error> {
    try {
      const mail = this.read(row)
      if (mail) await mailer.deliver(mail)
      await this.database.query('DELETE FROM identity_mail WHERE id = $1', [row.id])
      return mail !== undefined
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error)) // The row comes up again when its lease has run out.
    }
  }

  private read({ id, sealed }: { id: string; sealed: Buffer }): IdentityMail | undefined {
    const letter = JSON.parse(this.keys.open('mail', OWNER, sealed)) as Sealed
    if (letter.decoy) return undefined
    const { kind, to, values } = letter
    const written = writeMail(kind, to.lang, { name: to.name, service: this.settings.serviceName[to.lang] }, values)
    return { id, kind, personId: to.personId, to: { name: to.name, address: to.address }, lang: to.lang, ...written }
  }

  private async giveUp(): Promise<void> {
    const dead = await this.database.query<{ person_id: string | null; attempts: number }>('DELETE FROM identity_mail WHERE expires_at < clock_timestamp() RETURNING person_id, attempts')
    for (const { person_id, attempts } of dead) if (person_id !== null) await noteEvent(this.database, { kind: 'mailFailed', personId: person_id, actorId: null, data: { attempts } })
  }

  private async write(on: Connection, letter: Sealed, personId: string | null, lifetime: number): Promise<void> {
    const sealed = this.keys.seal('mail', OWNER, padded(JSON.stringify(letter)))
    await on.query('INSERT INTO identity_mail (sealed, person_id, expires_at) VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))', [sealed, personId, lifetime])
  }
}

/** Of one length for all that is usual, so that neither the row nor the time to write it tells what is in it. */
function padded(text: string): string {
  const bytes = Buffer.byteLength(text)
  return text + ' '.repeat(Math.ceil(bytes / BLOCK) * BLOCK - bytes)
}

/** A moment as a person reads it, in Japan's time. */
export function readableInstant(instant: Date, lang: Language): string {
  const at = DateTime.fromJSDate(instant, { zone: 'Asia/Tokyo' })
  return lang === 'ja' ? at.toFormat('yyyy年M月d日 HH:mm') : at.setLocale('en').toFormat("d LLLL yyyy, HH:mm 'JST'")
}
