import { useQuery } from '@tanstack/react-query'
import { client, ok, okWithTag, type Schemas } from './client.js'

export type Application = Schemas['Application']
export type ApplicationForm = Schemas['Form']
export type ApplicationItem = Schemas['ApplicationItem']

/** Looked at again by itself: what the office does shows here without a click. */
const AGAIN_MS = 30_000

/** An application as this person may see it, with its ETag. */
export function useApplication(id: string) {
  return useQuery({
    queryKey: ['application', id], refetchInterval: AGAIN_MS,
    queryFn: ({ signal }) => okWithTag(client.GET('/api/v1/applications/{id}', { params: { path: { id } }, signal })),
  })
}

export function useHistory(id: string) {
  return useQuery({
    queryKey: ['history', id], refetchInterval: AGAIN_MS,
    queryFn: async ({ signal }) => (await ok(client.GET('/api/v1/cases/{id}/history', { params: { path: { id } }, signal }))).items,
  })
}
