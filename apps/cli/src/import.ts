import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { importApplications, importOrganisations, importReviewers, MAX_TABLE_BYTES, registerApplications, type ImportResult } from '@saitaku/applications'
import type { Database } from '@saitaku/database'
import { Engine, Registry } from '@saitaku/engine'
import { FINE, InputProblem, printJson, UsageProblem, type Console } from './command-line.js'
import { withDatabase } from './with-database.js'

interface ImportOptions {
  dryRun?: true
  programme?: string
  call?: string
  chart?: string
  by?: string
  json?: true
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** `saitaku import organisations|applications|reviewers FILE [--dry-run]`: all rows or none, each bad one named with row and column. */
export async function importCommand(console: Console, kind: string, file: string, options: ImportOptions): Promise<number> {
  const content = await contentOf(console, file)
  const result = await withDatabase(console, (database) => importInto(database, kind, content, options))
  if (!result.ok) throw new InputProblem(result.problems.map(({ row, column, message }) => `${file}:${row}${column === '' ? '' : `:${column}`} error ${message.ja} (${message.en})`))
  const { rows, created, known, dryRun } = result
  if (options.json) printJson(console, { rows, created, known, dryRun })
  else console.out(`${rows} rows: ${created} ${dryRun ? 'would be' : 'were'} entered, ${known} known already\n`)
  return FINE
}

async function contentOf({ cwd }: Console, file: string): Promise<Buffer> {
  try {
    return await readFile(resolve(cwd, file))
  } catch (error) {
    throw new InputProblem([`${file}: it cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)}); a CSV or XLSX file of at most ${MAX_TABLE_BYTES / 1_000_000} MB is expected`])
  }
}

async function importInto(database: Database, kind: string, content: Buffer, { dryRun, programme, call, chart, by }: ImportOptions): Promise<ImportResult> {
  switch (kind) {
    case 'organisations':
      return importOrganisations(database, content, { dryRun })
    case 'reviewers':
      if (programme === undefined) throw new UsageProblem('reviewers are imported for a programme: --programme NAME')
      return importReviewers(database, programme, content, { dryRun })
    case 'applications': {
      if (call === undefined || !UUID.test(call)) throw new UsageProblem('applications are imported into a call: --call ID')
      if (by === undefined || !UUID.test(by)) throw new UsageProblem('say who enters them: --by PERSON')
      const registry = new Registry()
      registerApplications(registry)
      return importApplications(new Engine(database, registry), call.toLowerCase(), by.toLowerCase(), content, { dryRun, chart })
    }
    default:
      throw new UsageProblem('import organisations, applications or reviewers')
  }
}
