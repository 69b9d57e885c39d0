import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useApplication, type Application } from '../../api/applications.js'
import { useDefinition, type Definition, type FormDefinition } from '../../api/programme.js'
import { client, ok, type Schemas } from '../../api/client.js'
import { useSession } from '../../session/session.js'
import { AnswerStore, type FormState } from './answer-store.js'
import { learnLivingTabs } from './kept-drafts.js'

export interface OpenForm { application: Application; definition: Definition; form: FormDefinition; saved: Schemas['Form']; name: string }

/** An application with one of its forms and the programme it runs on. */
export function useForm(id: string, name: string): { data: OpenForm | undefined; error: unknown; isPending: boolean; refetch: () => unknown } {
  const application = useApplication(id)
  const read = useQuery({
    queryKey: ['form', id, name],
    queryFn: ({ signal }) => ok(client.GET('/api/v1/applications/{id}/form', { params: { path: { id }, query: { form: name } }, signal })),
  })
  const definition = useDefinition(application.data?.data.programme, application.data?.data.programmeVersion)
  const form = definition.data?.forms[name]
  const data = application.data && read.data && definition.data && form ? { application: application.data.data, definition: definition.data, form, saved: read.data, name } : undefined
  return { data, error: application.error ?? read.error ?? definition.error, isPending: !data, refetch: () => Promise.all([application.refetch(), read.refetch(), definition.refetch()]) }
}

/** The answers while they are typed; null until what other tabs left is known. */
export function useAnswerStore({ application, saved, name }: OpenForm): { store: AnswerStore; state: FormState } | null {
  const person = useSession()?.personId ?? 'nobody'
  const [ready, setReady] = useState(false)
  const store = useMemo(() => new AnswerStore({ person, application: application.id, form: name }, saved), [person, application.id, name]) // of `saved` the first reading: the store itself follows what is saved later
  useEffect(() => { void learnLivingTabs().then(() => setReady(true)) }, [])
  useEffect(() => ready ? store.start() : undefined, [store, ready])
  const state = useSyncExternalStore(store.subscribe, store.snapshot)
  return ready ? { store, state } : null
}
