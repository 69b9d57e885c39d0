import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation, useParams } from 'react-router'
import { useHistory } from '../api/applications.js'
import { client, okWithTag } from '../api/client.js'
import type { AvailableEvent } from '../api/events.js'
import { isProblem } from '../api/problem.js'
import { useDefinition, type Definition } from '../api/programme.js'
import { useLabel } from '../texts/texts.js'
import { EventDialog, type RemarkField } from '../ui/event-dialog.js'
import { Panel } from '../ui/panel.js'
import { Failure, Loading } from '../ui/states.js'
import { Badge, Banner } from '../ui/status.js'
import { Due } from '../ui/turn.js'
import { Actions } from './actions.js'
import { CaseDocuments } from './case-documents.js'
import { CaseForms } from './case-forms.js'
import { CaseHistory } from './case-history.js'
import { KeyFacts } from './key-facts.js'
import type { OfficeCase } from './office-case.js'
import { OfficePage } from './office-page.js'
import { askedLabels } from './chart-reading.js'
import { useOfficeTexts } from './texts.js'

/** One case as the office works on it: where it stands, what the applicant sees of that, what can be done. */
export function CasePage() {
  const { id = '' } = useParams(), say = useOfficeTexts()
  const read = useQuery({ queryKey: ['application', id], refetchInterval: 30_000, queryFn: ({ signal }) => okWithTag(client.GET('/api/v1/applications/{id}', { params: { path: { id } }, signal })) })
  const definition = useDefinition(read.data?.data.programme, read.data?.data.programmeVersion)
  const shown = read.data?.data
  const error = read.error ?? definition.error
  if (error) return <main id="main" className="o-main"><Failure error={error} retry={() => void read.refetch()} /></main>
  if (!shown || !definition.data) return <main id="main" className="o-main"><Loading /></main>
  if (!shown.office) return <OfficePage title={shown.title || say('untitled')}><p className="mt-4"><Link to={`/my/${id}`}>{say('open')}</Link></p></OfficePage>
  return <Case application={shown as OfficeCase} etag={read.data?.etag ?? null} definition={definition.data} />
}

function Case({ application, etag, definition }: { application: OfficeCase; etag: string | null; definition: Definition }) {
  const say = useOfficeTexts(), label = useLabel(), { state } = useLocation() as { state: { from?: string } | null }
  const [asked, setAsked] = useState<AvailableEvent | null>(null)
  const history = useHistory(application.id)
  const { office } = application, place = office.states.map(({ name, label: named }) => label(named) || name).join('・')
  const embargoed = office.tags.includes('embargoed')
  return (
    <OfficePage title={application.title || say('untitled')} over={<nav className="flex flex-wrap gap-2" aria-label={say('applications')}><Link to={`/office/applications${state?.from ? `?${state.from}` : ''}`}>{say('applications')}</Link></nav>}
      action={<Badge tone="info" icon={application.done ? 'check' : 'half'}>{place}</Badge>}>
      <p className="bread mt-1">{[application.number, office.organisation?.name, label(definition.title), say('definitionVersion', { version: office.programmeVersion })].filter(Boolean).join('・')}</p>
      <div className="mt-4"><Banner tone={embargoed ? 'warn' : 'info'} icon={embargoed ? 'lock' : 'person'} title={say('applicantSees', { status: label(application.publicStatusLabel) || '–' })}><p className="t12">{say(embargoed ? 'applicantEmbargo' : 'applicantSame')}</p></Banner></div>
      <div className="mt-4 grid grid-cols-1 gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="max-lg:contents lg:grid lg:grid-cols-1 lg:content-start lg:gap-4">
          <KeyFacts application={application} definition={definition} />
          <CaseDocuments caseId={application.id} />
          <CaseForms application={application} definition={definition} />
        </div>
        <div className="max-lg:contents lg:grid lg:grid-cols-1 lg:content-start lg:gap-4">
          <Panel title={say('actions')} className="max-lg:order-first">
            {application.nextDeadline && <div className="mb-3"><Due at={new Date(application.nextDeadline.dueAt)} label={label(application.nextDeadline.label) || undefined} /></div>}
            <Actions events={application.availableEvents} definition={definition} chart={application.chart} onChoose={setAsked} />
          </Panel>
          {history.data && <CaseHistory entries={history.data} states={definition} />}
          {history.error && isProblem(history.error) && <Failure error={history.error} />}
        </div>
      </div>
      <EventDialog event={asked} caseId={application.id} etag={etag} labels={asked ? askedLabels(definition, application.chart, asked.type) : {}} remarkFields={remarkFields(application, definition, label)} onClose={() => setAsked(null)} />
    </OfficePage>
  )
}

/** What a remark may point at: the fields of the form that is in the office's hands. */
function remarkFields(application: OfficeCase, definition: Definition, label: (it: { ja: string; en: string }) => string): RemarkField[] {
  const latest = [...application.forms].sort((a, b) => (b.savedAt ?? '').localeCompare(a.savedAt ?? ''))[0] ?? application.form
  const form = definition.forms[latest?.name ?? '']
  return form?.sections.flatMap((section) => section.fields.filter(({ kind }) => kind !== 'computed').map((field) => ({ id: field.id, label: `${label(section.title)}:${label(field.label)}` }))) ?? []
}
