import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { exportProgramme } from '@saitaku/engine'
import { FINE, InputProblem, UsageProblem, type Console } from './command-line.js'
import { withDatabase } from './with-database.js'

/** `saitaku programme export NAME DIR [--number N] [--force]` */
export async function exportCommand(console: Console, name: string, dir: string, { number, force }: { number?: number; force?: true }): Promise<number> {
  const folder = path.resolve(console.cwd, dir)
  if (!force && (await holdsFiles(folder))) throw new UsageProblem(`${dir} holds files already; name another folder, or say --force`)
  const files = await withDatabase(console, (database) => exportProgramme(database, name, number))
  if (!files) throw new InputProblem([number === undefined ? `There is no programme ${name}.` : `There is no version ${number} of a programme ${name}.`])
  for (const [file, text] of Object.entries(files)) await write(folder, file, text)
  console.out(`${name}: ${Object.keys(files).length} files in ${dir}\n`)
  return FINE
}

async function holdsFiles(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new UsageProblem(`${folder} cannot be written into: ${error.message}`)
  })
  return entries.length > 0
}

async function write(folder: string, file: string, text: string): Promise<void> {
  const target = path.join(folder, file)
  if (!target.startsWith(folder + path.sep)) throw new InputProblem([`The file ${file} leads out of the folder.`])
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, text)
}
