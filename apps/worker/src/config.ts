import { identityVariables, sessionSecrets } from '@saitaku/identity'
import { z } from 'zod'

const given = <T extends z.ZodType<string>>(schema: T) => z.preprocess((value) => (typeof value === 'string' && value.trim() === '' ? undefined : value), schema.optional())
const postgres = z.string().regex(/^postgres(ql)?:\/\//, 'must be an address that begins with postgres://')

const environment = z.object({
  DATABASE_URL: postgres,
  /** Where DATABASE_URL leads through a pooler in transaction mode: LISTEN and BullMQ need sessions of their own. */
  DIRECT_DATABASE_URL: given(postgres),
  REDIS_URL: given(z.string().regex(/^rediss?:\/\//, 'must be an address that begins with redis:// or rediss://')),
  ALLOW_UNSAFE_REDIS: z.enum(['0', '1', '']).default('0'),
  SMTP_URL: given(z.string().regex(/^smtps?:\/\//, 'must be an address that begins with smtp:// or smtps://')),
  MAIL_FROM: given(z.email('must be a mail address')),
  MAIL_BOUNCES_TO: given(z.email('must be a mail address')),
  BASE_URL: given(z.url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })),
  /** Opens the mails of sign-in: the same as the api's. */
  SESSION_SECRET: identityVariables.SESSION_SECRET,
  OFFICE_NAME: given(z.string().max(200)),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** How long jobs and due timers stay with a worker that gives no sign of life. */
  JOB_LOCK_SECONDS: z.coerce.number().min(1).max(600).default(30),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(20),
})

export interface WorkerConfig {
  databaseUrl: string
  directUrl: string
  redisUrl: string | undefined
  allowUnsafeRedis: boolean
  /** Mails go to a mail server; without one they land in the local mailbox, which the api shows. */
  smtpUrl: string | undefined
  mailFrom: string | undefined
  /** Where mail servers report what they could not deliver. */
  bouncesTo: string | undefined
  baseUrl: string
  officeName: string
  /** Out of SESSION_SECRET, the newest first. */
  secrets: readonly [string, ...string[]]
  logLevel: string
  lockSeconds: number
  poolSize: number
}

/** A variable is wrong; the sentence names it. Its value is not repeated, since it may hold a password. */
export class ConfigProblem extends Error {}

/** Reads the variables once. Throws `ConfigProblem` naming every one that is wrong. */
export function readConfig(variables: NodeJS.ProcessEnv): WorkerConfig {
  const parsed = environment.safeParse(variables)
  if (!parsed.success) throw new ConfigProblem(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const env = parsed.data
  return {
    databaseUrl: env.DATABASE_URL, directUrl: env.DIRECT_DATABASE_URL ?? env.DATABASE_URL, redisUrl: env.REDIS_URL, allowUnsafeRedis: env.ALLOW_UNSAFE_REDIS === '1',
    smtpUrl: env.SMTP_URL, mailFrom: env.MAIL_FROM, bouncesTo: env.MAIL_BOUNCES_TO, baseUrl: env.BASE_URL ?? 'http://localhost:3000', officeName: env.OFFICE_NAME ?? '事務局', secrets: sessionSecrets(env.SESSION_SECRET),
    logLevel: env.LOG_LEVEL, lockSeconds: env.JOB_LOCK_SECONDS, poolSize: env.DATABASE_POOL,
  }
}
