import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { ensureBuild } from '../../scripts/build.mjs'

interface Chunk { file: string; imports?: string[]; css?: string[] }

const BUILT = path.resolve(import.meta.dirname, '../../dist/apps/web')
const KB = 1_000
/** What is loaded before a first page of each audience shows, after compression. */
const ALLOWED: [audience: string, page: string, kilobytes: number][] = [
  ['public', 'src/public/call-page.tsx', 180], ['applicant', 'src/applicant/status-page.tsx', 180], ['review', 'src/review/review-page.tsx', 240], ['office', 'src/office/home-page.tsx', 300],
]

describe('what a browser has to load', () => {
  beforeAll(async () => { await ensureBuild() }, 120_000)

  it.each(ALLOWED)('is small enough for the %s', (_, page, kilobytes) => {
    expect(size(page, 'file')).toBeLessThanOrEqual(kilobytes * KB)
    expect(size(page, 'css')).toBeLessThanOrEqual(20 * KB)
  })

  it('comes compressed already', () => {
    const { file } = manifest()['index.html'] ?? { file: '' }
    expect([existsSync(path.join(BUILT, `${file}.br`)), existsSync(path.join(BUILT, `${file}.gz`))]).toEqual([true, true])
  })
})

function manifest(): Record<string, Chunk> {
  return JSON.parse(readFileSync(path.join(BUILT, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
}

function size(page: string, what: 'file' | 'css'): number {
  const chunks = manifest(), files = new Set<string>(), seen = new Set<string>()
  const visit = (name: string): void => {
    const chunk = chunks[name]
    if (!chunk || seen.has(name)) return
    seen.add(name)
    if (what === 'file') files.add(chunk.file)
    for (const file of what === 'css' ? chunk.css ?? [] : []) files.add(file)
    chunk.imports?.forEach(visit)
  }
  visit('index.html')
  visit(page)
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(BUILT, file))).length, 0)
}
