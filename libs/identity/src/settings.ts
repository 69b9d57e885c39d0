import { z } from 'zod'

export type Language = 'ja' | 'en'

/** How long things last and how often they may be tried. Durations are in seconds. */
export interface IdentitySettings {
  serviceName: Record<Language, string>
  /** The address of the service as people type it; links in mails begin with it, passkeys are bound to its host. */
  baseUrl: string
  /** Pages that take a token from a mail, below `baseUrl`. The token follows as a fragment, which no server logs. */
  pages: { invitation: string; passwordReset: string; firstAdministrator: string }
  session: {
    idle: number
    absolute: number
    /** For how long after a sign-in what needs a fresh proof is allowed. */
    fresh: number
    /** How long a process trusts its memory of a session before it asks again, and notes that it was used. */
    recheck: number
    /** More at once than this end the oldest. */
    atMost: number
  }
  code: { digits: number; lifetime: number; attempts: number }
  secondFactor: { lifetime: number; attempts: number }
  passkey: { lifetime: number }
  passwordReset: { lifetime: number }
  recovery: { lifetime: number }
  invitation: { lifetime: number }
  firstAdministrator: { lifetime: number }
  password: { memoryKiB: number; passes: number; atOnce: number; waiting: number }
  limits: {
    /** One account from one address, one account in all, one address in all: so many attempts are free. */
    pair: number
    account: number
    address: number
    /** So many wrong attempts in a row lock the account's password and codes until someone resets them (NIST SP 800-63B: 100). */
    stop: number
    /** So many mails an hour to one address, or asked for from one network. */
    mailsToAccount: number
    mailsFromAddress: number
    /** Sign-ins begun from one network in an hour. */
    begun: number
    firstWait: number
    longestWait: number
  }
  openId: OpenIdSettings | undefined
}

export interface OpenIdSettings {
  issuer: string
  clientId: string
  clientSecret: string | undefined
  scope: string
  /** Asked of the provider, such as a level of assurance. */
  acrValues: string | undefined
  /** A sign-in that the provider gives one of these levels has had its second factor there. */
  secondFactorAcr: readonly string[]
  /** A person whom nobody knows yet may become an account through the provider. */
  signUp: boolean
  /** Addresses from this provider are verified, whether or not it says so in the claim. */
  trustEmail: boolean
  redirectPath: string
  /** For a provider on this machine, in tests and trials. */
  allowHttp: boolean
}

export type IdentityChoices = Pick<IdentitySettings, 'baseUrl'> & { [K in Exclude<keyof IdentitySettings, 'baseUrl'>]?: Partial<NonNullable<IdentitySettings[K]>> }

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const DEFAULTS: Omit<IdentitySettings, 'baseUrl' | 'openId'> = {
  serviceName: { ja: 'さいたく', en: 'Saitaku' },
  pages: { invitation: '/invitation', passwordReset: '/reset-password', firstAdministrator: '/first-administrator' },
  session: { idle: HOUR, absolute: 24 * HOUR, fresh: 10 * MINUTE, recheck: 30, atMost: 50 },
  code: { digits: 8, lifetime: 10 * MINUTE, attempts: 5 },
  secondFactor: { lifetime: 10 * MINUTE, attempts: 5 },
  passkey: { lifetime: 5 * MINUTE },
  passwordReset: { lifetime: 30 * MINUTE },
  recovery: { lifetime: DAY },
  invitation: { lifetime: 14 * DAY },
  firstAdministrator: { lifetime: 7 * DAY },
  password: { memoryKiB: 19_456, passes: 2, atOnce: 4, waiting: 64 },
  limits: { pair: 5, account: 20, address: 60, stop: 100, mailsToAccount: 5, mailsFromAddress: 60, begun: 600, firstWait: 2, longestWait: 15 * MINUTE },
}

