/** Where a command speaks: results on `out`, everything else on `err`. */
export interface Console {
  out: (text: string) => void
  err: (text: string) => void
  /** The folder that relative paths start from. */
  cwd: string
  variables: NodeJS.ProcessEnv
}

export const FINE = 0
export const INPUT_WRONG = 1
export const USAGE = 2
export const SYSTEM_FAILED = 3

/** The command was called wrongly; a sentence says how. */
export class UsageProblem extends Error {}
/** What the command was given is wrong; each line says what and where. */
export class InputProblem extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'))
  }
}
/** The machine or a peer fails; a sentence says what to do. */
export class SystemProblem extends Error {}

/** One JSON value, and nothing beside it. */
export function printJson({ out }: Pick<Console, 'out'>, value: unknown): void {
  out(`${JSON.stringify(value, null, 2)}\n`)
}
