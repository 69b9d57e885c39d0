import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useParams } from 'react-router'
import { client, ok, type Schemas } from '../api/client.js'
import { stepsOf, useDefinition, type Definition } from '../api/programme.js'
import { useSession } from '../session/session.js'
import { now } from '../session/settings.js'
import { dateTime, daysUntil, longDate, number, timeOfDay, yen } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { LinkButton } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { Icon } from '../ui/icons.js'
import { Loaded } from '../ui/states.js'
import { Badge } from '../ui/status.js'
import { Timeline } from '../ui/timeline.js'
import { useUiTexts } from '../ui/texts.js'
import { usePublicTexts } from './texts.js'

type Call = Schemas['Call']

export function CallPage() {
  const { id = '' } = useParams(), say = usePublicTexts(), label = useLabel()
  const call = useQuery({ queryKey: ['call', id], queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}', { params: { path: { id } }, signal })) })
  const definition = useDefinition(call.data?.programme, call.data?.programmeVersion)
  const title = call.data && label(call.data.programmeTitle)
  const data = call.data && definition.data ? { call: call.data, definition: definition.data } : undefined
  return (
    <CitizenPage title={title} trail={[{ to: '/', label: say('homeTitle') }]} here={title}>
      <Loaded query={{ data, error: call.error ?? definition.error, isPending: !data, refetch: () => Promise.all([call.refetch(), definition.refetch()]) }}>{(loaded) => <CallDetails {...loaded} />}</Loaded>
    </CitizenPage>
  )
}

function CallDetails({ call, definition }: { call: Call; definition: Definition }) {
  const say = usePublicTexts(), label = useLabel(), lang = useLanguage()
  const [easy, setEasy] = useState(false)
  const forms = call.applicationCharts.flatMap(({ form }) => form === null ? [] : [definition.forms[form]]).filter((form) => form !== undefined)
  return (
    <div className="grid gap-10 desktop:grid-cols-[minmax(0,1fr)_20rem] desktop:grid-rows-[auto_1fr] desktop:gap-x-16 desktop:gap-y-12">
      <div>
        <div className="flex flex-wrap gap-2">{call.open ? <Badge tone="ok" icon="ok">{say('open')}</Badge> : <Badge icon="none">{label(call.publicStatusLabel) || say('closed')}</Badge>}</div>
        <h1 className="h-page mt-4">{label(call.programmeTitle)}</h1>
        <p className="h-sub mt-2">{call.title}</p>
        {easy ? <p className="easy mt-4 max-w-[40em]" lang="ja">{call.open && call.closesAt ? say('easyOpen', { date: dateTime(new Date(call.closesAt), now(), lang) }) : say('easyClosed')}</p>
          : definition.description && <p className="mt-4 max-w-[40em]">{label(definition.description)}</p>}
        {lang === 'ja' && <p className="mt-3"><label className="sw"><input type="checkbox" role="switch" checked={easy} onChange={({ target }) => setEasy(target.checked)} />{say('easy')}</label></p>}
      </div>
      <div className="order-3 grid gap-12 content-start desktop:order-none desktop:col-start-1">
        <Amounts definition={definition} />
        {forms.map((form, at) => <Preparation key={at} form={form} />)}
        <Criteria definition={definition} />
        <Course call={call} definition={definition} />
      </div>
      <aside aria-label={say('keyPoints')} className="order-2 desktop:order-none desktop:col-start-2 desktop:row-span-2 desktop:row-start-1"><KeyPanel call={call} definition={definition} forms={forms} /></aside>
    </div>
  )
}

type Form = Definition['forms'][string]

/** Until when, how many days are left, and the way in. */
function KeyPanel({ call, forms }: { call: Call; definition: Definition; forms: readonly Form[] }) {
  const say = usePublicTexts(), ui = useUiTexts(), label = useLabel(), lang = useLanguage(), person = useSession()
  const closes = call.closesAt === null ? null : new Date(call.closesAt), opens = call.opensAt === null ? null : new Date(call.opensAt)
  const help = forms.map(({ help: text }) => label(text)).filter((text) => text !== '')
  return (
    <div className={`rounded-12 border-2 p-5 desktop:sticky desktop:top-6 ${call.open ? 'border-(--key)' : 'border-(--edge)'}`}>
      {call.open ? <>
        {closes && <>
          <p className="t12 muted">{say('closesAt')}</p><p><b className="text-std-20B-150">{longDate(closes, lang)} <span className="nw">{timeOfDay(closes, lang)}</span></b></p>
          <p className="mt-1 flex items-baseline gap-2">{daysUntil(closes, now()) === 0 ? <b className="text-std-28B-150 text-(--key)">{say('closesToday')}</b> : <><span>{say('left')}</span><b className="text-std-45B-140 text-(--key)">{number(daysUntil(closes, now()))}</b><span>{say('days')}</span></>}</p>
        </>}
        <LinkButton rank="main" size="large" arrow className="mt-4 w-full print:hidden" to={`/calls/${call.id}/begin`}>{say(person ? 'start' : 'toSignIn')}</LinkButton>
      </> : <>
        <p className="h-sub">{say('notOpen')}</p>
        {closes && closes < now() && <p className="muted mt-1">{say('closedSince', { date: `${longDate(closes, lang)} ${timeOfDay(closes, lang)}` })}</p>}
        {opens && opens > now() && <p className="muted mt-1">{say('opensOn', { date: `${longDate(opens, lang)} ${timeOfDay(opens, lang)}` })}</p>}
      </>}
      <ul className="mt-4 grid gap-2">
        {help.length > 0 ? help.map((text) => <li key={text} className="flex gap-2"><Icon name="clock" /><span>{text}</span></li>) : <li className="flex gap-2"><Icon name="clock" /><span>{say('startLead')}</span></li>}
        <li className="flex gap-2 print:hidden"><Icon name="print" /><button type="button" className="link" onClick={() => print()}>{ui('printPage')}</button></li>
      </ul>
    </div>
  )
}

const FIGURES = new Set(['yen', 'fraction'])
const THOUSAND = 1_000, EXAMPLE_COST = 1_234_567

/** The guideline's numbers, and where a rate and a cap are among them, a worked example. */
function Amounts({ definition }: { definition: Definition }) {
  const say = usePublicTexts(), label = useLabel(), lang = useLanguage()
  const figures = Object.entries(definition.params).filter(([, { type, label: named }]) => FIGURES.has(type) && named)
  const [numerator, denominator] = String(definition.params.rate?.value ?? '').split('/').map(Number)
  const cap = definition.params.cap?.value
  if (figures.length === 0) return null
  const shown = (type: string, value: string | number | boolean): string => {
    if (type === 'yen') return yen(Number(value), lang)
    if (type === 'fraction' && lang === 'ja') return String(value).replace(/^(\d+)\/(\d+)$/, '$2分の$1以内')
    return typeof value === 'number' ? number(value) : String(value)
  }
  const example = numerator && denominator && typeof cap === 'number' ? Math.min(cap, Math.floor(Math.floor(EXAMPLE_COST * numerator / denominator) / THOUSAND) * THOUSAND) : undefined
  return (
    <section aria-labelledby="amounts"><h2 className="h-sec" id="amounts">{say(example === undefined ? 'figures' : 'amounts')}</h2>
      <dl className="figures mt-4">{figures.map(([key, { type, value, label: named }]) => <div key={key}><dt className="t12 muted">{label(named)}</dt><dd><b className="text-std-22B-150 nw">{shown(type, value)}</b></dd></div>)}</dl>
      {example !== undefined && <p className="mt-4">{say('example', { cost: yen(EXAMPLE_COST, lang), amount: yen(example, lang) })}</p>}
    </section>
  )
}

/** What is asked for, section by section; documents to attach by themselves. */
function Preparation({ form }: { form: Form }) {
  const say = usePublicTexts(), ui = useUiTexts(), label = useLabel()
  const files = form.sections.flatMap(({ fields }) => fields.flatMap((field) => field.kind === 'file' ? [field] : []))
  return (
    <section aria-label={`${say('documents')}: ${label(form.title)}`}><h2 className="h-sec">{say('documents')}</h2>
      <p className="muted mt-1">{label(form.title)}</p>
      <p className="mt-3">{say('documentsLead')}</p>
      <ol className="mt-4 grid list-decimal gap-x-8 gap-y-1 pl-6 desktop:grid-cols-2">{form.sections.map((section) => <li key={section.id}>{label(section.title)}</li>)}</ol>
      {files.length > 0 && <>
        <h3 className="h-sub mt-8">{say('files')}</h3>
        <ul className="mt-3 border-t border-(--rule)">{files.map((field) => (
          <li key={field.id} className="grid grid-cols-[auto_1fr] items-start gap-x-3 border-b border-(--rule) py-3">
            <span className={field.required ? 'req mt-[3px]' : 'opt mt-[3px]'}>{ui(field.required ? 'required' : 'optional')}</span>
            <span><b>{label(field.label)}</b>{field.help && <span className="muted block">{label(field.help)}</span>}</span>
          </li>
        ))}</ul>
      </>}
    </section>
  )
}

function Criteria({ definition }: { definition: Definition }) {
  const say = usePublicTexts(), label = useLabel()
  return definition.rubric?.stages.map((stage) => {
    const criteria = stage.criteria.map((criterion) => ({ ...criterion, most: Math.max(Number(criterion.maxPoints ?? 0), ...Object.values(criterion.levels ?? {}).map(Number)) * Number(criterion.weight) }))
    return (
      <section key={stage.id} aria-labelledby={`criteria-${stage.id}`}><h2 className="h-sec" id={`criteria-${stage.id}`}>{say('criteria')}<span className="muted ml-3 text-std-16N-170">{label(stage.label)}</span></h2>
        <p className="mt-3">{say('criteriaLead', { count: criteria.length })}</p>
        <table className="tbl mt-4"><caption className="sr-only">{say('criteria')}: {label(stage.label)}</caption>
          <thead><tr><th scope="col">{say('criterion')}</th><th scope="col" className="num">{say('weight')}</th></tr></thead>
          <tbody>{criteria.map((criterion) => <tr key={criterion.id}><th scope="row">{label(criterion.label)}{criterion.help && <span className="muted block font-normal">{label(criterion.help)}</span>}</th><td className="num">{say('points', { count: criterion.most })}</td></tr>)}</tbody>
          <tfoot><tr><th scope="row">{say('total')}</th><td className="num">{say('points', { count: criteria.reduce((sum, { most }) => sum + most, 0) })}</td></tr></tfoot>
        </table>
      </section>
    )
  })
}

/** The steps that an application goes through, with the dates that are known. */
function Course({ call, definition }: { call: Call; definition: Definition }) {
  const say = usePublicTexts(), lang = useLanguage()
  const dates = [call.opensAt, call.closesAt].filter((at) => at !== null).map((at) => dateTime(new Date(at), now(), lang))
  const steps = stepsOf(definition, call.applicationCharts[0]?.chart ?? '')
  if (steps.length < 2) return null
  return (
    <section aria-labelledby="course"><h2 className="h-sec" id="course">{say('timeline')}</h2>
      <div className="mt-6"><Timeline steps={[
        { key: 'call', state: call.open ? 'now' : 'next', title: say('open'), children: <p className="muted">{dates.join(' – ')}</p> },
        ...steps.slice(1).map((step) => ({ key: String(step.step), state: 'next' as const, title: step.title[lang] })),
      ]} /></div>
    </section>
  )
}
