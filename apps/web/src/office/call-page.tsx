import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { AvailableEvent } from '../api/events.js'
import { useDefinition, type Definition } from '../api/programme.js'
import { useLabel } from '../texts/texts.js'
import { Decisions } from '../ui/decisions.js'
import { EventDialog } from '../ui/event-dialog.js'
import { Panel } from '../ui/panel.js'
import { Failure, Loading } from '../ui/states.js'
import { Badge } from '../ui/status.js'
import { Actions } from './actions.js'
import { useCall, type OfficeCall } from './calls.js'
import { askedLabels } from './chart-reading.js'
import { DeadlineTable } from './deadline-table.js'
import { useAttributeText } from './key-facts.js'
import { OfficePage } from './office-page.js'
import { PhaseTable } from './phase-table.js'
import { ReviewProgress } from './review-progress.js'
import { useOfficeTexts } from './texts.js'

/** One call: where it stands, what can be done with it, where its applications are. */
export function CallPage() {
  const { id = '' } = useParams(), call = useCall(id), definition = useDefinition(call.data?.programme, call.data?.programmeVersion)
  const error = call.error ?? definition.error
  if (error) return <main id="main" className="o-main"><Failure error={error} retry={() => void call.refetch()} /></main>
  if (!call.data || !definition.data) return <main id="main" className="o-main"><Loading /></main>
  if (!call.data.office) return <main id="main" className="o-main"><Link to={`/calls/${id}`}>{call.data.title}</Link></main>
  return <OneCall call={call.data as OfficeCall} definition={definition.data} />
}

function OneCall({ call, definition }: { call: OfficeCall; definition: Definition }) {
  const say = useOfficeTexts(), label = useLabel(), shown = useAttributeText(), [asked, setAsked] = useState<AvailableEvent | null>(null)
  const attributes = Object.entries(definition.charts[call.chart]?.attributes ?? {}).flatMap(([name, { type, label: named }]) => {
    const text = shown(type, call.office.attributes[name])
    return text === undefined ? [] : [{ name, label: label(named) || name, text }]
  })
  return (
    <OfficePage title={call.title} over={<Link to="/office/calls">{say('calls')}</Link>} action={<Badge tone={call.open ? 'ok' : 'plain'} icon={call.open ? 'ok' : 'half'}>{label(call.publicStatusLabel) || '–'}</Badge>}>
      <p className="bread mt-1">{label(call.programmeTitle)}・{say('definitionVersion', { version: call.programmeVersion })}・<Link to={`/calls/${call.id}`}>{say('toPublicPage')}</Link></p>
      <div className="mt-4 grid grid-cols-1 gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="grid grid-cols-1 content-start gap-4">
          <Panel title={say('phasesOfCall')} flush><PhaseTable phases={call.office.phases} address={(phase) => `/office/applications?call=${call.id}&phase=${phase}`} /></Panel>
          {definition.rubric !== null && <Decisions call={call.id} />}
          <ReviewProgress call={call.id} hasRubric={definition.rubric !== null} />
          <Panel title={say('attributes')}><dl className="kf">{attributes.map(({ name, label: named, text }) => <div key={name}><dt>{named}</dt><dd className="whitespace-pre-wrap">{text}</dd></div>)}</dl></Panel>
        </div>
        <div className="grid grid-cols-1 content-start gap-4 max-lg:order-first">
          <Panel title={say('actions')}><Actions events={call.office.availableEvents} definition={definition} chart={call.chart} onChoose={setAsked} /></Panel>
          <Panel title={say('deadlines')} flush><DeadlineTable calls={[call]} /></Panel>
        </div>
      </div>
      <EventDialog event={asked} caseId={call.id} etag={`"${call.office.version}"`} labels={asked ? askedLabels(definition, call.chart, asked.type) : {}} onClose={() => setAsked(null)} />
    </OfficePage>
  )
}
