import { useParams } from 'react-router'
import { useApplication, useHistory } from '../api/applications.js'
import { useDefinition, type Definition } from '../api/programme.js'
import type { Schemas } from '../api/client.js'
import { fieldsOf } from '@saitaku/forms'
import { longDate, timeOfDay } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Button, LinkButton } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { Icon } from '../ui/icons.js'
import { Loaded } from '../ui/states.js'
import { Timeline } from '../ui/timeline.js'
import { useUiTexts } from '../ui/texts.js'
import { filesOf, ReceivedFile } from '../ui/answers/received-file.js'
import { timelineOf } from './progress.js'
import { useApplicantTexts } from './texts.js'

/** What was received and when; to be printed. */
export function ReceiptPage() {
  const { id = '' } = useParams(), say = useApplicantTexts()
  const application = useApplication(id), history = useHistory(id)
  const definition = useDefinition(application.data?.data.programme, application.data?.data.programmeVersion)
  const query = {
    data: application.data && history.data && definition.data ? { application: application.data.data, history: history.data, definition: definition.data } : undefined,
    error: application.error ?? history.error ?? definition.error, isPending: true, refetch: () => Promise.all([application.refetch(), history.refetch()]),
  }
  return (
    <CitizenPage title={say('receiptLink')} trail={[{ to: '/my', label: say('myApplications') }, { to: `/my/${id}`, label: query.data?.application.title || say('status') }]} here={say('receiptLink')}>
      <Loaded query={query}>{(data) => <Receipt {...data} />}</Loaded>
    </CitizenPage>
  )
}

function Receipt({ application, history, definition }: { application: Schemas['Application']; history: Schemas['HistoryEntry'][]; definition: Definition }) {
  const say = useApplicantTexts(), ui = useUiTexts(), label = useLabel(), lang = useLanguage()
  const submitted = history.find(({ own, publicStatus }) => own && publicStatus !== undefined && publicStatus !== history[0]?.publicStatus) ?? history.filter(({ own }) => own)[1]
  const received = submitted ? new Date(submitted.at) : null
  const form = definition.forms[application.form?.name ?? '']
  const files = form ? fieldsOf(form).filter(({ kind }) => kind === 'file').flatMap(({ id }) => filesOf(application.form?.answers[id])) : []
  if (application.number === null && application.form?.open === 'all') return <div className="max-w-[46rem]"><h1 className="h-page">{say('notSubmittedYet')}</h1><p className="mt-3">{say('numberComes')}</p></div>
  return (
    <div className="grid gap-12 desktop:grid-cols-[minmax(0,1fr)_21rem] desktop:gap-14">
      <div>
        <h1 className="h-page flex items-start gap-3"><span className="text-(--ok)"><Icon name="ok" /></span>{say('receiptTitle')}</h1>
        <p className="mt-3">{say('receiptLead')}</p>
        <dl className="dl dl-stack mt-6">
          {application.number !== null && <><dt>{say('receiptNo')}</dt><dd><b className="text-std-28B-150 nw">{application.number}</b></dd></>}
          {received && <><dt>{say('receivedAt')}</dt><dd>{longDate(received, lang)} <span className="nw">{timeOfDay(received, lang)}</span></dd></>}
          <dt>{say('applicationTitle')}</dt><dd>{application.title || say('untitled')}</dd>
          <dt>{ui('programmes')}</dt><dd>{label(definition.title)}</dd>
        </dl>
        {files.length > 0 && <section className="mt-8" aria-labelledby="files"><h2 className="h-sub" id="files">{say('files')}</h2><ul className="mt-2 border-t border-(--rule)">{files.map((file) => <ReceivedFile key={file.sha256 + file.name} file={file} />)}</ul></section>}
        <p className="mt-8 flex flex-wrap gap-3 print:hidden"><Button rank="main" icon="print" onClick={() => print()}>{ui('printPage')}</Button><LinkButton to={`/my/${application.id}`}>{say('toStatus')}</LinkButton></p>
      </div>
      <section aria-labelledby="next"><h2 className="h-sec" id="next">{say('nextSteps')}</h2><div className="mt-6"><Timeline steps={timelineOf({ application, history, definition, lang, say })} /></div></section>
    </div>
  )
}
