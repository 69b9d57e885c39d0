import { ACTIONS, CAPACITIES, capacitiesFor, capacityOf, fieldsSeen, PARTS, restrictedFields, visibleParts, type Situation } from '@saitaku/access'
import type { CompiledChart, CompiledProgramme } from '@saitaku/statechart'

export interface ProgrammeRights {
  name: string
  programme: CompiledProgramme
}

const SITUATIONS: [string, Situation][] = [
  ['An application that is being prepared', { kind: 'application', embargoed: false, preparing: true, announced: true }],
  ['An application after it was submitted', { kind: 'application', embargoed: false, preparing: false, announced: true }],
  ['An application whose result is not yet published', { kind: 'application', embargoed: true, preparing: false, announced: true }],
  ['A call before it is announced', { kind: 'call', embargoed: false, preparing: false, announced: false }],
  ['A call once it is announced', { kind: 'call', embargoed: false, preparing: false, announced: true }],
  ['A call whose results are decided and not yet published', { kind: 'call', embargoed: true, preparing: false, announced: true }],
]

/** Who may see and do what, from the same rules that the service asks. */
export function accessDocument(programmes: readonly ProgrammeRights[]): string {
  return [
    '# Who may see and do what', '',
    'Generated from `libs/access` and the programmes in `workflows/` (`SAITAKU_DRAW=1 npm test -- test/docs/access`); a test fails when it is stale.', '',
    'A programme names its roles freely. What a role may see follows from its **capacity**: the names below mean the same',
    'everywhere, a role that approves in one of the programme\'s chains is an `approver`, any other that it declares an `officer`,',
    'and a role that it does not declare opens nothing. Owner, agent, editor and viewer are roles in one case.', '',
    '## Capacity × action', '', ...actionTable(), '',
    '## Capacity × part, by situation', '', ...SITUATIONS.flatMap(([title, situation]) => [`### ${title}`, '', ...partTable(situation), '']),
    'What shows through is the same before and after a hidden decision for owner, agent, editor, viewer and public.',
    'In a programme with two publications (finalists, then winners) a result is not yet published before each of them.', '',
    ...programmes.flatMap(({ name, programme }) => programmePart(name, programme)),
  ].join('\n').replace(/\n+$/, '\n')
}

function actionTable(): string[] {
  return table(['', ...CAPACITIES], ACTIONS.map((action) => [`\`${action}\``, ...CAPACITIES.map((capacity) => mark(capacitiesFor(action).includes(capacity)))]))
}

function partTable(situation: Situation): string[] {
  const seen = new Map(CAPACITIES.map((capacity) => [capacity, visibleParts([capacity], situation)]))
  const shown = CAPACITIES.filter((capacity) => (seen.get(capacity)?.size ?? 0) > 0)
  const rest = CAPACITIES.filter((capacity) => !shown.includes(capacity))
  const rows = PARTS.map((part) => [part, ...shown.map((capacity) => mark(seen.get(capacity)?.has(part) ?? false))]).filter((row) => row.includes('●'))
  return [...table(['', ...shown], rows), '', ...(rest.length > 0 ? [`It is not there for: ${rest.join(', ')}.`] : [])]
}

function programmePart(name: string, { definition, charts }: CompiledProgramme): string[] {
  const roles = Object.keys(definition.roles)
  const restricted = [...restrictedFields(definition)]
  const capacities = roles.map((role): string => role === 'applicant' ? '`applicant` owner' : `\`${role}\` ${capacityOf(role, definition) ?? '–'}`)
  return [
    `## ${name}`, '', `Roles and their capacities: ${capacities.join(', ')}.`,
    ...(restricted.length > 0 ? [`Fields that only some see: ${restricted.map((field) => `\`${field}\` (${['the applicant', ...roles.filter((role) => fieldsSeen([role], definition).has(field))].join(', ')})`).join(', ')}.`] : []), '',
    ...[...charts.values()].flatMap((chart) => [`### ${name}: ${chart.name}`, '', ...eventTable(chart, roles), '']),
  ]
}

/** Which roles may send which events in which state: role × state × action. */
function eventTable(chart: CompiledChart, roles: readonly string[]): string[] {
  const rows = [...chart.nodes.values()].flatMap((node) => {
    const sent = chart.transitions.filter(({ kind, node: at }) => kind === 'event' && at === node.id)
    const events = [...new Set(sent.map(({ trigger }) => trigger))]
    return events.map((event) => {
      const rules = sent.filter(({ trigger }) => trigger === event).map(({ source }) => source)
      const apart = [...new Set(rules.flatMap(({ separateFrom }) => separateFrom ?? []))]
      return [node.place || '(anywhere)', `\`${event}\``, ...roles.map((role) => mark(rules.some(({ by }) => (by ?? []).includes(role)))), apart.map((one) => `\`${one}\``).join(', ')]
    })
  })
  return table(['state', 'event', ...roles, 'not by who did'], rows)
}

const mark = (is: boolean): string => (is ? '●' : '')
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [line(head), line(head.map(() => '---')), ...rows.map(line)]
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
