import { useQuery } from '@tanstack/react-query'
import { client, ok, type Schemas } from './client.js'

export type Attachment = Schemas['Attachment']
export type Letter = Schemas['Letter']
export type CaseDocument = Attachment | Letter

/** Letters and attachments of a case that this person may see. */
export function useDocuments(caseId: string) {
  return useQuery({
    queryKey: ['documents', caseId],
    queryFn: async ({ signal }) => (await ok(client.GET('/api/v1/cases/{id}/documents', { params: { path: { id: caseId } }, signal }))).items as CaseDocument[],
  })
}

export const documentAddress = (id: string, download = false): string => `/api/v1/documents/${id}${download ? '?download=1' : ''}`
