import type { Finding, YamlPath } from '../compile.js'

/** What is missing in a chart, or leads nowhere, because a part of that chart could not be read. */
const WITHIN_A_CHART = new Set([
  'attach-not-issued', 'chart-without-states', 'embargo-distinguishable', 'missing-phase', 'missing-public-status', 'no-way-to-end', 'on-done-never', 'separate-from-never',
  'silent-decision', 'status-offers-differ', 'stuck', 'timer-may-not-move', 'transition-never-taken', 'unknown-event', 'unknown-initial', 'unknown-target', 'unreachable-state',
])
/** What one chart expects of another. */
const BETWEEN_CHARTS = new Set(['counts-nothing', 'event-not-taken', 'never-sent', 'never-taken-there', 'no-children', 'not-a-child'])
/** What reads or names a declaration. */
const OF_A_DECLARATION = new Set([
  'attribute-not-outcomes', 'event-without-label', 'expression-type', 'optional-answer', 'unknown-approvals', 'unknown-attribute', 'unknown-chart', 'unknown-deadline', 'unknown-field',
  'unknown-form', 'unknown-name', 'unknown-number', 'unknown-param', 'unknown-public-status', 'unknown-role', 'unknown-turn',
])
/** What is missing in the very thing of which a part could not be read. */
const OF_A_PART = new Set(['deadline-without-label', 'guard-without-else', 'missing-initial', 'missing-label', 'nobody-may-send', 'send-without-event', 'tier-without-limit', 'tiers-without-amount'])

/**
 * Whether a finding may be there only because something was left out that could not be read. It is then not
 * reported: the fault itself is, and once that is mended the finding comes back if it was true.
 */
export function isConsequence({ code, path }: Finding, removed: readonly YamlPath[]): boolean {
  if (removed.length === 0) return false
  if (code.startsWith('unused-')) return true
  const ofCharts = removed.filter(([first, , third]) => first === 'charts' && third !== 'attributes')
  if (WITHIN_A_CHART.has(code)) return ofCharts.some(([, name]) => name === path[1])
  if (BETWEEN_CHARTS.has(code)) return ofCharts.length > 0
  if (OF_A_DECLARATION.has(code)) return ofCharts.length < removed.length
  return OF_A_PART.has(code) && removed.some((one) => words(one).startsWith(words(path)))
}

/** A single item may stand without its list, so positions do not count. */
function words(path: YamlPath): string {
  return path.filter((key) => typeof key === 'string').join('\n')
}
