import { useMutation } from '@tanstack/react-query'
import { client, okWithTag, type Schemas } from './client.js'
import { queries } from './queries.js'

export type AvailableEvent = Schemas['AvailableEvent']
export interface EventToSend { caseId: string; type: string; data: Record<string, unknown>; etag?: string | null; key: string }

/** Sends an event of a case; whatever shows the case or lists that hold it is read again. */
export function useSendEvent() {
  return useMutation({
    mutationFn: ({ caseId, type, data, etag, key }: EventToSend) => okWithTag(client.POST('/api/v1/cases/{id}/events', {
      params: { path: { id: caseId }, header: { 'Idempotency-Key': key, ...(etag ? { 'If-Match': etag } : {}) } }, body: { type, data },
    })),
    onSettled: async () => queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'definition' && queryKey[0] !== 'session' }),
  })
}

/** One key for one intention: repeating a request with it does nothing twice. */
export const newKey = (): string => crypto.randomUUID()
