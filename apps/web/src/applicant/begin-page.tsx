import { useMutation, useQuery } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { useNavigate, useParams } from 'react-router'
import { client, ok } from '../api/client.js'
import { newKey } from '../api/events.js'
import { isProblem } from '../api/problem.js'
import { queries } from '../api/queries.js'
import { texts, useLabel, useLanguage } from '../texts/texts.js'
import { Button, LinkButton } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { ErrorSummary, type SummaryItem } from '../ui/error-summary.js'
import { Choice, Field, FieldGroup, TextInput } from '../ui/field.js'
import { Failure, Loaded } from '../ui/states.js'
import { Banner } from '../ui/status.js'
import { TurnBadge } from '../ui/turn.js'
import { turnOf } from './progress.js'

const useTexts = texts('begin', {
  title: ['申請を始める', 'Start an application'],
  organisation: ['団体の名称', 'Name of the organisation'],
  organisationHelp: ['登記や規約のとおりに入力してください。', 'As it stands in the register or the statutes.'],
  name: ['申請の題名', 'Title of the application'],
  nameHelp: ['事業や取組の名前です。あとで変えられます。', 'What the project is called. You can change it later.'],
  chart: ['申請の種類', 'Kind of application'],
  missing: ['{{label}}を入力してください', 'Please fill in: {{label}}'],
  tooLong: ['{{label}}は{{max}}文字までで入力してください', 'Please use no more than {{max}} characters: {{label}}'],
  start: ['入力を始める', 'Begin'],
  failed: ['始められませんでした', 'It could not be started'],
  existing: ['この募集に、作成中の申請があります', 'You have a draft for this call'],
  continue: ['続きを入力する', 'Go on with it'],
  another: ['別の申請を始める', 'Start another application'],
  closed: ['いまは申請を受け付けていません', 'This call takes no applications now'],
  programmes: ['制度の一覧', 'Programmes'],
})
const LONGEST = 200

/** What is needed before the first page of the form: who applies, for what. */
export function BeginPage() {
  const { id = '' } = useParams(), say = useTexts(), label = useLabel()
  const call = useQuery({ queryKey: ['call', id], queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}', { params: { path: { id } }, signal })) })
  const mine = useQuery({ queryKey: ['my-drafts', id], queryFn: ({ signal }) => ok(client.GET('/api/v1/applications', { params: { query: { call: id, limit: 50, mine: 'true' } }, signal })) })
  return (
    <CitizenPage title={say('title')} trail={[{ to: '/', label: say('programmes') }, { to: `/calls/${id}`, label: call.data ? label(call.data.programmeTitle) : '' }]}>
      <h1 className="h-page">{say('title')}</h1>
      <Loaded query={call}>{({ open, title, programmeTitle, applicationCharts }) => <>
        <p className="mt-2">{label(programmeTitle)} <span className="muted block">{title}</span></p>
        {mine.data?.items.filter((item) => turnOf(item) === 'you').map((item) => (
          <div key={item.id} className="mt-6"><Banner tone="info" title={say('existing')}><p className="flex flex-wrap items-center gap-3"><TurnBadge turn="you" short />{item.title}</p><p className="mt-2"><LinkButton rank="second" to={`/my/${item.id}`}>{say('continue')}</LinkButton></p></Banner></div>
        ))}
        {open ? <BeginForm call={id} charts={applicationCharts} /> : <div className="mt-6"><Banner tone="warn" title={say('closed')} /></div>}
      </>}</Loaded>
    </CitizenPage>
  )
}

interface Chart { chart: string; title: { ja: string; en: string } | null }

function BeginForm({ call, charts }: { call: string; charts: readonly Chart[] }) {
  const say = useTexts(), label = useLabel(), lang = useLanguage(), navigate = useNavigate()
  const [organisation, setOrganisation] = useState(''), [title, setTitle] = useState(''), [chart, setChart] = useState(charts.length === 1 ? charts[0]?.chart : undefined)
  const [errors, setErrors] = useState<SummaryItem[]>([]), [attempt, setAttempt] = useState(0), [key] = useState(newKey)
  const begin = useMutation({
    mutationFn: () => ok(client.POST('/api/v1/calls/{id}/applications', { params: { path: { id: call }, header: { 'Idempotency-Key': key } }, body: { ...(chart ? { chart } : {}), title: title.trim(), organisation: { name: organisation.trim(), kana: '' } } })),
    onSuccess: async (application) => {
      await queries.invalidateQueries({ queryKey: ['my-applications'] })
      await navigate(application.form ? `/my/${application.id}/forms/${application.form.name}` : `/my/${application.id}`, { replace: true })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const check = (field: string, name: string, text: string): SummaryItem[] => text.trim() === '' ? [{ field, text: say('missing', { label: name }) }] : [...text.trim()].length > LONGEST ? [{ field, text: say('tooLong', { label: name, max: LONGEST }) }] : []
    const found = [...(chart === undefined ? [{ field: 'chart', text: say('missing', { label: say('chart') }) }] : []), ...check('organisation', say('organisation'), organisation), ...check('title', say('name'), title)]
    setErrors(found)
    setAttempt(attempt + 1)
    if (found.length === 0 && !begin.isPending) begin.mutate()
  }
  const error = (field: string) => errors.find((each) => each.field === field)?.text
  const problem = isProblem(begin.error) ? begin.error : null
  if (problem?.status === 401) return <Failure error={problem} />
  return (
    <form className="mt-8 grid max-w-[40rem] gap-8" onSubmit={submit} noValidate>
      <ErrorSummary items={errors} attempt={attempt} />
      {problem && <Banner tone="bad" title={say('failed')} live><p>{problem.body?.reason?.[lang] ?? problem.message}</p></Banner>}
      {charts.length > 1 && <FieldGroup id="chart" label={say('chart')} required error={error('chart')}>{() => <div>{charts.map((each, at) => <Choice key={each.chart} type="radio" id={at === 0 ? 'chart' : undefined} name="chart" checked={chart === each.chart} label={label(each.title) || each.chart} onChange={() => setChart(each.chart)} />)}</div>}</FieldGroup>}
      <Field id="organisation" label={say('organisation')} required help={say('organisationHelp')} error={error('organisation')}>{(control) => <TextInput {...control} autoComplete="organization" value={organisation} onChange={({ target }) => setOrganisation(target.value)} />}</Field>
      <Field id="title" label={say('name')} required help={say('nameHelp')} error={error('title')}>{(control) => <TextInput {...control} value={title} onChange={({ target }) => setTitle(target.value)} />}</Field>
      <p><Button type="submit" rank="main" size="large" arrow wide busy={begin.isPending}>{say('start')}</Button></p>
    </form>
  )
}
