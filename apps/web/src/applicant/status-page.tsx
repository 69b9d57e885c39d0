import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { useApplication, useHistory, type Application } from '../api/applications.js'
import type { Schemas } from '../api/client.js'
import type { AvailableEvent } from '../api/events.js'
import { useDefinition } from '../api/programme.js'
import { now } from '../session/settings.js'
import { dateTime } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Button, LinkButton } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { EventDialog } from '../ui/event-dialog.js'
import { Icon } from '../ui/icons.js'
import { Loaded } from '../ui/states.js'
import { Badge } from '../ui/status.js'
import { Timeline } from '../ui/timeline.js'
import { TurnBanner } from '../ui/turn.js'
import { askedLabels, type Definition } from './definition-reading.js'
import { Documents } from './documents.js'
import { fieldLabels, placeOf } from '../ui/answers/form-places.js'
import { positionOf, timelineOf, turnOf } from './progress.js'
import { formOfEvent } from './submitting.js'
import { useApplicantTexts } from './texts.js'

interface Standing { application: Application; etag: string | null; history: Schemas['HistoryEntry'][]; definition: Definition }

/** Whose turn it is, what to do and until when; then what the office asks for; then the way so far and ahead. */
export function StatusPage() {
  const { id = '' } = useParams(), say = useApplicantTexts()
  const application = useApplication(id), history = useHistory(id)
  const definition = useDefinition(application.data?.data.programme, application.data?.data.programmeVersion)
  const data = application.data && history.data && definition.data ? { application: application.data.data, etag: application.data.etag, history: history.data, definition: definition.data } : undefined
  const title = data && (data.application.title || say('untitled'))
  return (
    <CitizenPage title={title && `${say('status')} ${data.application.number ?? title}`} trail={[{ to: '/my', label: say('myApplications') }]} here={data?.application.number ?? title ?? ''}>
      <Loaded query={{ data, error: application.error ?? history.error ?? definition.error, isPending: !data, refetch: () => Promise.all([application.refetch(), history.refetch()]) }}>{(standing) => <Status {...standing} />}</Loaded>
    </CitizenPage>
  )
}

function Status(standing: Standing) {
  const { application, etag, history, definition } = standing
  const say = useApplicantTexts(), label = useLabel(), lang = useLanguage()
  const [asked, setAsked] = useState<AvailableEvent | null>(null)
  const submitted = application.form !== null && application.form.revision > 0 && application.form.open !== 'all'
  return (
    <>
      <h1 className="text-std-24B-150 desktop:text-std-32B-150">{application.title || say('untitled')}</h1>
      <p className="muted mt-1">{label(definition.title)}{application.number && <><span className="hidden desktop:inline">・</span><span className="nw max-desktop:block">{say('receipt', { number: application.number })}</span></>}</p>
      <div className="mt-6"><NextStep {...standing} onEvent={setAsked} /></div>
      <div className="mt-10 grid gap-12 desktop:grid-cols-[minmax(0,1fr)_21rem] desktop:gap-14">
        <div className="grid content-start gap-12">
          <Remarks application={application} definition={definition} />
          <Documents caseId={application.id} />
          <OtherSteps {...standing} onEvent={setAsked} />
        </div>
        <section aria-labelledby="timeline">
          <h2 className="h-sec" id="timeline">{say('history')}</h2>
          <div className="mt-6"><Timeline steps={timelineOf({ application, history, definition, lang, say })} /></div>
          {submitted && <ul className="mt-6 grid gap-2"><li><Link to={`/my/${application.id}/receipt`}>{say('receiptLink')}</Link></li><li><Link to={`/my/${application.id}/forms/${application.form?.name}`}>{say('submittedAnswers')}</Link></li></ul>}
        </section>
      </div>
      <EventDialog event={asked} caseId={application.id} etag={etag} labels={asked ? askedLabels(definition, application.chart, asked.type) : {}} onClose={() => setAsked(null)} />
    </>
  )
}

/** What leads on; giving up (what asks for a confirmation) is not among it. */
const leadsOn = ({ confirm }: AvailableEvent): boolean => !confirm

