import { addDuration, deadlineProblem, dueAt, isDuration, tokyoInstant, type DeadlineRule } from '@saitaku/calendar'
import type { Deadline, ProgrammeDefinition } from '../definition.js'
import type { ChartTree } from './chart-tree.js'
import type { Exploration } from './exploration.js'
import { checkRecipients } from './references.js'
import { listed, type Report } from './report.js'

/** Deadlines: rules that the calendar cannot count, reminders that come too late to be sent, instants already past. */
export function checkDeadlines(trees: ReadonlyMap<string, ChartTree>, definition: ProgrammeDefinition, report: Report): void {
  const used = new Set([...trees.values()].flatMap((tree) => tree.transitions.flatMap((one) => (one.kind === 'after' ? [one.trigger] : []))))
  for (const [name, deadline] of Object.entries(definition.deadlines)) {
    const path = ['deadlines', name]
    if (!used.has(name)) report.warning(path, 'unused-deadline', `no state has an after for ${name}; use it or drop it`, 'key')
    if (!deadline.label) report.warning(path, 'deadline-without-label', `people are shown the deadline ${name}; add a label with ja and en`, 'key')
    if (deadline.remind) checkRecipients(deadline.remind.to, [...path, 'remind', 'to'], definition, report)
    if (deadline.at === undefined) checkCount(name, deadline, definition, report)
    else
      for (const word of ['calendar', 'firstDayCounts', 'time', 'from'] as const)
        if (deadline[word] !== undefined) report.error([...path, word], 'only-with-after', `deadline ${name} is an instant, so ${word} counts nothing; drop it, or say after instead of at`, 'key')
    for (const [position, before] of (deadline.remind?.before ?? []).entries())
      if (deadline.remind?.before.indexOf(before) !== position) report.error([...path, 'remind', 'before', position], 'duplicate-reminder', `deadline ${name} reminds ${before} before it already; drop one`)
  }
}

function checkCount(name: string, deadline: Deadline, definition: ProgrammeDefinition, report: Report): void {
  const path = ['deadlines', name, 'after']
  const after = durationOf(name, deadline.after ?? '', definition, report)
  if (after === undefined) return
  const rule: DeadlineRule = { after }
  if (deadline.calendar) rule.calendar = deadline.calendar
  if (deadline.firstDayCounts !== undefined) rule.firstDayCounts = deadline.firstDayCounts
  if (deadline.time !== undefined) rule.at = deadline.time
  const problem = deadlineProblem(rule)
  if (problem !== undefined) report.error(path, 'bad-deadline', `deadline ${name}: ${problem}`)
  else for (const [position, before] of (deadline.remind?.before ?? []).entries()) checkReminder(name, rule, before, [...path.slice(0, 2), 'remind', 'before', position], report)
}

function durationOf(name: string, after: string, definition: ProgrammeDefinition, report: Report): string | undefined {
  if (!after.startsWith('params.')) return after
  const param = after.slice('params.'.length)
  const declared = Object.hasOwn(definition.params, param) ? definition.params[param] : undefined
  if (!declared) report.error(['deadlines', name, 'after'], 'unknown-param', `deadline ${name} counts ${after}, which is not declared; ${listed(Object.keys(definition.params))}`)
  else if (declared.type !== 'duration') report.error(['deadlines', name, 'after'], 'param-not-duration', `deadline ${name} counts ${after}, which is of type ${declared.type}; it must be a duration such as P14D`)
  else if (typeof declared.value === 'string' && isDuration(declared.value)) return declared.value
  return undefined
}

/** Days of every season, a holiday week and the year's end among them: a business day count differs from day to day. */
const SAMPLES = ['2026-01-05', '2026-02-27', '2026-04-01', '2026-05-01', '2026-07-15', '2026-09-18', '2026-11-02', '2026-12-25'].map((day) => tokyoInstant(`${day}T10:00`))

/** The engine sends no reminder whose instant has passed when its deadline is set. */
function checkReminder(name: string, rule: DeadlineRule, before: string, path: (string | number)[], report: Report): void {
  const late = SAMPLES.filter((from) => isLate(from, rule, before))
  if (late.length === SAMPLES.length) report.error(path, 'reminder-never-sent', `${before} before deadline ${name} is before it begins, so this reminder is never sent; remind later, or give more time`)
  else if (late.length > SAMPLES.length / 2) report.warning(path, 'reminder-seldom-sent', `${before} before deadline ${name} is mostly before it begins, so this reminder is seldom sent; remind later, or give more time`)
}

function isLate(from: Date, rule: DeadlineRule, before: string): boolean {
  try {
    return addDuration(dueAt(from, rule), `-${before}`) <= from
  } catch (error) {
    if (error instanceof RangeError) return false // beyond the years whose holidays are known
    throw error
  }
}

/** A deadline that is an instant and has just fired would fire again at once wherever it is set anew. */
export function checkPassed(exploration: Exploration, report: Report): void {
  const { chart } = exploration
  for (const way of exploration.ways) {
    const fired = chart.deadlines.get(way.trigger)
    if (way.kind !== 'after' || !way.from || !fired?.at || fired.before !== undefined) continue
    if (fired.at.reads.some(([root]) => root === 'now' || root === 'event' || root === 'fiscalYear')) continue
    if (way.effects.some(({ effect }) => 'set' in effect)) continue
    for (const id of way.to.nodes) {
      const info = chart.nodes.get(id)
      if (info?.node.after && Object.hasOwn(info.node.after, way.trigger) && !way.from.nodes.has(id))
        report.error([...info.path, 'after', way.trigger], 'deadline-already-passed', `${way.trigger} has passed whenever it leads to ${info.place}, so it can never be met there; give that state a deadline of its own`, 'key')
    }
  }
}
