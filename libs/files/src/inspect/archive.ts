import { PassThrough, type Readable } from 'node:stream'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { FILE_TYPES, type FileType } from '@saitaku/forms'
import type { FileRefusal } from '../entities/attachment.entity.js'
import { endingOf } from '../file-name.js'
import { FILE_REFUSALS } from '../file-refusals.js'
import type { ContentSource } from './content-source.js'

/** What an archive may unpack to, all in all; and from where on it may not be more than a hundred times its size. */
const MOST_BYTES = 500_000_000
const FREE_BYTES = 100_000_000
const MOST_TIMES = 100
const MOST_ENTRIES = 10_000
/** The longest text that says what an OpenDocument file is. */
const LONGEST_MEDIA_TYPE = 200

const NESTED = new Set(['zip', '7z', 'rar', 'gz', 'tgz', 'bz2', 'xz', 'tar', 'lzh', 'zst'])
/** An office file is known by the part that holds its content. */
const PARTS: readonly (readonly [part: string, ending: string])[] = [['word/document.xml', 'docx'], ['xl/workbook.xml', 'xlsx'], ['xl/workbook.bin', 'xlsb'], ['ppt/presentation.xml', 'pptx']]

type Found = { type: FileType } | { refusal: FileRefusal | undefined }

const typeOfEnding = (ending: string): FileType | undefined => FILE_TYPES.find((one) => one.endings.includes(ending))
const ZIP = typeOfEnding('zip') as FileType

/** What a ZIP holds: an office file, or an archive. Every entry is unpacked once, into nothing, and must be what it says. */
export async function inspectArchive(content: ContentSource, ending: string): Promise<Found> {
  let zip: ZipFile | undefined
  try {
    zip = await yauzl.fromRandomAccessReaderPromise(new StoredZip(content), content.size, { autoClose: false, lazyEntries: true, decodeStrings: true, validateEntrySizes: true, strictFileNames: false })
    const entries = await entriesOf(zip)
    const type = await typeOfEntries(zip, entries)
    const refusal = entries === 'tooMany' ? FILE_REFUSALS.bomb() : badEntries(entries, type, content.size) ?? (await unpacked(zip, entries))
    if (refusal) return { refusal }
    return type ? { type } : { refusal: undefined }
  } catch (error) {
    if (error instanceof StoreFailed) throw error.cause
    return { refusal: FILE_REFUSALS.truncated(typeOfEnding(ending) ?? ZIP) }
  } finally {
    zip?.close()
  }
}

async function entriesOf(zip: ZipFile): Promise<Entry[] | 'tooMany'> {
  if (zip.entryCount > MOST_ENTRIES) return 'tooMany'
  const entries: Entry[] = []
  for await (const entry of zip.eachEntry()) {
    entries.push(entry)
    if (entries.length > MOST_ENTRIES) return 'tooMany'
  }
  return entries
}

/** Undefined for what is packed like an office file and is none that is known. */
async function typeOfEntries(zip: ZipFile, entries: Entry[] | 'tooMany'): Promise<FileType | undefined> {
  if (entries === 'tooMany') return ZIP
  const names = new Set(entries.map((entry) => entry.fileName))
  if (names.has('[Content_Types].xml')) {
    const part = PARTS.find(([name]) => names.has(name))
    return part && typeOfEnding(part[1])
  }
  const declared = entries.find((entry) => entry.fileName === 'mimetype' && entry.uncompressedSize <= LONGEST_MEDIA_TYPE)
  if (!declared) return ZIP
  const text = (await whole(await zip.openReadStreamPromise(declared))).toString('latin1').trim()
  return FILE_TYPES.find((one) => one.mediaType === text)
}

function badEntries(entries: readonly Entry[], type: FileType | undefined, size: number): FileRefusal | undefined {
  const packed = entries.reduce((sum, entry) => sum + entry.compressedSize, 0)
  const unpackedSize = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0)
  // entries that share their bytes add up to more than the file
  if (packed > size || unpackedSize > MOST_BYTES || (unpackedSize > FREE_BYTES && unpackedSize > size * MOST_TIMES)) return FILE_REFUSALS.bomb()
  if (entries.some((entry) => entry.isEncrypted())) return FILE_REFUSALS.locked()
  if (type !== ZIP && entries.some((entry) => /(^|\/)vbaProject\.bin$/i.test(entry.fileName) || /^Basic\//.test(entry.fileName))) return FILE_REFUSALS.macros()
  return type === ZIP && entries.some((entry) => NESTED.has(endingOf(entry.fileName))) ? FILE_REFUSALS.bomb() : undefined
}

/** Throws where an entry is not as long as it says, or does not unpack. */
async function unpacked(zip: ZipFile, entries: readonly Entry[]): Promise<undefined> {
  for (const entry of entries) {
    if (entry.fileName.endsWith('/')) continue
    for await (const chunk of await zip.openReadStreamPromise(entry)) void chunk
  }
  return undefined
}

async function whole(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** The store failed, and not the file. */
class StoreFailed extends Error {}

/** A file's end is read once and kept, since that is where a ZIP has its directory. */
class StoredZip extends yauzl.RandomAccessReader {
  constructor(private readonly content: ContentSource) {
    super()
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const { size, tail } = this.content
    const through = new PassThrough()
    const tailBegins = size - tail.length
    if (start >= tailBegins) through.end(tail.subarray(start - tailBegins, end - tailBegins))
    else
      this.content.read(start, end - 1).then(
        (stored) => stored.on('error', (error) => through.destroy(new StoreFailed(error.message, { cause: error }))).pipe(through),
        (error: unknown) => through.destroy(new StoreFailed('the store cannot be read', { cause: error })),
      )
    return through
  }
}