function NextStep({ application, definition, onEvent }: Standing & { onEvent: (event: AvailableEvent) => void }) {
  const say = useApplicantTexts(), label = useLabel()
  const turn = turnOf(application), position = positionOf(application, definition), status = label(application.publicStatusLabel)
  const explain = application.publicStatus ? definition.publicStatuses[application.publicStatus]?.explain : undefined
  const due = application.nextDeadline ? new Date(application.nextDeadline.dueAt) : null
  const where = position ? say('stepOf', { step: status, ...position }) : say('statusIs', { status })
  const forward = application.availableEvents.filter(leadsOn)
  const remarks = application.remarks?.items ?? []
  if (turn === 'nobody') return <TurnBanner turn="nobody" title={status || say('doneTitle')}><p>{explain ? label(explain) : say('doneTitle')}</p></TurnBanner>
  if (turn === 'city') return <TurnBanner turn="city" title={say('cityTitle')}><p>{where}</p><p>{explain ? label(explain) : say('cityLead')}</p></TurnBanner>

  const form = forward.map((event) => ({ event, form: formOfEvent(application, definition, event) }))
  const first = form[0]
  const base = `/my/${application.id}/forms/`
  if (remarks.length > 0) return <TurnBanner turn="you" title={say('correctTitle', { count: remarks.length })} due={due} action={<LinkButton rank="main" size="large" arrow wide to={`${base}${application.form?.name ?? ''}`}>{say('correctOpen', { count: remarks.length })}</LinkButton>}><p>{where}</p></TurnBanner>
  if (first?.form !== undefined && first.form === application.form?.name) return <TurnBanner turn="you" title={say('finishTitle')} due={due} action={<LinkButton rank="main" size="large" arrow wide to={`${base}${first.form}`}>{say('finishOpen')}</LinkButton>}><p>{where}</p></TurnBanner>
  const action = first && (first.form !== undefined
    ? <LinkButton rank="main" size="large" arrow wide to={`${base}${first.form}`}>{label(first.event.label)}</LinkButton>
    : <Button rank="main" size="large" arrow wide onClick={() => onEvent(first.event)}>{label(first.event.label)}</Button>)
  return <TurnBanner turn="you" title={forward.length > 1 ? say('chooseTitle') : first ? say('nextTitle', { event: label(first.event.label) }) : status} due={due} action={action}><p>{where}</p>{explain && <p>{label(explain)}</p>}</TurnBanner>
}

/** Each remark with its reason in words and its own way to the field. */
function Remarks({ application, definition }: Pick<Standing, 'application' | 'definition'>) {
  const say = useApplicantTexts(), label = useLabel(), lang = useLanguage()
  const { remarks, form } = application
  const definitionOfForm = form ? definition.forms[form.name] : undefined
  if (!remarks || remarks.items.length === 0 || !form || !definitionOfForm || form.open === 'none') return null
  const labels = fieldLabels(definitionOfForm)
  return (
    <section aria-labelledby="remarks">
      <h2 className="h-sec" id="remarks">{say('remarksTitle')}</h2>
      <p className="muted mt-1">{say('remarksLead', { date: dateTime(new Date(remarks.at), now(), lang) })}</p>
      <ol className="mt-4 border-t border-(--rule)">
        {remarks.items.map(({ field, text }, at) => {
          const place = placeOf(definitionOfForm, field), section = definitionOfForm.sections.find(({ id }) => id === place?.section)
          const changed = form.savedAt !== null && new Date(form.savedAt) > new Date(remarks.at)
          const name = field ? label(labels.get(field)) : say('wholeApplication')
          return (
            <li key={at} className="grid gap-2 border-b border-(--rule) py-5 desktop:grid-cols-[1fr_auto] desktop:gap-x-6">
              <div>
                <p className="meta flex flex-wrap items-center gap-2">{section && label(section.title)}{!changed && <Badge tone="warn" icon="dashed">{say('notDone')}</Badge>}</p>
                <h3 className="text-std-18B-160 mt-1">{name}</h3><p className="mt-1">{text}</p>
              </div>
              <div className="flex items-center"><LinkButton to={place ? `/my/${application.id}/forms/${form.name}/${place.section}#${place.field}` : `/my/${application.id}/forms/${form.name}`}>{say('fixIt')}<span className="sr-only">: {name}</span></LinkButton></div>
            </li>
          )
        })}
      </ol>
    </section>
  )
}

function OtherSteps({ application, definition, onEvent }: Standing & { onEvent: (event: AvailableEvent) => void }) {
  const say = useApplicantTexts(), label = useLabel()
  const forward = application.availableEvents.filter(leadsOn)
  const main = turnOf(application) === 'you' ? forward[0] : undefined
  const others = application.availableEvents.filter((event) => event !== main)
  if (others.length === 0) return null
  return (
    <section aria-labelledby="others">
      <h2 className="h-sec" id="others">{say('otherActions')}</h2>
      <ul className="mt-4 border-t border-(--rule)">{others.map((event) => {
        const form = formOfEvent(application, definition, event)
        return (
          <li key={event.type} className="flex flex-wrap items-center justify-between gap-3 border-b border-(--rule) py-3">
            {event.blocked && <span>{label(event.label)}<span className="meta flex gap-1"><Icon name="none" />{say('blocked', { why: label(event.blocked) })}</span></span>}
            {!event.blocked && (form !== undefined
              ? <LinkButton to={`/my/${application.id}/forms/${form}`}>{label(event.label)}</LinkButton>
              : <Button rank={event.confirm ? 'danger' : 'second'} onClick={() => onEvent(event)}>{label(event.label)}</Button>)}
          </li>
        )
      })}</ul>
    </section>
  )
}
