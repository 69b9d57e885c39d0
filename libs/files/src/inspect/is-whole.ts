import type { ContentSource } from './content-source.js'

/** Whether a file ends as files of its type do. Only the types of which one can tell; archives are read through instead. */
export function isWhole(mediaType: string, content: ContentSource): boolean {
  const { head, tail, size } = content
  switch (mediaType) {
    case 'application/pdf': {
      const end = tail.subarray(-2_048).toString('latin1')
      return end.includes('%%EOF') && tail.includes('startxref')
    }
    case 'image/png':
      return tail.subarray(-16).includes('IEND')
    case 'image/jpeg':
      // within the picture's data FF is always followed by 00 or a restart: FF D9 is its end, and cameras may append to it
      return tail.includes(Buffer.from([0xff, 0xd9]))
    case 'image/gif':
      return tail.at(-1) === 0x3b
    case 'image/webp':
      return size >= 12 && head.readUInt32LE(4) + 8 <= size
    case 'image/heic':
      return boxesFit(content)
    case 'application/msword':
    case 'application/vnd.ms-excel':
    case 'application/vnd.ms-powerpoint':
    case 'application/x-js-taro':
      return sectorsFit(head, size)
    default:
      return true
  }
}

/** The boxes of an ISO media file follow each other to the end; looks at those that begin in its head. */
function boxesFit({ head, size }: ContentSource): boolean {
  let at = 0
  while (at + 16 <= head.length) {
    const short = head.readUInt32BE(at)
    const length = short === 1 ? Number(head.readBigUInt64BE(at + 8)) : short
    if (length === 0) return true // to the end of the file
    if (length < 8) return false
    at += length
    if (at === size) return true
  }
  return at <= size
}

/** A compound file is whole sectors after a header that counts those of its table: each describes 128 (or 1,024) others. */
function sectorsFit(head: Buffer, size: number): boolean {
  if (head.length < 512) return false
  const sector = 2 ** head.readUInt16LE(30)
  const tables = head.readUInt32LE(44)
  const directory = head.readUInt32LE(48)
  return sector >= 512 && sector <= 4_096 && tables * sector < size && (directory + 2) * sector <= size + sector
}
