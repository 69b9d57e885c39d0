import type { ProgrammeDefinition } from '../definition.js'
import type { ChartTree } from './chart-tree.js'
import type { Report } from './report.js'

/** What is declared and never used: often a misspelling somewhere else, or a rule that somebody believes in force. */
export function checkUnused(trees: ReadonlyMap<string, ChartTree>, definition: ProgrammeDefinition, report: Report): void {
  const { events, roles, approvals, numbers, params, facts, publicStatuses, amounts, forms } = definition
  const all = [...trees.values()]
  const transitions = all.flatMap((tree) => tree.transitions)
  const places = all.flatMap((tree) => tree.places)
  const effects = all.flatMap((tree) => tree.effects.map(({ effect }) => effect))
  const text = JSON.stringify([definition.charts, definition.approvals, definition.deadlines, amounts, forms, definition.rubric, definition.notices])
  const isRead = (root: string, name: string): boolean => new RegExp(`\\b${root}\\.\\??${name}\\b`).test(text)
  const steps = Object.values(approvals).flatMap((chain) => chain.tiers.flatMap((tier) => tier.steps))
  const recipients = [...effects.flatMap((effect) => ('notify' in effect ? effect.notify.to : [])), ...Object.values(definition.deadlines).flatMap(({ remind }) => remind?.to ?? [])]
  const acting = new Set([...transitions.flatMap(({ transition }) => transition.by ?? []), ...steps, ...recipients, ...places.flatMap(({ node }) => node.turn ?? [])])
  const numbered = new Set(effects.flatMap((effect) => ('assignNumber' in effect ? [effect.assignNumber] : 'issueDocument' in effect ? (effect.issueDocument.number ?? []) : [])))
  const required = new Set(transitions.flatMap(({ transition }) => transition.requires ?? []))
  const isForm = (name: string): boolean => all.some((tree) => tree.chart.form === name) || required.has(`form.${name}`) || new RegExp(`\\b${name}\\.`).test(text)
  const unused = (section: string, what: string, names: object, isUsed: (name: string) => boolean): void => {
    for (const name of Object.keys(names)) if (!isUsed(name)) report.warning([section, name], `unused-${what}`, `nothing uses the ${what.replace('-', ' ')} ${name}; use it or drop it`, 'key')
  }
  unused('events', 'event', events, (name) => transitions.some((one) => one.kind === 'event' && one.trigger === name))
  unused('roles', 'role', roles, (name) => acting.has(name) || roles[name]?.sees !== undefined)
  unused('approvals', 'approvals', approvals, (name) => transitions.some(({ transition }) => transition.approvals === name))
  unused('numbers', 'number', numbers, (name) => numbered.has(name))
  unused('params', 'param', params, (name) => isRead('params', name))
  unused('facts', 'fact', facts, (name) => isRead('facts', name))
  unused('publicStatuses', 'public-status', publicStatuses, (name) => places.some(({ node }) => node.publicStatus === name))
  unused('amounts', 'amount', amounts, (name) => isRead('amounts', name))
  unused('forms', 'form', forms, isForm)
}
