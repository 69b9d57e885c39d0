import { createHash } from 'node:crypto'
import type { Database, Tx } from '@saitaku/database'
import type { Repository } from 'typeorm'
import { canonicalJson, checkProgramme, compileProgramme, type CompiledProgramme, type Json, type Problem, type ProgrammeDefinition, type ProgrammeFiles } from '@saitaku/statechart'
import { Defect } from './command.js'
import { ProgrammeVersionEntity } from './entities/programme-version.entity.js'

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
  private readonly rows: Repository<ProgrammeVersionEntity>

  constructor(database: Database) {
    this.rows = database.source.getRepository(ProgrammeVersionEntity)
  }

  known(id: number): ProgrammeVersion | undefined {
    return this.versions.get(id)
  }

  async get(id: number): Promise<ProgrammeVersion> {
    const known = this.versions.get(id)
    if (known) return known
    const row = await this.rows.findOne({ select: { id: true, programme: true, number: true, hash: true, definition: true }, where: { id } })
    if (!row) throw new Defect(`There is no programme version ${id}`)
    return this.keep(row)
  }

  /** The version for new calls: the newest published. */
  async newest(programme: string): Promise<ProgrammeVersion | undefined> {
    const row = await this.rows.findOne({ select: { id: true }, where: { programme }, order: { number: 'DESC' } })
    return row ? this.get(row.id) : undefined
  }

  /** The newest version of each programme. */
  async list(): Promise<{ programme: string; number: number; hash: string; publishedAt: Date; title: { ja: string; en: string } }[]> {
    const rows = await this.rows
      .createQueryBuilder('version')
      .select(['version.id', 'version.programme', 'version.number', 'version.hash', 'version.publishedAt', 'version.definition'])
      .distinctOn(['version.programme'])
      .orderBy('version.programme')
      .addOrderBy('version.number', 'DESC')
      .getMany()
    return rows.map(({ programme, number, hash, publishedAt, definition }) => ({ programme, number, hash, publishedAt, title: definition.title }))
  }

  private keep(row: ProgrammeVersionEntity): ProgrammeVersion {
    const compiled = compileProgramme(row.definition)
    const error = compiled.findings.find((finding) => finding.severity === 'error')
    if (error) throw new Defect(`Programme ${row.programme} version ${row.number} does not compile: ${error.message}`)
    const version = { id: row.id, programme: row.programme, number: row.number, hash: row.hash, compiled }
    this.versions.set(row.id, version)
    return version
  }
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
    const newest = await tx.manager.findOne(ProgrammeVersionEntity, { select: { id: true, number: true, hash: true }, where: { programme: definition.name }, order: { number: 'DESC' } })
    if (newest?.hash === hash) return { ok: true, programme: definition.name, number: newest.number, hash, fresh: false }
    const number = (newest?.number ?? 0) + 1
    await tx.manager.insert(ProgrammeVersionEntity, { programme: definition.name, number, hash, definition, files, publishedBy: by })
    return { ok: true, programme: definition.name, number, hash, fresh: true }
  })
}

/** The very files of the newest published version; undefined for an unknown programme. */
export async function exportProgramme(database: Database, programme: string, number?: number): Promise<ProgrammeFiles | undefined> {
  const row = await database.source.getRepository(ProgrammeVersionEntity).findOne({
    select: { id: true, files: true }, where: { programme, ...(number === undefined ? {} : { number }) }, order: { number: 'DESC' },
  })
  return row?.files
}
