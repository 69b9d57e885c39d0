import { constants } from 'node:fs'
import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { FileStore } from '@tus/file-store'
import type { Upload } from '@tus/server'
import { isMissing } from './missing.js'
import { brought, type HashStates } from './hash-states.js'
import type { UploadRecords } from './upload-records.js'
import { NothingStored, type ByteRange, type Vault } from './vault.js'

/** A folder that this user alone may read, one file under each id. */
export async function openFolderVault(folder: string, records: UploadRecords, hashes: HashStates): Promise<Vault> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const pathOf = (id: string): string => join(folder, id)
  return {
    store: new FolderStore(folder, records, hashes),
    async size(id) {
      try {
        return (await stat(pathOf(id))).size
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    async read(id, range) {
      return readFrom(pathOf(id), id, range)
    },
    async settle(id) {
      const file = await open(pathOf(id), constants.O_RDWR)
      try {
        await file.sync()
      } finally {
        await file.close()
      }
    },
    async discard(id) {
      hashes.forget(id)
      await rm(pathOf(id), { force: true })
    },
    close: () => undefined,
  }
}

async function readFrom(path: string, id: string, range: ByteRange | undefined): Promise<Readable> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY)
  } catch (error) {
    if (isMissing(error)) throw new NothingStored(id)
    throw error
  }
  return file.createReadStream({ ...range, highWaterMark: 256 * 1024 })
}

/** Writes and sums at once: what is summed is what is stored, also where a connection breaks in between. */
class FolderStore extends FileStore {
  constructor(
    private readonly folder: string,
    records: UploadRecords,
    private readonly hashes: HashStates,
  ) {
    super({ directory: folder, configstore: records })
  }

  override async create(upload: Upload): Promise<Upload> {
    const path = join(this.folder, upload.id)
    await (await open(path, 'wx', 0o600)).close()
    upload.storage = { type: 'file', path }
    return upload
  }

  override async write(readable: Readable, id: string, offset: number): Promise<number> {
    const state = this.hashes.at(id, offset)
    const file = await open(join(this.folder, id), 'r+')
    let position = offset
    try {
      for await (const chunk of readable as AsyncIterable<Buffer>) {
        await writeWhole(file, chunk, position)
        position += chunk.length
        brought(state, chunk)
      }
    } finally {
      await file.close()
    }
    return position
  }
}

async function writeWhole(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten
}
