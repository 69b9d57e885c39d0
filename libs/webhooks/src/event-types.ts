import { compileProgramme, type ProgrammeDefinition } from '@saitaku/statechart'

export interface EventType {
  /** `<chart>.<public status>` */
  type: string
  label: { ja: string; en: string }
}

/** Sent on demand, so that a receiver can be tried. */
export const TEST_TYPE = 'webhook.test'

/** Everything of a programme that a webhook can be told: each public status that each of its charts can have. */
export function eventTypesOf(definition: ProgrammeDefinition): EventType[] {
  const { charts } = compileProgramme(definition)
  return [...charts.values()].flatMap((chart) => {
    const used = new Set([...chart.nodes.values()].map(({ node }) => node.publicStatus))
    return Object.entries(definition.publicStatuses).filter(([status]) => used.has(status)).map(([status, { ja, en }]) => ({ type: `${chart.name}.${status}`, label: { ja, en } }))
  })
}
