import { Transform, type Readable } from 'node:stream'
import { S3, type S3ClientConfig } from '@aws-sdk/client-s3'
import { S3Store, type MetadataValue } from '@tus/s3-store'
import { brought, type HashStates } from './hash-states.js'
import { isMissing } from './missing.js'
import { NothingStored, type Vault } from './vault.js'

export interface BucketAddress {
  client: S3ClientConfig
  bucket: string
}

/**
 * Reads `https://KEY:SECRET@host/bucket?region=ap-northeast-1`. The bucket is named in the path, as every S3-compatible
 * store takes it. Throws a sentence that repeats nothing of the address.
 */
export function bucketAddress(text: string): BucketAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const bucket = url?.pathname.slice(1).replace(/\/$/, '') ?? ''
  if (!url || !/^https?:$/.test(url.protocol) || url.username === '' || url.password === '' || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new Error('must be like https://KEY:SECRET@host/bucket?region=ap-northeast-1')
  return {
    bucket,
    client: {
      endpoint: url.origin, region: url.searchParams.get('region') ?? 'us-east-1', forcePathStyle: true,
      credentials: { accessKeyId: decodeURIComponent(url.username), secretAccessKey: decodeURIComponent(url.password) },
      // stores other than Amazon's need not know the newer checksums
      requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED',
    },
  }
}

/** A bucket of an S3-compatible store. What is being sent waits there as a multipart upload. */
export function openBucketVault({ client, bucket }: BucketAddress, hashes: HashStates): Vault {
  const s3 = new S3(client)
  const at = (id: string): { Bucket: string; Key: string } => ({ Bucket: bucket, Key: id })
  const store = new BucketStore({ s3ClientConfig: { ...client, bucket }, useTags: false, cache: new FewUploads() }, hashes)
  return {
    store,
    async size(id) {
      try {
        return (await s3.headObject(at(id))).ContentLength
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    async read(id, range) {
      try {
        const { Body } = await s3.getObject({ ...at(id), ...(range ? { Range: `bytes=${range.start}-${range.end}` } : {}) })
        if (!Body) throw new NothingStored(id)
        return Body as Readable
      } catch (error) {
        if (isMissing(error)) throw new NothingStored(id)
        throw error
      }
    },
    settle: () => Promise.resolve(), // the store answers when it holds the object
    async discard(id) {
      hashes.forget(id)
      try {
        await store.remove(id)
      } catch (error) {
        if (!isMissing(error) && !isGone(error)) throw error
      }
      await s3.deleteObject(at(id))
    },
    close: () => { s3.destroy() },
  }
}

const isGone = (error: unknown): boolean => [404, 410].includes((error as { status_code?: number }).status_code ?? 0)

class BucketStore extends S3Store {
  constructor(
    options: ConstructorParameters<typeof S3Store>[0],
    private readonly hashes: HashStates,
  ) {
    super(options)
  }

  override write(readable: Readable, id: string, offset: number): Promise<number> {
    const state = this.hashes.at(id, offset)
    const summing = new Transform({
      transform: (chunk: Buffer, _, done) => {
        brought(state, chunk)
        done(null, chunk)
      },
    })
    readable.once('error', (error) => summing.destroy(error))
    return super.write(readable.pipe(summing), id, offset)
  }
}

/** What tus remembers of uploads, so that it need not ask the store each time; the oldest are forgotten. */
class FewUploads {
  private readonly known = new Map<string, MetadataValue>()

  async get(id: string): Promise<MetadataValue | undefined> {
    return this.known.get(id)
  }

  async set(id: string, value: MetadataValue): Promise<void> {
    this.known.set(id, value)
    for (const [oldest] of this.known) if (this.known.size > 1_000) this.known.delete(oldest)
  }

  async delete(id: string): Promise<void> {
    this.known.delete(id)
  }
}
