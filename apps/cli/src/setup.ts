import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Database } from '@saitaku/database'
import { exportProgramme, publishProgramme } from '@saitaku/engine'
import { FINE, InputProblem, printJson, SystemProblem, UsageProblem, type Console } from './command-line.js'
import { migrateAll } from './migrate.js'
import { problemLine, readProgrammeFolder } from './programme-folder.js'
import { withDatabase } from './with-database.js'

interface Prepared {
  programme: string
  version: number
  fresh: boolean
}

/** `saitaku setup [--workflows DIR] [--json]`: all that the service needs before it starts. Running it again changes nothing. */
export async function setupCommand(console: Console, { workflows, json }: { workflows?: string; json?: true }): Promise<number> {
  const folder = workflows === undefined ? ownWorkflows() : path.resolve(console.cwd, workflows)
  if (!existsSync(folder)) throw new UsageProblem(`there is no folder ${workflows ?? folder}`)
  const ran = await migrateAll(console)
  const programmes = await withDatabase(console, (database) => publishAll(database, folder))
  if (json) printJson(console, { migrations: ran, programmes })
  else for (const { programme, version, fresh } of programmes) console.out(`${programme}: version ${version}${fresh ? ', published now' : ''}\n`)
  return FINE
}

/** One broken programme keeps none of the others from being published; then all its errors are told. */
async function publishAll(database: Database, folder: string): Promise<Prepared[]> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort()
  const prepared: Prepared[] = []
  const errors: string[] = []
  for (const name of names) {
    const result = await publishFolder(database, folder, name)
    if (Array.isArray(result)) errors.push(...result)
    else prepared.push(result)
  }
  if (errors.length > 0) throw new InputProblem(errors)
  return prepared
}

export async function publishFolder(database: Database, folder: string, name: string): Promise<Prepared | string[]> {
  const files = await readProgrammeFolder(folder, name)
  // what is published in these very words was checked then; checking takes longer than the rest of a start
  const [newest] = await database.query<{ number: number }>('SELECT max(number) AS number FROM programme_version WHERE programme = $1 HAVING max(number) IS NOT NULL', [name])
  if (newest && isSame(files, await exportProgramme(database, name, newest.number))) return { programme: name, version: newest.number, fresh: false }
  const published = await publishProgramme(database, files)
  if (!published.ok) return published.problems.filter(({ severity }) => severity === 'error').map((problem) => problemLine(path.join(folder, name), problem))
  return { programme: published.programme, version: published.number, fresh: published.fresh }
}

function isSame(files: Readonly<Record<string, string>>, stored: Readonly<Record<string, string>> | undefined): boolean {
  const names = Object.keys(files)
  return stored !== undefined && names.length === Object.keys(stored).length && names.every((name) => files[name] === stored[name])
}

/** The project's own, whether this runs from the sources or from what was built. */
export function ownWorkflows(): string {
  for (let here = path.dirname(fileURLToPath(import.meta.url)); path.dirname(here) !== here; here = path.dirname(here)) {
    const folder = path.join(here, 'workflows')
    if (existsSync(path.join(here, 'package.json')) && existsSync(folder)) return folder
  }
  throw new SystemProblem('The folder workflows/ of the project is not there; say which with --workflows.')
}
