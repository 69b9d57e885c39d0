import { createHash, randomBytes } from 'node:crypto'
import { crc32, deflateRawSync, deflateSync } from 'node:zlib'

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** A PDF that opens, padded to some length with a stream that nothing shows. */
export function pdf(bytes = 2_000, text = 'hello'): Buffer {
  const head = Buffer.from('%PDF-1.4\n%\u00e2\u00e3\n', 'latin1')
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R] /Count 1 >>', '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>', `<< /Title (${text}) >>`]
  const parts: Buffer[] = [head]
  const offsets: number[] = []
  let at = head.length
  const put = (part: Buffer): void => { parts.push(part); at += part.length }
  for (const [i, object] of objects.entries()) {
    offsets.push(at)
    put(Buffer.from(`${i + 1} 0 obj\n${object}\nendobj\n`))
  }
  const filling = Math.max(0, bytes - at - 400)
  offsets.push(at)
  put(Buffer.concat([Buffer.from(`5 0 obj\n<< /Length ${filling} >>\nstream\n`), randomBytes(filling), Buffer.from('\nendstream\nendobj\n')]))
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  put(Buffer.from(`xref\n0 6\n0000000000 65535 f \n${table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`))
  return Buffer.concat(parts)
}

/** A grey picture; with other sizes in its header than it has where they are given. */
export function png(width = 4, height = 4, claimed: [number, number] = [width, height]): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(claimed[0], 0)
  header.writeUInt32BE(claimed[1], 4)
  header.set([8, 0, 0, 0, 0], 8)
  const rows = Buffer.concat(Array.from({ length: height }, () => Buffer.concat([Buffer.from([0]), randomBytes(width)])))
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

export interface ZipPart {
  name: string
  content: string | Buffer
  /** What the directory says instead of how long the content is. */
  claims?: number
  encrypted?: boolean
}

export function zip(parts: readonly ZipPart[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, content, claims, encrypted } of parts) {
    const raw = Buffer.from(content)
    const packed = deflateRawSync(raw)
    const bytes = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE((encrypted ? 1 : 0) | 0x800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(raw), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(claims ?? raw.length, 18)
    common.writeUInt16LE(bytes.length, 22)
    const file = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, bytes, packed])
    const entry = Buffer.concat([Buffer.from('PK\u0001\u0002', 'latin1'), Buffer.from([20, 0]), common, Buffer.alloc(14), bytes])
    entry.writeUInt32LE(at, 42)
    directory.push(entry)
    files.push(file)
    at += file.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, list, end])
}

export const docx = (more: readonly ZipPart[] = []): Buffer =>
  zip([{ name: '[Content_Types].xml', content: '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>' }, { name: 'word/document.xml', content: '<document/>' }, ...more])
