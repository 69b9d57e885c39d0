import { Invariants } from '@saitaku/engine'
import { FINE, INPUT_WRONG, printJson, type Console } from './command-line.js'
import { withDatabase } from './with-database.js'

/** `saitaku invariants [--json]`; exit 1 with each violation. */
export async function invariantsCommand(console: Console, { json }: { json?: true }): Promise<number> {
  const violations = await withDatabase(console, (database) => new Invariants(database).check())
  if (json) printJson(console, { ok: violations.length === 0, violations })
  else {
    for (const { invariant, subject } of violations) console.err(`violated: ${invariant}: ${subject}\n`)
    if (violations.length === 0) console.out('invariants: all hold\n')
  }
  return violations.length === 0 ? FINE : INPUT_WRONG
}
