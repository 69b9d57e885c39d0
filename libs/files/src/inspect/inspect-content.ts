import { fileTypeFromBuffer } from 'file-type'
import { FILE_TYPES, type FileType } from '@saitaku/forms'
import type { FileRefusal } from '../entities/attachment.entity.js'
import { endingOf } from '../file-name.js'
import { FILE_REFUSALS } from '../file-refusals.js'
import type { Vault } from '../vault/vault.js'
import { inspectArchive } from './archive.js'
import { openContent, type ContentSource } from './content-source.js'
import { isWhole } from './is-whole.js'
import { expandsTooFar } from './pixels.js'
import { isText } from './text.js'

export type Inspected = { refusal: FileRefusal; mediaType: undefined } | { refusal: undefined; mediaType: string }

const refused = (refusal: FileRefusal): Inspected => ({ refusal, mediaType: undefined })
const byMediaType = new Map(FILE_TYPES.map((one) => [one.mediaType, one]))
const byEnding = new Map(FILE_TYPES.flatMap((one) => one.endings.map((ending) => [ending, one] as const)))

/** Old office files are all containers of one kind (compound files): which program's, only the name says. */
const COMPOUND = 'application/x-cfb'
const COMPOUND_ENDINGS = new Set(['doc', 'xls', 'ppt', 'jtd'])
const ZIPPED_ENDINGS = new Set(['docx', 'xlsx', 'pptx'])

/**
 * Judges a stored file by its content: what it is, whether its name says the same, whether the field takes it, whether
 * it is whole, and whether it would grow beyond measure. The first thing that is wrong is the answer.
 */
export async function inspectContent(vault: Vault, file: { id: string; name: string; size: number }, accepted: readonly FileType[]): Promise<Inspected> {
  const content = await openContent(vault, file.id, file.size)
  const ending = endingOf(file.name)
  const found = await typeOf(content, vault, file.id, ending)
  if ('refusal' in found) return refused(found.refusal ?? FILE_REFUSALS.unknownType(accepted))
  const { type } = found
  if (!type.endings.includes(ending)) return refused(FILE_REFUSALS.renamed(ending, type))
  if (!accepted.some((one) => one.mediaType === type.mediaType)) return refused(FILE_REFUSALS.notAccepted(type, accepted))
  if (!isWhole(type.mediaType, content)) return refused(FILE_REFUSALS.truncated(type))
  if (expandsTooFar(type.mediaType, content.head)) return refused(FILE_REFUSALS.bomb())
  return { refusal: undefined, mediaType: type.mediaType }
}

type Found = { type: FileType } | { refusal: FileRefusal | undefined }

async function typeOf(content: ContentSource, vault: Vault, id: string, ending: string): Promise<Found> {
  if (isZip(content.head)) return inspectArchive(content, ending)
  const sniffed = await fileTypeFromBuffer(content.head)
  if (sniffed?.mime === COMPOUND) return compound(ending)
  const known = sniffed && byMediaType.get(sniffed.mime === 'image/heif' ? 'image/heic' : sniffed.mime)
  if (known) return { type: known }
  if (sniffed) return { refusal: undefined }
  const claimed = byEnding.get(ending)
  if (await isText(await vault.read(id))) {
    const text = claimed?.kind === 'text' ? claimed : byMediaType.get('text/plain')
    if (text) return { type: text }
  }
  // begins like nothing: what its name promises is broken
  return { refusal: claimed && claimed.kind !== 'text' ? FILE_REFUSALS.truncated(claimed) : undefined }
}

const isZip = (head: Buffer): boolean => head.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004', 'latin1'))

function compound(ending: string): Found {
  const claimed = byEnding.get(ending)
  if (ZIPPED_ENDINGS.has(ending)) return { refusal: FILE_REFUSALS.locked() } // a new office file under a password is a compound file
  return claimed && COMPOUND_ENDINGS.has(ending) ? { type: claimed } : { refusal: undefined }
}
