import type { Definition } from '../api/programme.js'

type Node = Definition['charts'][string]
type Transition = NonNullable<Node['on']>[string][number]

function transitionsOf(node: Node, event: string): Transition[] {
  return [...(node.on?.[event] ?? []), ...Object.values(node.states ?? {}).flatMap((state) => transitionsOf(state, event))]
}

/** All transitions of an event in a chart, whichever state has them. */
export function transitions(definition: Definition, chart: string, event: string): Transition[] {
  const root = definition.charts[chart]
  return root ? transitionsOf(root, event) : []
}

/** What the transitions of an event call the things they ask for. */
export function askedLabels(definition: Definition, chart: string, event: string): Record<string, { ja: string; en: string } | undefined> {
  return Object.fromEntries(transitions(definition, chart, event).flatMap(({ asks }) => Object.entries(asks ?? {}).map(([name, { label }]) => [name, label])))
}

/** Who has to approve, and whether whoever drafted may. */
export function approvalOf(definition: Definition, chart: string, event: string): { steps: string[]; separate: boolean } | undefined {
  const found = transitions(definition, chart, event).find(({ approvals }) => approvals !== undefined)
  const tiers = found?.approvals === undefined ? undefined : definition.approvals[found.approvals]?.tiers
  return tiers && { steps: tiers.at(-1)?.steps ?? [], separate: (found?.separateFrom ?? []).length > 0 }
}
