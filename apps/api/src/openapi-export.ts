import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { Database } from '@saitaku/database'
import { pino } from 'pino'
import { ApiModule } from './api.module.js'
import { readConfig } from './config.js'
import { openApiDocument } from './openapi.js'

/** Nothing of it is used: the modules are only looked at. */
const CONFIG = readConfig({ DATABASE_URL: 'postgres://nowhere', LOG_LEVEL: 'silent', SESSION_SECRET: 'nothing is sealed or signed with it' })

/**
 * The OpenAPI description as JSON. The modules are only looked at, never made (Nest's preview), so that neither
 * a database nor any other service needs to be there.
 */
export async function openApiText(): Promise<string> {
  const logger = pino({ level: 'silent' })
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.with(CONFIG, {} as Database, logger), new FastifyAdapter(), { preview: true, logger: false, abortOnError: false })
  return `${JSON.stringify(openApiDocument(app), null, 2)}\n`
}
