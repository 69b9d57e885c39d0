import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** One built file in the forms it can be sent in. */
export interface Asset {
  type: string
  plain: Buffer
  br?: Buffer
  gzip?: Buffer
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8', '.mjs': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.json': 'application/json; charset=utf-8', '.woff2': 'font/woff2', '.png': 'image/png', '.wasm': 'application/wasm',
}

/** The files of `folder`/assets by their address. Their names hold a hash of the content, so each is read once and never changes. */
export function readAssets(folder: string): Map<string, Asset> {
  const within = path.join(folder, 'assets')
  const names = new Set(readdirSync(within))
  const read = (name: string): Buffer => readFileSync(path.join(within, name))
  return new Map([...names].flatMap((name): [string, Asset][] => {
    const type = TYPES[path.extname(name)]
    if (type === undefined) return []
    const asset: Asset = { type, plain: read(name) }
    if (names.has(`${name}.br`)) asset.br = read(`${name}.br`)
    if (names.has(`${name}.gz`)) asset.gzip = read(`${name}.gz`)
    return [[`/assets/${name}`, asset]]
  }))
}

/** The form that the browser takes and is smallest. */
export function chooseEncoding(asset: Asset, accepted: string | undefined): { body: Buffer; encoding?: string } {
  const takes = (name: string): boolean => (accepted ?? '').split(',').some((each) => each.trim().split(';')[0] === name && !/;\s*q=0(\.0*)?\s*$/.test(each))
  if (asset.br && takes('br')) return { body: asset.br, encoding: 'br' }
  if (asset.gzip && takes('gzip')) return { body: asset.gzip, encoding: 'gzip' }
  return { body: asset.plain }
}
