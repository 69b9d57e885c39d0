import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query'
import { client, ok, type Schemas } from '../api/client.js'

const PAGE = 200
const ended = (status: string | null): boolean => status === 'finished'

/** All calls of this person's programmes. */
export function useOfficeCalls() {
  const query = useInfiniteQuery({
    queryKey: ['office-calls'], initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => ok(client.GET('/api/v1/calls', { params: { query: { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) } }, signal })),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
  return { ...query, data: query.data?.pages.flatMap(({ items }) => items) }
}

export const callQuery = (id: string) => ({ queryKey: ['call', id], queryFn: ({ signal }: { signal: AbortSignal }) => ok(client.GET('/api/v1/calls/{id}', { params: { path: { id } }, signal })) })

export const useCall = (id: string) => useQuery(callQuery(id))

/** Calls that are not over, each in full as the office sees it. */
export function useActiveCalls() {
  const calls = useOfficeCalls()
  const open = calls.data?.filter(({ publicStatus }) => !ended(publicStatus)) ?? []
  const details = useQueries({ queries: open.map(({ id }) => callQuery(id)) })
  const loaded = details.flatMap(({ data }) => data?.office ? [data as OfficeCall] : [])
  return {
    data: calls.data && details.every(({ isPending }) => !isPending) ? loaded.filter(isActive) : undefined,
    error: calls.error ?? details.find(({ error }) => error)?.error ?? null, isPending: calls.isPending, refetch: calls.refetch,
  }
}

export type OfficeCall = Schemas['Call'] & { office: NonNullable<Schemas['Call']['office']> }

/** Somebody still has something to do in it. */
const isActive = ({ open, office }: OfficeCall): boolean => open || office.availableEvents.length > 0 || ['preparing', 'submitted', 'screened', 'judged'].some((phase) => (office.phases[phase] ?? 0) > 0)

export interface CallDeadline { call: OfficeCall; name: string; label: { ja: string; en: string }; at: Date }

/** The instants that a call sets itself, those of its attributes that are points in time. */
export function deadlinesOf(call: OfficeCall, attributes: Readonly<Record<string, { type: string; label?: { ja: string; en: string } }>>): CallDeadline[] {
  return Object.entries(attributes).flatMap(([name, { type, label }]) => {
    const value = call.office.attributes[name]
    return type === 'timestamp' && typeof value === 'string' && label ? [{ call, name, label, at: new Date(/[zZ]|[+-]\d\d:\d\d$/.test(value) ? value : `${value}+09:00`) }] : []
  })
}
