import { createHash } from 'node:crypto'
import type { Database, Tx } from '@saitaku/database'
import { canonicalJson, checkProgramme, compileProgramme, type CompiledProgramme, type Json, type Problem, type ProgrammeDefinition, type ProgrammeFiles } from '@saitaku/statechart'
import { Defect } from './command.js'

export interface ProgrammeVersion {
  id: number
  programme: string
  number: number
  hash: string
  compiled: CompiledProgramme
}

export type Published = { ok: true; programme: string; number: number; hash: string; fresh: boolean } | { ok: false; problems: Problem[] }

/** Published versions are immutable, so what was compiled once stays compiled. */
export class ProgrammeStore {
  private readonly versions = new Map<number, ProgrammeVersion>()

  constructor(private readonly database: Database) {}

  known(id: number): ProgrammeVersion | undefined {
    return this.versions.get(id)
  }

  async get(id: number): Promise<ProgrammeVersion> {
    const known = this.versions.get(id)
    if (known) return known
    const [row] = await this.database.query<VersionRow>('SELECT id, programme, number, hash, definition FROM programme_version WHERE id = $1', [id])
    if (!row) throw new Defect(`There is no programme version ${id}`)
    return this.keep(row)
  }

  /** The version for new calls: the newest published. */
  async newest(programme: string): Promise<ProgrammeVersion | undefined> {
    const [row] = await this.database.query<{ id: number }>('SELECT id FROM programme_version WHERE programme = $1 ORDER BY number DESC LIMIT 1', [programme])
    return row ? this.get(row.id) : undefined
  }

  async list(): Promise<{ programme: string; number: number; hash: string; publishedAt: Date; title: { ja: string; en: string } }[]> {
    return this.database.query(`SELECT DISTINCT ON (programme) programme, number, hash, published_at AS "publishedAt", definition->'title' AS title
      FROM programme_version ORDER BY programme, number DESC`)
  }

  private keep(row: VersionRow): ProgrammeVersion {
    const compiled = compileProgramme(row.definition)
    const error = compiled.findings.find((finding) => finding.severity === 'error')
    if (error) throw new Defect(`Programme ${row.programme} version ${row.number} does not compile: ${error.message}`)
    const version = { id: row.id, programme: row.programme, number: row.number, hash: row.hash, compiled }
    this.versions.set(row.id, version)
    return version
  }
}

interface VersionRow extends Record<string, unknown> {
  id: number
  programme: string
  number: number
  hash: string
  definition: ProgrammeDefinition
}

export function definitionHash(definition: ProgrammeDefinition): string {
  return createHash('sha256').update(canonicalJson(definition as unknown as Json)).digest('hex')
}

/**
 * Checks a programme's files and publishes them as the next version, unless they are those of the newest.
 * Nothing is written when the checker finds an error; every problem is returned.
 */
export async function publishProgramme(database: Database, files: ProgrammeFiles, by: string | null = null): Promise<Published> {
  const { programme, problems } = checkProgramme(files)
  if (!programme || problems.some((problem) => problem.severity === 'error')) return { ok: false, problems }
  const { definition } = programme
  const hash = definitionHash(definition)
  return database.transaction(async (tx: Tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('publish'), hashtext($1))`, [definition.name])
    const [newest] = await tx.query<{ number: number; hash: string }>('SELECT number, hash FROM programme_version WHERE programme = $1 ORDER BY number DESC LIMIT 1', [definition.name])
    if (newest?.hash === hash) return { ok: true, programme: definition.name, number: newest.number, hash, fresh: false }
    const number = (newest?.number ?? 0) + 1
    await tx.query('INSERT INTO programme_version (programme, number, hash, definition, files, published_by) VALUES ($1, $2, $3, $4, $5, $6)', [
      definition.name, number, hash, JSON.stringify(definition), JSON.stringify(files), by,
    ])
    return { ok: true, programme: definition.name, number, hash, fresh: true }
  })
}

/** The very files of the newest published version; undefined for an unknown programme. */
export async function exportProgramme(database: Database, programme: string, number?: number): Promise<ProgrammeFiles | undefined> {
  const [row] = await database.query<{ files: ProgrammeFiles }>(
    'SELECT files FROM programme_version WHERE programme = $1 AND ($2::int IS NULL OR number = $2) ORDER BY number DESC LIMIT 1',
    [programme, number ?? null],
  )
  return row?.files
}
