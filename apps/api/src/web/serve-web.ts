import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { appNow, type Database } from '@saitaku/database'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiConfig } from '../config.js'
import { chooseEncoding, readAssets, type Asset } from './web-assets.js'

const SETTINGS = '<script type="application/json" id="settings">{}</script>'
const IMMUTABLE = 'public, max-age=31536000, immutable'
/** What is no page: unknown addresses below them are answered as the API answers. */
const NOT_A_PAGE = /^\/(api|health|ready|mailbox|metrics|assets|dev)(\/|$)/

/**
 * Scripts and styles come from our own files alone; the nonce is for the one style that React Aria adds. Frames and
 * blobs are for previews of documents.
 */
const policy = (nonce: string): string =>
  `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; `
  + `frame-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'`

/**
 * Serves the pages: their assets for good, and for every address of a page the one document, which finds its way in the
 * browser. Does nothing where the pages are not built, as in tests of the API.
 */
export function serveWeb(fastify: FastifyInstance, { devIdentity, sendsMail }: Pick<ApiConfig, 'devIdentity' | 'sendsMail'>, database: Database, folder = builtPages()): void {
  if (folder === undefined) return
  const assets = readAssets(folder)
  const page = readFileSync(path.join(folder, 'index.html'), 'utf8')
  if (!page.includes(SETTINGS)) throw new Error(`${folder}/index.html has no place for the settings`)

  fastify.get('/assets/:name', (request, reply) => {
    const asset = assets.get(pathOf(request))
    return asset ? sendAsset(asset, request, reply) : reply.callNotFound()
  })
  fastify.get('/*', async (request, reply) => {
    if (NOT_A_PAGE.test(pathOf(request))) return reply.callNotFound()
    const nonce = randomBytes(16).toString('base64url')
    const settings = { now: (await appNow(database)).toISOString(), devIdentity, mailbox: !sendsMail }
    return reply
      .type('text/html; charset=utf-8').header('cache-control', 'no-store').header('content-security-policy', policy(nonce))
      .header('cross-origin-opener-policy', 'same-origin').header('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()')
      .send(page
        .replace(SETTINGS, () => SETTINGS.replace('{}', () => JSON.stringify(settings)))
        .replace('<title>', () => `<meta property="csp-nonce" content="${nonce}"><title>`))
  })
}

/** Beside this program, where the build puts them. */
function builtPages(): string | undefined {
  const folder = path.resolve(import.meta.dirname, '../../../web')
  return existsSync(path.join(folder, 'assets')) ? folder : undefined // the sources have a document too, but no assets
}

function sendAsset(asset: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { body, encoding } = chooseEncoding(asset, request.headers['accept-encoding'])
  if (encoding !== undefined) void reply.header('content-encoding', encoding)
  return reply.type(asset.type).header('cache-control', IMMUTABLE).header('vary', 'accept-encoding').send(body)
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? ''
