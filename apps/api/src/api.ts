import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { Database } from '@saitaku/database'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Logger as NestLogger } from 'nestjs-pino'
import { pino, type Logger } from 'pino'
import { ApiModule } from './api.module.js'
import type { ApiConfig } from './config.js'
import { letUploadsThrough } from './files/index.js'
import { serveOpenApi } from './openapi.js'
import { pathOf, sendProblem } from './problem.filter.js'
import { foreignProblem } from './problems.js'
import { contentProblem } from './request-content.js'
import { serveDevelopmentPeople } from './web/development-people.js'
import { serveWeb } from './web/serve-web.js'

/** A form with its longest answers; a programme's files are larger and are administrators'. */
const BODY_LIMIT = 2_000_000
const HEADERS = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', 'x-frame-options': 'DENY', 'cross-origin-resource-policy': 'same-origin' }

/** The API on a connected database, ready to listen. Closing it closes the database. */
export async function createApi(config: ApiConfig, database: Database, logger: Logger = createLogger(config)): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    loggerInstance: logger, disableRequestLogging: true, skipMiddie: true, bodyLimit: BODY_LIMIT, return503OnClosing: true, trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false, routerOptions: { maxParamLength: 200 },
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => sendProblem(foreignProblem(error.statusCode ?? 400, error.code), request, reply),
  })
  prepare(adapter.getInstance<FastifyInstance>())
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.with(config, database, logger), adapter, { bufferLogs: true, bodyParser: false })
  app.useLogger(app.get(NestLogger))
  app.enableShutdownHooks()
  serveOpenApi(app)
  if (config.devIdentity) serveDevelopmentPeople(adapter.getInstance<FastifyInstance>(), database)
  serveWeb(adapter.getInstance<FastifyInstance>(), config, database)
  await app.init()
  await adapter.getInstance().ready()
  return app
}

export function createLogger({ logLevel }: Pick<ApiConfig, 'logLevel'>): Logger {
  return pino({ level: logLevel, base: { process: 'api' }, timestamp: pino.stdTimeFunctions.isoTime })
}

/** JSON and merge patches are read, nothing else; and nothing reaches a schema that recursion or the database would choke on. */
function prepare(fastify: FastifyInstance): void {
  fastify.removeContentTypeParser('text/plain')
  fastify.addContentTypeParser('application/merge-patch+json', { parseAs: 'string' }, fastify.getDefaultJsonParser('error', 'error'))
  letUploadsThrough(fastify)
  fastify.addHook('preValidation', (request, reply, done) => {
    const problem = contentProblem(request.body) ?? contentProblem(request.query)
    if (!problem) return done()
    sendProblem(problem, request, reply)
  })
  fastify.addHook('onSend', (request, reply, payload, done) => {
    // what one person sees stays with them, also in the browser's memory after they signed out
    if (request.viewer && !reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-store')
    for (const [name, value] of Object.entries(HEADERS)) if (!reply.hasHeader(name)) reply.header(name, value)
    done(null, payload)
  })
  fastify.addHook('onResponse', (request, reply, done) => {
    request.log.info({ method: request.method, path: pathOf(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10, person: request.viewer?.personId ?? undefined }, 'request')
    done()
  })
}
