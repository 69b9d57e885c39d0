import type { Engine } from '@saitaku/engine'
import { fieldTerms, Uploads, type FieldTerms } from './uploads.js'
import type { Place } from './attachment.js'
import { clamdAddress } from './scan/clamd.js'
import { Scanner } from './scan/scanner.js'
import type { WriteProblem } from './tus-server.js'
import { Upkeep, type Lifetimes, type UpkeepLog } from './upkeep.js'
import { bucketAddress, openBucketVault } from './vault/bucket-vault.js'
import { openFolderVault } from './vault/folder-vault.js'
import { HashStates } from './vault/hash-states.js'
import { UploadRecords } from './vault/upload-records.js'
import type { Vault } from './vault/vault.js'

export interface FilesOptions {
  engine: Engine
  /** Where files lie on this machine; not used with `s3Url`. */
  folder: string
  /** `https://KEY:SECRET@host/bucket?region=…` */
  s3Url?: string | undefined
  /** `tcp://host:3310` or `unix:/path`: what arrives waits until clamd has seen it. */
  clamdUrl?: string | undefined
  /** The path at which uploads are served. */
  path: string
  problem: WriteProblem
  log: UpkeepLog
  lifetimes?: Lifetimes
}

export interface Files {
  vault: Vault
  uploads: Uploads
  upkeep: Upkeep
  termsOf(place: Place): Promise<FieldTerms | undefined>
  close(): Promise<void>
}

/** Opens the store of files of one process. Nothing is tended before `upkeep.start()`. */
export async function openFiles({ engine, folder, s3Url, clamdUrl, path, problem, log, lifetimes }: FilesOptions): Promise<Files> {
  const { database } = engine
  const hashes = new HashStates()
  const vault = s3Url === undefined ? await openFolderVault(folder, new UploadRecords(database), hashes) : openBucketVault(bucketAddress(s3Url), hashes)
  const scanner = clamdUrl === undefined ? undefined : new Scanner(database, vault, clamdAddress(clamdUrl))
  const termsOf = (place: Place): Promise<FieldTerms | undefined> => readTerms(engine, place)
  const uploads = new Uploads(database, vault, hashes, { path, termsOf, scans: scanner !== undefined, onScanWanted: () => { upkeep.wake() }, problem })
  const upkeep = new Upkeep(database, vault, uploads, scanner, log, lifetimes)
  return {
    vault, uploads, upkeep, termsOf,
    async close() {
      await upkeep.stop()
      vault.close()
    },
  }
}

/** What the field takes by the programme version that its case runs on. */
async function readTerms({ database, programmes }: Engine, { caseId, form, field }: Place): Promise<FieldTerms | undefined> {
  const [row] = await database.query<{ versionId: number }>('SELECT version_id AS "versionId" FROM cases WHERE id = $1', [caseId])
  if (!row) return undefined
  const { compiled } = await programmes.get(row.versionId)
  return fieldTerms(Object.hasOwn(compiled.definition.forms, form) ? compiled.definition.forms[form] : undefined, field)
}
