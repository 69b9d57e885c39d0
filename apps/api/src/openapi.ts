import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger'
import { cleanupOpenApiDoc } from 'nestjs-zod'
import { ProblemDto } from './answers.js'

/** The page's own files: they come with the package, so that it works without a network. */
const ASSETS: Record<string, string> = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript', 'favicon-32x32.png': 'image/png' }

const PAGE = `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Saitaku API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css"><link rel="icon" href="/api/docs/favicon-32x32.png"></head>
<body><div id="page"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body></html>`
const START = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#page', deepLinking: true, validatorUrl: null, tryItOutEnabled: true })`
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'"

/** OpenAPI 3.1 of every route, made from the same schemas that read the requests. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Saitaku')
    .setDescription('Workflow engine for subsidies, awards and registrations of cities. Errors are application/problem+json; times are RFC 3339 with offset.')
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-Dev-Identity', description: 'For development: {"person": "<uuid>", "roles": ["secretariat"]}' }, 'devIdentity')
    .addSecurityRequirements('devIdentity')
  const document = cleanupOpenApiDoc(SwaggerModule.createDocument(app, builder.build(), { extraModels: [ProblemDto] }))
  for (const path of Object.values(document.paths)) for (const operation of Object.values(path as Record<string, { responses?: Record<string, unknown> }>)) if (operation.responses) operation.responses.default ??= PROBLEM
  return document
}

const PROBLEM = { description: 'A problem', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } } }

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
