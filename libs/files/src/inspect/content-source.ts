import type { Readable } from 'node:stream'
import { readPart, type Vault } from '../vault/vault.js'

/** A stored file to look into: its beginning and end in memory, any part of it on demand. */
export interface ContentSource {
  size: number
  head: Buffer
  tail: Buffer
  read(start: number, end: number): Promise<Readable>
}

const HEAD_BYTES = 64 * 1024
/** Long enough for a ZIP's directory of some 10,000 files, so that reading it asks the store once. */
const TAIL_BYTES = 1024 * 1024

export async function openContent(vault: Vault, id: string, size: number): Promise<ContentSource> {
  const head = await readPart(vault, id, { start: 0, end: Math.min(size, HEAD_BYTES) - 1 })
  const tail = size <= HEAD_BYTES ? head : await readPart(vault, id, { start: Math.max(0, size - TAIL_BYTES), end: size - 1 })
  return { size, head, tail, read: (start, end) => vault.read(id, { start, end }) }
}
