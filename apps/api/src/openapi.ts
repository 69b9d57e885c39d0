import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger'
import { cleanupOpenApiDoc } from 'nestjs-zod'
import { ProblemDto } from './answers.js'
import { describeSchemas } from './openapi-schemas.js'

/** The page's own files: they come with the package, so that it works without a network. */
const ASSETS: Record<string, string> = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript', 'favicon-32x32.png': 'image/png' }

const PAGE = `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Saitaku API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css"><link rel="icon" href="/api/docs/favicon-32x32.png"></head>
<body><div id="page"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body></html>`
const START = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null, tryItOutEnabled: true })`
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'"

const PROBLEM = { description: 'What went wrong', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }

interface Operation {
  operationId?: string
  responses?: Record<string, { description?: string }>
}

/**
 * OpenAPI 3.1 of every route, made from the same schemas that read the requests. An operation is named by its
 * controller and method (`calls_create`), and whatever is no success answers with a problem.
 */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Saitaku')
    .setDescription('Workflow engine for subsidies, awards and registrations of cities. Errors are application/problem+json; times are RFC 3339 with offset; lists are keyset-paged by `limit` and `after`.')
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/')
    .setOpenAPIVersion('3.1.0')
    .addApiKey({ type: 'apiKey', in: 'cookie', name: '__Host-session', description: 'Set by signing in; `saitaku-session` where the service is reached by plain http on one machine. Writes bring the session’s `X-CSRF-Token` too.' }, 'session')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Dev-Identity', description: 'For development: {"person": "<uuid>", "roles": ["secretariat"]}' }, 'devIdentity')
    .addSecurityRequirements('session')
    .addSecurityRequirements('devIdentity')
  const made = SwaggerModule.createDocument(app, builder.build(), { extraModels: [ProblemDto], operationIdFactory: operationName })
  const raw = cleanupOpenApiDoc({ ...made, components: { ...made.components, schemas: {} } }) // of parameters; schemas are our own
  const { names, schemas } = describeSchemas(app, [ProblemDto])
  const paths = JSON.parse(JSON.stringify(raw.paths), (key, value: unknown) => (key === '$ref' && typeof value === 'string' ? renamed(value, names, schemas) : value)) as OpenAPIObject['paths']
  for (const path of Object.values(paths)) for (const operation of Object.values(path as Record<string, Operation>)) complete(operation)
  return { ...raw, paths, components: { ...raw.components, schemas: reached(paths, schemas) } }
}

const operationName = (controller: string, method: string): string => `${controller.replace(/Controller$/, '').replace(/^./, (first) => first.toLowerCase())}_${method}`

function renamed(reference: string, names: Map<string, string>, schemas: Record<string, unknown>): string {
  const name = reference.replace('#/components/schemas/', '')
  const id = names.get(name) ?? name
  if (schemas[id] === undefined) throw new Error(`The API's description refers to ${reference}, which no schema describes`)
  return `#/components/schemas/${id}`
}

/** The schemas that some route refers to, itself or through another, by name. */
function reached(paths: object, schemas: Record<string, object>): Record<string, object> {
  const found = new Set<string>()
  const waiting: object[] = [paths, PROBLEM]
  for (let part = waiting.pop(); part; part = waiting.pop())
    for (const [, id = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      const schema = schemas[id]
      if (schema && !found.has(id)) waiting.push(schema)
      found.add(id)
    }
  return Object.fromEntries([...found].sort().map((id) => [id, schemas[id] ?? {}]))
}

function complete({ responses }: Operation): void {
  if (!responses) return
  for (const [status, response] of Object.entries(responses)) response.description ||= status === '204' ? 'Done' : 'As asked'
  responses.default ??= PROBLEM
}

/** Serves the document and the page that shows it. Made on first request: it costs what a start should not. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance()
  let document: string | undefined
  fastify.get('/api/openapi.json', (_, reply) => reply.type('application/json; charset=utf-8').send((document ??= JSON.stringify(openApiDocument(app)))))
  const require = createRequire(import.meta.url)
  const folder = dirname(require.resolve('swagger-ui-dist/package.json'))
  fastify.get('/api/docs', (_, reply) => reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(PAGE))
  fastify.get('/api/docs/start.js', (_, reply) => reply.type('text/javascript; charset=utf-8').send(START))
  for (const [file, type] of Object.entries(ASSETS))
    fastify.get(`/api/docs/${file}`, async (_, reply) => reply.type(type).header('cache-control', 'public, max-age=86400').send(await readFile(join(folder, file))))
}
