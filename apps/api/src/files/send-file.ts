import type { Readable } from 'node:stream'
import { StreamableFile } from '@nestjs/common'
import { byteRange, contentHeaders, NothingStored, type Vault } from '@saitaku/files'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { matchingTags } from '../etags.js'
import { HttpProblem } from '../problems.js'

export type Showing = 'inline' | 'attachment'

export interface StoredFile {
  id: string
  /** As this person may know it. */
  name: string
  size: number
  mediaType: string
  /** Null where this person may not learn it: then nothing tells whether they guessed it. */
  sha256: string | null
}

/** Answers with a stored file, or the one range of it that is asked for. */
export async function sendFile(vault: Vault, { id, name, size, mediaType, sha256 }: StoredFile, wanted: Showing, request: FastifyRequest, reply: FastifyReply): Promise<StreamableFile | undefined> {
  reply.headers({ ...contentHeaders({ name, mediaType, sha256 }, wanted), 'accept-ranges': 'bytes' })
  if (sha256 !== null && holds(request, sha256)) return unchanged(reply)
  const range = byteRange(request.headers.range, size)
  if (range === 'none') throw new HttpProblem(416, 'range', { ja: '範囲がファイルの外です', en: 'The range lies outside of the file' }, {}, { 'content-range': `bytes */${size}` })
  if (range) void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`)
  void reply.header('content-length', range ? range.end - range.start + 1 : size)
  return new StreamableFile(await stored(vault, id, range))
}

/** Whether whoever asks has the content already. */
export function holds(request: FastifyRequest, sha256: string): boolean {
  const tags = matchingTags(request.headers['if-none-match'])
  return tags === '*' || (tags?.includes(`"${sha256}"`) ?? false)
}

export function unchanged(reply: FastifyReply): undefined {
  void reply.code(304)
  return undefined
}

export const damaged = (): HttpProblem => new HttpProblem(410, 'damaged', { ja: '保存されたファイルが失われているか、変わっています。事務局にお問い合わせください', en: 'The stored file is lost or has changed. Please ask the office' })

async function stored(vault: Vault, id: string, range: { start: number; end: number } | undefined): Promise<Readable> {
  try {
    return await vault.read(id, range)
  } catch (error) {
    throw error instanceof NothingStored ? damaged() : error
  }
}
