import type { Database } from '@saitaku/database'
import type { KeyRing } from './key-ring.js'
import { networkOf } from './network.js'
import { refuse, type Refused } from './refusals.js'
import type { IdentitySettings } from './settings.js'

const HOUR = '1 hour'
const DAY = '1 day'
/** Wrong attempts in a row are forgotten by success, and otherwise hardly. */
const SEASON = '30 days'
const NEVER = 2_000_000_000

interface Bucket {
  key: Buffer
  free: number
  stop: number
  /** In which time as many as are free are forgotten. */
  every: string
}

const isFirstOver = (count: number, free: number): boolean => count > free && count - 1 <= free

/** An attempt that was counted and may go on. */
export interface Attempt {
  /** It was right: what it cost is given back. */
  succeeded(): Promise<void>
  /** Whether it is the one with which the account began to be blocked. */
  readonly firstOverLimit: boolean
}

export type Counted = { ok: true; attempt: Attempt } | Refused

/**
 * How often something may be tried. An attempt is counted before it is made, so that a hundred at once do not
 * all pass before the first of them is noted. Counted in the database, so that all processes count together;
 * under what was typed and not under a person, so that an unknown address is limited like a known one.
 */
export class Limits {
  constructor(
    private readonly database: Database,
    private readonly keys: KeyRing,
    private readonly settings: IdentitySettings,
  ) {}

  /** A password or a mailed code for an account. One address alone cannot lock out the owner, who comes from another. */
  signIn(emailKey: string, address: string): Promise<Counted> {
    const { pair, account, address: perAddress, stop } = this.settings.limits
    const network = networkOf(address)
    return this.count([
      { key: this.key('pair', emailKey, network), free: pair, stop: NEVER, every: DAY },
      { key: this.key('account', emailKey), free: account, stop, every: SEASON },
      { key: this.key('address', network), free: perAddress, stop: NEVER, every: HOUR },
    ])
  }

  /** A second factor, by someone who has passed the first. */
  secondFactor(personId: string): Promise<Counted> {
    const { pair, stop } = this.settings.limits
    return this.count([{ key: this.key('secondFactor', personId), free: pair, stop, every: SEASON }])
  }

  /** A link or a code from a mail whose account is not known before it is looked up. */
  fromAddress(address: string): Promise<Counted> {
    return this.count([{ key: this.key('address', networkOf(address)), free: this.settings.limits.address, stop: NEVER, every: HOUR }])
  }

  /** A mail to somebody, on the word of someone who is not signed in. */
  mail(emailKey: string, address: string): Promise<Counted> {
    const { mailsToAccount, mailsFromAddress } = this.settings.limits
    return this.count([
      { key: this.key('mailTo', emailKey), free: mailsToAccount, stop: NEVER, every: HOUR },
      { key: this.key('mailFrom', networkOf(address)), free: mailsFromAddress, stop: NEVER, every: HOUR },
    ])
  }

  /** The beginning of a sign-in that leaves a row behind. */
  begin(address: string): Promise<Counted> {
    return this.count([{ key: this.key('begun', networkOf(address)), free: this.settings.limits.begun, stop: NEVER, every: HOUR }])
  }

  /** Clears what wrong attempts have cost an account: after a reset of its password, or by an administrator. */
  async clear(on: Pick<Database, 'query'>, emailKey: string, personId: string): Promise<void> {
    await on.query('DELETE FROM rate_bucket WHERE key = ANY($1)', [[this.key('account', emailKey), this.key('secondFactor', personId)]])
  }

  private async count(buckets: readonly Bucket[]): Promise<Counted> {
    const { firstWait, longestWait } = this.settings.limits
    const [row] = await this.database.query<{ wait: number; counts: number[] }>(
      'SELECT wait, counts FROM count_attempt($1, $2, $3, $4::interval[], make_interval(secs => $5), make_interval(secs => $6))',
      [buckets.map((bucket) => bucket.key), buckets.map((bucket) => bucket.free), buckets.map((bucket) => bucket.stop), buckets.map((bucket) => bucket.every), firstWait, longestWait],
    )
    if (!row) throw new Error('count_attempt answered nothing')
    if (row.wait > 0) return Number.isFinite(row.wait) ? refuse('tooManyAttempts', { retryAfter: Math.ceil(row.wait) }) : refuse('locked', { retryAfter: null })
    return { ok: true, attempt: { succeeded: () => this.giveBack(buckets), firstOverLimit: buckets.some(({ free }, index) => isFirstOver(row.counts[index] ?? 0, free)) } }
  }

  /** Failures in a row begin anew; what came from the whole address is only less by this one. */
  private async giveBack(buckets: readonly Bucket[]): Promise<void> {
    await this.database.query(
      `UPDATE rate_bucket b SET blocked_until = '-infinity', attempts = CASE WHEN given.in_a_row THEN 0 ELSE greatest(b.attempts - 1, 0) END
       FROM unnest($1::bytea[], $2::boolean[]) AS given(key, in_a_row) WHERE b.key = given.key`,
      [buckets.map((bucket) => bucket.key), buckets.map((bucket) => bucket.every !== HOUR)],
    )
  }

  private key(kind: string, ...parts: string[]): Buffer {
    return this.keys.mac('limit', kind, ...parts)
  }
}
