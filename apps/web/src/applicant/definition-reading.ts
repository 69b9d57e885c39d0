import type { Definition } from '../api/programme.js'

export type { Definition } from '../api/programme.js'
type Node = Definition['charts'][string]

const JUDGES_FORM = /\bform\.(complete|remarksAnswered)\b/

/** Whether some transition of this event, anywhere in the chart, is guarded by the form being complete. */
export function hasRequirement(definition: Definition, chart: string, event: string): boolean {
  const root = definition.charts[chart]
  return root !== undefined && transitionsOf(root, event).some(({ guard }) => [guard ?? []].flat().some((clause) => JUDGES_FORM.test(clause.if)))
}

/** What the transitions of an event call the things they ask for. */
export function askedLabels(definition: Definition, chart: string, event: string): Record<string, { ja: string; en: string } | undefined> {
  const root = definition.charts[chart]
  return root ? Object.fromEntries(transitionsOf(root, event).flatMap(({ asks }) => Object.entries(asks ?? {}).map(([name, { label }]) => [name, label]))) : {}
}

type Transitions = NonNullable<Node['on']>[string]

function transitionsOf(node: Node, event: string): Transitions {
  return [...(node.on?.[event] ?? []), ...Object.values(node.states ?? {}).flatMap((state) => transitionsOf(state, event))]
}
