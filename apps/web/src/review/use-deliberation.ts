import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { client, ok, type Schemas } from '../api/client.js'
import { newKey } from '../api/events.js'
import { queries } from '../api/queries.js'

export type Act = Schemas['DeliberationAct']
const AGAIN_MS = 1_000

/** Ranking, allocation and deliberation of a stage, read again every second: a room looks at it. */
export function useDeliberation(call: string, stage: string) {
  const params = { path: { id: call }, query: { stage } }
  const options = { refetchInterval: AGAIN_MS, refetchIntervalInBackground: true, retry: false }
  const deliberation = useQuery({ ...options, queryKey: ['deliberation', call, stage], queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}/deliberation', { params, signal })) })
  const version = deliberation.data?.version
  const dependent = { refetchInterval: false as const, retry: false, enabled: version !== undefined }
  const ranking = useQuery({ ...dependent, queryKey: ['ranking', call, stage, version], placeholderData: keepPreviousData, queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}/ranking', { params, signal })) })
  const allocation = useQuery({ ...dependent, queryKey: ['allocation', call, stage, version], placeholderData: keepPreviousData, queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}/allocation', { params, signal })) })
  return { deliberation, ranking, allocation }
}

/** One act of the deliberation: an entry of the journal. */
export function useAct(call: string, stage: string) {
  return useMutation({
    mutationFn: (act: Act) => ok(client.POST('/api/v1/calls/{id}/deliberation', { params: { path: { id: call }, query: { stage }, header: { 'Idempotency-Key': newKey() } }, body: act })),
    onSettled: () => queries.invalidateQueries({ queryKey: ['deliberation', call, stage] }),
  })
}
