import type { ProgrammeDefinition } from '@saitaku/statechart'
import { useQuery } from '@tanstack/react-query'
import { client, ok } from './client.js'

export type Definition = ProgrammeDefinition
export type FormDefinition = Definition['forms'][string]
interface Label { ja: string; en: string }

/** A published version never changes. */
export const definitionQuery = (programme: string, version: number) => ({
  queryKey: ['definition', programme, version], staleTime: Infinity,
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const { definition } = await ok(client.GET('/api/v1/programmes/{name}/versions/{version}', { params: { path: { name: programme, version } }, signal }))
    return definition as unknown as Definition
  },
})

export function useDefinition(programme: string | undefined, version: number | undefined) {
  return useQuery({ ...definitionQuery(programme ?? '', version ?? 0), enabled: programme !== undefined && version !== undefined })
}

/** The programmes by name, in their newest version. */
export function useProgrammes() {
  return useQuery({
    queryKey: ['programmes'], staleTime: 300_000,
    queryFn: async ({ signal }) => (await ok(client.GET('/api/v1/programmes', { signal }))).items,
  })
}

/** A step of the way as the applicant is told of it. */
export interface Step { step: number; title: Label }

const RESULT: Label = { ja: '結果のお知らせ', en: 'Result' }
type Node = Definition['charts'][string]
interface Place { node: Node; path: string }
interface Status { publicStatus: string; tags: readonly string[]; /** Nothing follows. */ end: boolean }

/**
 * The steps of an application's chart in their order. A step is named by the public status that is reached first on the
 * way through the chart; one that tells decisions apart (`decided.…`) is the result, whichever it will be.
 */
export function stepsOf(definition: Definition, chart: string): Step[] {
  const found = new Map<number, { title: Label; outcomes: Set<string> }>()
  for (const { publicStatus, tags, end } of statusesOnTheWay(definition, chart)) {
    const status = definition.publicStatuses[publicStatus]
    if (status?.step === undefined) continue
    const step = found.get(status.step) ?? { title: { ja: status.ja, en: status.en }, outcomes: new Set() }
    if (!end) for (const tag of tags) if (tag.startsWith('decided.')) step.outcomes.add(tag)
    found.set(status.step, step)
  }
  return [...found.entries()].sort(([a], [b]) => a - b).map(([step, { title, outcomes }]) => ({ step, title: outcomes.size > 1 ? RESULT : title }))
}

/** The public statuses in the order in which a walk over all transitions comes upon them; ends that nobody wants come last. */
function statusesOnTheWay(definition: Definition, name: string): Status[] {
  const root = definition.charts[name]
  if (!root) return []
  const places = new Map<string, Place>(), byId = new Map<string, string>()
  collect(root, '', places, byId)
  const queue = [''], late: string[] = [], seen = new Set<string>(), statuses: Status[] = []
  for (let path = queue.shift(); path !== undefined; path = queue.shift() ?? late.shift()) {
    if (seen.has(path)) continue
    seen.add(path)
    const node = places.get(path)?.node
    if (!node) continue
    const { publicStatus, tags } = inherited(places, path)
    if (publicStatus !== undefined) statuses.push({ publicStatus, tags, end: node.type === 'final' })
    const targetsOf = (transitions: NonNullable<Node['on']>[string][]): string[] => transitions.flat().flatMap(({ target }) => target === undefined ? [] : resolve(target, path, byId, places) ?? [])
    queue.push(...(node.initial ? [child(path, node.initial)] : []), ...targetsOf([...Object.values(node.on ?? {}), node.always ?? [], node.onDone ?? []]), ...ancestorsOf(path))
    late.push(...targetsOf(Object.values(node.after ?? {}))) // what comes of a missed deadline is not the way
  }
  return [...statuses.filter(({ end }) => !end), ...statuses.filter(({ end }) => end)]
}

const child = (path: string, name: string): string => path === '' ? name : `${path}.${name}`
const parent = (path: string): string => path.split('.').slice(0, -1).join('.')
const ancestorsOf = (path: string): string[] => path === '' ? [] : [parent(path)]

function collect(node: Node, path: string, places: Map<string, Place>, byId: Map<string, string>): void {
  places.set(path, { node, path })
  if (node.id !== undefined) byId.set(node.id, path)
  for (const [name, state] of Object.entries(node.states ?? {})) collect(state, child(path, name), places, byId)
}

function resolve(target: string, path: string, byId: ReadonlyMap<string, string>, places: ReadonlyMap<string, Place>): string | undefined {
  if (target.startsWith('#')) return byId.get(target.slice(1))
  const sibling = child(parent(path), target)
  return places.has(sibling) ? sibling : undefined
}

function inherited(places: ReadonlyMap<string, Place>, path: string): { publicStatus: string | undefined; tags: readonly string[] } {
  const names = path === '' ? [] : path.split('.')
  const line = [places.get('')?.node, ...names.map((_, at) => places.get(names.slice(0, at + 1).join('.'))?.node)]
  return { publicStatus: line.findLast((node) => node?.publicStatus !== undefined)?.publicStatus, tags: line.flatMap((node) => node?.tags ?? []) }
}
