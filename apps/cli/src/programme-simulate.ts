import { simulate, type SimulationResult } from '@saitaku/statechart'
import { checkedProgramme } from './checked-programme.js'
import { FINE, INPUT_WRONG, printJson, type Console } from './command-line.js'

/** `saitaku programme simulate DIR --cases N --seed S [--json]`; exit 1 when a case is stuck. */
export async function simulateCommand(console: Console, dir: string, { cases, seed, json }: { cases: number; seed: number; json?: true }): Promise<number> {
  const result = simulate(await checkedProgramme(console.cwd, dir), { cases, seed })
  if (json) printJson(console, result)
  else report(console, result)
  return result.stuck.length === 0 ? FINE : INPUT_WRONG
}

function report({ out, err }: Console, { cases, finished, stuck, byFinalState, deadlines, notices, virtualDays }: SimulationResult): void {
  out(`${cases} cases, ${finished} finished, ${stuck.length} stuck, in ${Math.round(virtualDays)} virtual days; ${deadlines.fired} deadlines fired, ${deadlines.cancelled} cancelled; ${notices} notices\n`)
  for (const [state, count] of Object.entries(byFinalState).sort(([, a], [, b]) => b - a)) out(`${String(count).padStart(8)}  ${state}\n`)
  for (const { case: id, state } of stuck) err(`stuck: case ${id} in ${state}\n`)
}
