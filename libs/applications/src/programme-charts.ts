import { compileProgramme, type CompiledChart, type CompiledProgramme, type ProgrammeDefinition } from '@saitaku/statechart'
import type { Connection } from './connection.js'

/** By hash of the definition: the same text compiles to the same charts, in whichever database it stands. */
const compiled = new Map<string, CompiledProgramme>()

/** The chart that a case runs on, compiled once a process. */
export async function chartOf(on: Connection, version: { id: number; hash: string }, chart: string): Promise<CompiledChart> {
  let programme = compiled.get(version.hash)
  if (!programme) {
    const [row] = await on.query<{ definition: ProgrammeDefinition }>('SELECT definition FROM programme_version WHERE id = $1', [version.id])
    if (!row) throw new Error(`There is no programme version ${version.id}`)
    programme = compileProgramme(row.definition)
    compiled.set(version.hash, programme)
  }
  const found = programme.charts.get(chart)
  if (!found) throw new Error(`Programme ${programme.definition.name} has no chart ${chart}`)
  return found
}
