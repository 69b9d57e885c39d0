import { publishProgramme } from '@saitaku/engine'
import { FINE, InputProblem, printJson, type Console } from './command-line.js'
import { problemLine, readProgrammeFolder } from './programme-folder.js'
import { withDatabase } from './with-database.js'

/** `saitaku programme publish DIR [--json]` */
export async function publishCommand(console: Console, dir: string, { json }: { json?: true }): Promise<number> {
  const files = await readProgrammeFolder(console.cwd, dir)
  const published = await withDatabase(console, (database) => publishProgramme(database, files))
  if (!published.ok) throw new InputProblem(published.problems.filter(({ severity }) => severity === 'error').map((problem) => problemLine(dir, problem)))
  const { programme, number, hash, fresh } = published
  if (json) printJson(console, { programme, version: number, hash, fresh })
  else console.out(`${programme} ${fresh ? 'is published as' : 'has not changed since'} version ${number}\n`)
  return FINE
}
