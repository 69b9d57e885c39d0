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
})

export interface ApiConfig {
  databaseUrl: string
  port: number
  host: string
  baseUrl: string | undefined
  /** Mails go to a mail server; without one they land in the local mailbox, which this process shows. */
  sendsMail: boolean
  logLevel: string
  poolSize: number
  devIdentity: boolean
}

/** A variable is wrong; the sentence names it. Its value is not repeated, since it may hold a password. */
export class ConfigProblem extends Error {}

/** Reads the variables once. Throws `ConfigProblem` naming every one that is wrong. */
export function readConfig(variables: NodeJS.ProcessEnv): ApiConfig {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== '')) // an empty variable is none
  const parsed = environment.safeParse(set)
  if (!parsed.success) throw new ConfigProblem(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  const env = parsed.data
  return {
    databaseUrl: env.DATABASE_URL, port: env.PORT, host: env.HOST, baseUrl: env.BASE_URL, sendsMail: env.SMTP_URL !== undefined, logLevel: env.LOG_LEVEL,
    poolSize: env.DATABASE_POOL, devIdentity: env.SAITAKU_DEV_IDENTITY === '1',
  }
}
