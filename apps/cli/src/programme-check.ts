import { checkProgramme } from '@saitaku/statechart'
import { FINE, INPUT_WRONG, printJson, type Console } from './command-line.js'
import { problemLine, readProgrammeFolder } from './programme-folder.js'

/** `saitaku programme check DIR [--json]` */
export async function checkCommand(console: Console, dir: string, { json }: { json?: true }): Promise<number> {
  const { problems } = checkProgramme(await readProgrammeFolder(console.cwd, dir))
  const errors = problems.filter(({ severity }) => severity === 'error').length
  if (json) printJson(console, { problems })
  else {
    for (const problem of problems) console.err(`${problemLine(dir, problem)}\n`)
    if (errors === 0) console.out(`${dir}: no errors, ${problems.length === 0 ? 'no' : problems.length} ${problems.length === 1 ? 'warning' : 'warnings'}\n`)
  }
  return errors === 0 ? FINE : INPUT_WRONG
}
