import type { Finding, YamlPath } from '../compile.js'

/** What is missing in a chart, or leads nowhere, because a state or a transition of that chart could not be read. */
const OF_STRUCTURE = new Set([
  'chart-without-states', 'embargo-distinguishable', 'missing-phase', 'missing-public-status', 'no-way-to-end', 'on-done-never', 'separate-from-never', 'status-offers-differ', 'stuck',
  'timer-may-not-move', 'transition-never-taken', 'unknown-event', 'unknown-initial', 'unknown-target', 'unreachable-state',
])
/** What is missing because of an effect that could not be read, or of the transition around it. */
const OF_EFFECTS = new Set(['attach-not-issued', 'silent-decision'])
/** What one chart expects of another. */
const BETWEEN_CHARTS = new Set(['counts-nothing', 'event-not-taken', 'never-sent', 'never-taken-there', 'no-children', 'not-a-child'])
/** What reads or names a declaration, by the sections that declare it. */
const OF_SECTIONS: Record<string, readonly string[]> = {
  'attribute-not-outcomes': ['attributes'], 'event-without-label': ['events'], 'param-not-duration': ['params'], 'unknown-approvals': ['approvals'], 'unknown-attribute': ['attributes', 'numbers'],
  'unknown-chart': ['charts'], 'unknown-deadline': ['deadlines'], 'unknown-field': ['forms'], 'unknown-form': ['forms'], 'unknown-number': ['numbers'], 'unknown-param': ['params'],
  'unknown-public-status': ['publicStatuses'], 'unknown-role': ['roles'], 'unknown-turn': ['roles'],
  ...Object.fromEntries(['expression-type', 'optional-answer', 'unknown-name'].map((code) => [code, ['amounts', 'attributes', 'facts', 'forms', 'numbers', 'params', 'rubric']])),
}
/** What is missing in the very thing of which a part could not be read. */
const OF_A_PART = new Set(['deadline-without-label', 'guard-without-else', 'missing-initial', 'missing-label', 'nobody-may-send', 'send-without-event', 'tier-without-limit', 'tiers-without-amount'])

/**
 * Whether a finding may be there only because something was left out that could not be read. It is then not
 * reported: the fault itself is, and once that is mended the finding comes back if it was true.
 */
export function isConsequence({ code, path }: Finding, removed: readonly YamlPath[]): boolean {
  if (removed.length === 0) return false
  if (code.startsWith('unused-')) return true
  const here = removed.filter((one) => sectionOf(one) === 'states' && one[1] === path[1])
  if (OF_STRUCTURE.has(code)) return here.some((one) => !isInEffect(one)) || removed.some((one) => sectionOf(one) === 'deadlines')
  if (OF_EFFECTS.has(code)) return here.length > 0
  if (BETWEEN_CHARTS.has(code)) return removed.some((one) => ['states', 'charts', 'deadlines'].includes(sectionOf(one)))
  const sections = OF_SECTIONS[code]
  if (sections) return removed.some((one) => sections.includes(sectionOf(one)))
  return OF_A_PART.has(code) && removed.some((one) => words(one).startsWith(words(path)))
}

function sectionOf(path: YamlPath): string {
  if (path[0] !== 'charts') return String(path[0])
  return path.length === 2 ? 'charts' : path[2] === 'attributes' ? 'attributes' : 'states'
}

function isInEffect(path: YamlPath): boolean {
  return path.some((key, depth) => ['do', 'entry', 'exit'].includes(String(key)) && !['on', 'states'].includes(String(path[depth - 1])))
}

/** A single item may stand without its list, so positions do not count. */
function words(path: YamlPath): string {
  return path.filter((key) => typeof key === 'string').join('\n')
}
