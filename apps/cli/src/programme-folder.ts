import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Problem, ProgrammeFiles } from '@saitaku/statechart'
import { UsageProblem } from './command-line.js'

/** What of a folder belongs to a programme; its demo year and its notes do not. */
const PROGRAMME_FILE = /^([a-z]+\.yaml|notices\/[^/]+)$/

/** The programme in a folder. Throws `UsageProblem` where there is no such folder. */
export async function readProgrammeFolder(cwd: string, dir: string): Promise<ProgrammeFiles> {
  const folder = path.resolve(cwd, dir)
  if (!(await isFolder(folder))) throw new UsageProblem(`there is no folder ${dir}`)
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .filter((name) => PROGRAMME_FILE.test(name))
    .sort()
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const)))
}

async function isFolder(folder: string): Promise<boolean> {
  return (await stat(folder).catch(() => undefined))?.isDirectory() ?? false
}

/** `file:line:col severity code message`, with the file as the caller may open it. */
export function problemLine(dir: string, { file, line, column, severity, code, message }: Problem): string {
  return `${path.join(dir, file)}:${line}:${column} ${severity} ${code} ${message}`
}
