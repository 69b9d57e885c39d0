import { useMutation } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { Link, useNavigate } from 'react-router'
import { client, ok } from '../api/client.js'
import { newKey } from '../api/events.js'
import { isProblem } from '../api/problem.js'
import { useDefinition, useProgrammes, type Definition } from '../api/programme.js'
import { queries } from '../api/queries.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { ErrorSummary, type SummaryItem } from '../ui/error-summary.js'
import { Field, Select, TextInput } from '../ui/field.js'
import { Panel } from '../ui/panel.js'
import { Banner } from '../ui/status.js'
import { toast } from '../ui/toast.js'
import { OfficePage } from './office-page.js'
import { useOfficeTexts } from './texts.js'

const TYPED = new Set(['timestamp', 'yen', 'int', 'date'])

/** Attributes that a call is begun with: those that its first event's guard or a deadline reads, as far as they are single values. */
const settable = (definition: Definition, chart: string) => Object.entries(definition.charts[chart]?.attributes ?? {}).filter(([, { type, label }]) => TYPED.has(type) && label)

/** Prepares a call of the newest version of a programme. */
export function NewCallPage() {
  const say = useOfficeTexts(), label = useLabel(), lang = useLanguage(), navigate = useNavigate(), programmes = useProgrammes()
  const [programme, setProgramme] = useState(''), [title, setTitle] = useState(''), [values, setValues] = useState<Record<string, string>>({})
  const [errors, setErrors] = useState<SummaryItem[]>([]), [attempt, setAttempt] = useState(0), [key] = useState(newKey)
  const newest = programmes.data?.find(({ name }) => name === programme), definition = useDefinition(newest?.name, newest?.version)
  const chart = definition.data && Object.entries(definition.data.charts).find(([, { childOf }]) => childOf === undefined)?.[0]
  const fields = definition.data && chart ? settable(definition.data, chart) : []
  const create = useMutation({
    mutationFn: () => ok(client.POST('/api/v1/calls', {
      params: { header: { 'Idempotency-Key': key } },
      body: { programme, chart: chart ?? 'call', title: title.trim(), attributes: Object.fromEntries(fields.flatMap(([name, { type }]) => { const text = (values[name] ?? '').trim(); return text === '' ? [] : [[name, valueOf(type, text)]] })) as never },
    })),
    onSuccess: async ({ id }) => { await queries.invalidateQueries({ queryKey: ['office-calls'] }); toast(say('created_')); await navigate(`/office/calls/${id}`) },
    onError: (error) => { if (isProblem(error)) setErrors((error.body?.errors ?? []).map(({ pointer, detail, message }) => ({ field: pointer.split('/').at(-1) ?? '', text: message?.[lang] ?? detail }))) },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const missing = [...(programme === '' ? [{ field: 'programme', text: say('missing', { label: say('programme') }) }] : []), ...(title.trim() === '' ? [{ field: 'title', text: say('missing', { label: say('callTitle') }) }] : [])]
    setErrors(missing)
    setAttempt(attempt + 1)
    if (missing.length === 0 && !create.isPending) create.mutate()
  }
  const error = (field: string) => errors.find((each) => each.field === field)?.text
  const problem = isProblem(create.error) && errors.length === 0 ? create.error : null
  return (
    <OfficePage title={say('newCall')} over={<Link to="/office/calls">{say('calls')}</Link>}>
      <form className="mt-4 grid max-w-[44rem] gap-4" onSubmit={submit} noValidate>
        <ErrorSummary items={errors} attempt={attempt} />
        {problem && <Banner tone="bad" title={say('notTaken')} live><p>{problem.body?.reason?.[lang] ?? problem.message}</p></Banner>}
        <Panel title={say('call')}><div className="stack">
          <Field id="programme" label={say('programme')} required error={error('programme')}>{(control) => <Select {...control} value={programme} onChange={({ target }) => setProgramme(target.value)}><option value="" />{programmes.data?.map(({ name, title: named }) => <option key={name} value={name}>{label(named)}</option>)}</Select>}</Field>
          <Field id="title" label={say('callTitle')} required help={say('callTitleHelp')} error={error('title')}>{(control) => <TextInput {...control} value={title} onChange={({ target }) => setTitle(target.value)} />}</Field>
          {fields.map(([name, { type, label: named }]) => (
            <Field key={name} id={name} label={label(named)} required={false} error={error(name)}>{(control) => <TextInput {...control} width={12} {...inputOf(type)} {...(type === 'yen' ? { unit: say('yenUnit') } : {})} value={values[name] ?? ''} onChange={({ target }) => setValues({ ...values, [name]: target.value })} />}</Field>
          ))}
        </div></Panel>
        <p><Button type="submit" rank="main" busy={create.isPending}>{say('create')}</Button></p>
      </form>
    </OfficePage>
  )
}

const inputOf = (type: string) => type === 'timestamp' ? { type: 'datetime-local' } : type === 'date' ? { type: 'date' } : { inputMode: 'numeric' as const, right: true }

function valueOf(type: string, text: string): string | number {
  if (type === 'timestamp') return `${text}:00+09:00`
  if (type === 'date') return text
  return Number(text.normalize('NFKC').replace(/[,\s円¥]/g, ''))
}
