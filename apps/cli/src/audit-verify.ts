import { tokyoInstant } from '@saitaku/calendar'
import { registerCommittee } from '@saitaku/committee'
import { isUuid, Registry, verifyAudit, type AuditReport, type AuditScope } from '@saitaku/engine'
import { FINE, INPUT_WRONG, InputProblem, printJson, UsageProblem, type Console } from './command-line.js'
import { withDatabase } from './with-database.js'

interface Options {
  case?: string
  since?: string
  json?: true
}

/** `saitaku audit verify [--case ID] [--since DATE] [--json]`; exit 1 names the first row at fault. */
export async function auditCommand(console: Console, options: Options): Promise<number> {
  const scope = scopeOf(options)
  const report = await withDatabase(console, (database) => verifyAudit(database, scope, recorded().verifications))
  if (scope.caseId !== undefined && report.cases === 0 && !report.fault) throw new InputProblem([`There is no case ${scope.caseId}.`])
  if (options.json) printJson(console, { ok: report.fault === null, ...report })
  else tell(console, report)
  return report.fault === null ? FINE : INPUT_WRONG
}

/** Everything that is recorded beside the cases. */
function recorded(): Registry {
  const registry = new Registry()
  registerCommittee(registry)
  return registry
}

function tell({ out, err }: Console, { cases, events, fault }: AuditReport): void {
  if (fault) err(`audit: case ${fault.caseId}${fault.seq === null ? '' : `, event ${fault.seq}`}: ${fault.reason}\n`)
  else out(`audit: ok (${cases} cases, ${events} events)\n`)
}

function scopeOf(options: Options): AuditScope {
  const scope: AuditScope = {}
  if (options.case !== undefined) {
    scope.caseId = options.case.toLowerCase()
    if (!isUuid(scope.caseId)) throw new UsageProblem(`--case: ${options.case} is no id of a case`)
  }
  if (options.since !== undefined) scope.since = instantOf(options.since)
  return scope
}

function instantOf(text: string): Date {
  try {
    return tokyoInstant(text)
  } catch (error) {
    throw new UsageProblem(`--since: ${error instanceof Error ? error.message : String(error)}`)
  }
}
