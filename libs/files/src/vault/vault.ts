import type { Readable } from 'node:stream'
import type { DataStore } from '@tus/server'

/** Bytes from `start` to `end`, both counted from 0 and both included. */
export interface ByteRange {
  start: number
  end: number
}

/** Where bytes lie: a folder of this machine, or a bucket. A file lies under the id of its row, which nobody else chooses. */
export interface Vault {
  /** Through which uploads are written. Asked for an upload of which nothing is there, it throws tus' own errors. */
  readonly store: DataStore
  /** Bytes that are stored; undefined where nothing is. */
  size(id: string): Promise<number | undefined>
  /** All of it, or a part. Throws `NothingStored`. */
  read(id: string, range?: ByteRange): Promise<Readable>
  /** Returns when the last byte is where a power failure leaves it. */
  settle(id: string): Promise<void>
  /** Takes it away; nothing happens where nothing is stored. */
  discard(id: string): Promise<void>
  close(): void
}

/** The bytes of a file that the record knows are gone. */
export class NothingStored extends Error {
  constructor(id: string) {
    super(`Nothing is stored for file ${id}`)
    this.name = 'NothingStored'
  }
}

/** A part of a file in memory: for parts whose length is known to be small. */
export async function readPart(vault: Pick<Vault, 'read'>, id: string, range: ByteRange): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of await vault.read(id, range)) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
