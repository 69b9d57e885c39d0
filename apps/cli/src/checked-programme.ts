import { checkProgramme, type CompiledProgramme } from '@saitaku/statechart'
import { InputProblem } from './command-line.js'
import { problemLine, readProgrammeFolder } from './programme-folder.js'

/** The programme in a folder, fit to be run. Throws `InputProblem` with every error where it is not. */
export async function checkedProgramme(cwd: string, dir: string): Promise<CompiledProgramme> {
  const { programme, problems } = checkProgramme(await readProgrammeFolder(cwd, dir))
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (!programme || errors.length > 0) throw new InputProblem(errors.map((problem) => problemLine(dir, problem)))
  return programme
}
