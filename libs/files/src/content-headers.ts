/** What a browser may show in its own window; everything else is saved. A letter is our own HTML, without scripts. */
const SHOWN = new Set(['application/pdf', 'image/png', 'image/jpeg', 'image/webp', 'image/gif', 'text/html'])
/** Nothing in a file may run, load, frame or be framed. A sandboxed document has no origin, so it reads nothing of ours. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"

export interface Content {
  name: string
  mediaType: string
  /** Its sum, which becomes the ETag; null where whoever asks may not learn it. */
  sha256: string | null
}

/** Headers under which a file leaves. Only pictures, PDFs and letters are shown in place, and only where that is asked. */
export function contentHeaders({ name, mediaType, sha256 }: Content, wanted: 'inline' | 'attachment'): Record<string, string> {
  const shown = wanted === 'inline' && SHOWN.has(mediaType)
  return {
    'content-type': mediaType.startsWith('text/') ? `${mediaType}${mediaType === 'text/html' ? '; charset=utf-8' : ''}` : mediaType,
    'content-disposition': disposition(shown ? 'inline' : 'attachment', name),
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'x-frame-options': 'SAMEORIGIN',
    ...(sha256 === null ? { 'cache-control': 'private, no-store' } : { 'cache-control': 'private, no-cache', etag: `"${sha256}"` }),
  }
}

/** RFC 6266: the name in ASCII for the oldest, and as RFC 8187 (5987) has it for all others. */
export function disposition(kind: 'inline' | 'attachment', name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_')
  const extended = encodeURIComponent(name).replace(/['()*!]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${extended}`
}

/** The one range of bytes that a `Range` header asks for, both ends included; undefined for all of it, 'none' where it lies outside. */
export function byteRange(header: string | undefined, size: number): { start: number; end: number } | undefined | 'none' {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!asked || (asked[1] === '' && asked[2] === '')) return undefined
  const [first, last] = [asked[1], asked[2]].map((digits) => (digits === '' ? undefined : Number(digits)))
  const start = first ?? Math.max(0, size - (last ?? 0))
  const end = first === undefined ? size - 1 : Math.min(last ?? size - 1, size - 1)
  return start > end || start >= size ? 'none' : { start, end }
}
