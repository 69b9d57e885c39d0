import { identityVariables, openIdFromVariables, sessionSecrets, type OpenIdSettings } from '@saitaku/identity'
import { z } from 'zod'

const environment = z.object({
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must be an address that begins with postgres://'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  BASE_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMTP_URL: z.string().regex(/^smtps?:\/\//, 'must be an address that begins with smtp:// or smtps://').optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(10),
  /** 1 trusts the header X-Dev-Identity: for development and tests on one's own machine only. */
  SAITAKU_DEV_IDENTITY: z.enum(['0', '1']).default('0'),
  /** Addresses or networks whose X-Forwarded-For is believed, separated by commas. */
  TRUSTED_PROXIES: z.string().regex(/^[0-9A-Fa-f.:/, ]+$/, 'must be addresses or networks such as 10.0.0.0/8, separated by commas').optional(),
  ...identityVariables,
})

export interface ApiConfig {
  databaseUrl: string
  port: number
  host: string
  /** Where people reach the service: without a slash at the end. */
  baseUrl: string
  /** Mails go to a mail server; without one they land in the local mailbox, which this process shows. */
  sendsMail: boolean
  logLevel: string
  poolSize: number
  devIdentity: boolean
  trustedProxies: readonly string[]
  /** Out of SESSION_SECRET, the newest first. */
  secrets: readonly [string, ...string[]]
  /** The OpenID provider, where there is one. */
  openId: Partial<OpenIdSettings> | undefined
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A variable is wrong; the sentence names it. Its value is not repeated, since it may hold a password. */
export class ConfigProblem extends Error {}

/** Reads the variables once. Throws `ConfigProblem` naming every one that is wrong. */
export function readConfig(variables: NodeJS.ProcessEnv): ApiConfig {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== '')) // an empty variable is none
  const parsed = environment.safeParse(set)
  if (!parsed.success) throw new ConfigProblem(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const env = parsed.data
  return {
    databaseUrl: env.DATABASE_URL, port: env.PORT, host: env.HOST, baseUrl: readBaseUrl(env.BASE_URL ?? `http://localhost:${env.PORT}`), sendsMail: env.SMTP_URL !== undefined, logLevel: env.LOG_LEVEL,
    poolSize: env.DATABASE_POOL, devIdentity: env.SAITAKU_DEV_IDENTITY === '1',
    trustedProxies: (env.TRUSTED_PROXIES ?? '').split(',').map((proxy) => proxy.trim()).filter((proxy) => proxy !== ''), secrets: sessionSecrets(env.SESSION_SECRET), openId: readOpenId(env),
  }
}

/** Over plain http from elsewhere, anyone on the way could take a session over: browsers would not keep our cookie. */
function readBaseUrl(given: string): string {
  const { protocol, hostname } = new URL(given)
  if (protocol === 'http:' && !LOOPBACK.has(hostname)) throw new ConfigProblem('BASE_URL: must begin with https://, except on this machine')
  return given.replace(/\/+$/, '')
}

function readOpenId(env: z.output<typeof environment>): Partial<OpenIdSettings> | undefined {
  try {
    return openIdFromVariables(env)
  } catch (error) {
    throw new ConfigProblem(error instanceof Error ? error.message : String(error))
  }
}