/** The settings with a default for whatever is not chosen. */
export function identitySettings(choices: IdentityChoices): IdentitySettings {
  const merged = <K extends keyof typeof DEFAULTS>(key: K): (typeof DEFAULTS)[K] => ({ ...DEFAULTS[key], ...choices[key] })
  return {
    baseUrl: choices.baseUrl.replace(/\/$/, ''),
    serviceName: merged('serviceName'), pages: merged('pages'), session: merged('session'), code: merged('code'), secondFactor: merged('secondFactor'),
    passkey: merged('passkey'), passwordReset: merged('passwordReset'), recovery: merged('recovery'), invitation: merged('invitation'),
    firstAdministrator: merged('firstAdministrator'), password: merged('password'), limits: merged('limits'),
    openId: choices.openId && openIdSettings(choices.openId),
  }
}

function openIdSettings(chosen: Partial<OpenIdSettings>): OpenIdSettings {
  if (!chosen.issuer || !chosen.clientId) throw new Error('An OpenID provider needs its issuer and a client id')
  return {
    clientSecret: undefined, scope: 'openid email profile', acrValues: undefined, secondFactorAcr: [], signUp: true, trustEmail: false,
    redirectPath: '/api/v1/auth/openid/callback', allowHttp: false, ...chosen, issuer: chosen.issuer, clientId: chosen.clientId,
  }
}

const optional = (schema: z.ZodType<string>) => z.preprocess((value) => (typeof value === 'string' && value.trim() === '' ? undefined : value), schema.optional())
const words = (text: string | undefined): string[] => (text ?? '').split(/[\s,]+/).filter((word) => word !== '')

/** The variables that this lib reads; a process adds them to its own schema and checks them once, at start. */
export const identityVariables = {
  /** 32 characters or more. A former one may follow behind a comma: it still opens what it sealed. */
  SESSION_SECRET: z.string().refine((text) => text.split(',').every((secret) => secret.trim().length >= 32), 'each secret needs 32 characters or more'),
  OIDC_ISSUER: optional(z.url({ protocol: /^https?$/ })),
  OIDC_CLIENT_ID: optional(z.string().max(500)),
  OIDC_CLIENT_SECRET: optional(z.string().max(1000)),
  OIDC_SCOPE: optional(z.string().max(500).regex(/\bopenid\b/, 'must contain openid')),
  OIDC_ACR_VALUES: optional(z.string().max(500)),
  OIDC_SECOND_FACTOR_ACR: optional(z.string().max(500)),
  OIDC_SIGN_UP: z.enum(['0', '1']).default('1'),
  OIDC_TRUST_EMAIL: z.enum(['0', '1']).default('0'),
}

/** The settings' part that comes from variables. Throws a sentence that names the variable when they do not fit together. */
export function openIdFromVariables(env: z.output<z.ZodObject<typeof identityVariables>>): Partial<OpenIdSettings> | undefined {
  if (env.OIDC_ISSUER === undefined) return undefined
  if (env.OIDC_CLIENT_ID === undefined) throw new Error('OIDC_CLIENT_ID: is needed where OIDC_ISSUER is given')
  const issuer = new URL(env.OIDC_ISSUER)
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(issuer.hostname)
  if (issuer.protocol === 'http:' && !loopback) throw new Error('OIDC_ISSUER: must begin with https://, except on this machine')
  return {
    issuer: env.OIDC_ISSUER, clientId: env.OIDC_CLIENT_ID, clientSecret: env.OIDC_CLIENT_SECRET, acrValues: env.OIDC_ACR_VALUES,
    secondFactorAcr: words(env.OIDC_SECOND_FACTOR_ACR), signUp: env.OIDC_SIGN_UP === '1', trustEmail: env.OIDC_TRUST_EMAIL === '1',
    allowHttp: issuer.protocol === 'http:', ...(env.OIDC_SCOPE === undefined ? {} : { scope: env.OIDC_SCOPE }),
  }
}

/** The secrets of SESSION_SECRET, the newest first. */
export function sessionSecrets(text: string): [string, ...string[]] {
  const [first = '', ...former] = text.split(',').map((secret) => secret.trim())
  return [first, ...former]
}
