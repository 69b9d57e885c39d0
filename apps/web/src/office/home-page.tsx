import { Link } from 'react-router'
import { now } from '../session/settings.js'
import { longDate } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { LinkButton } from '../ui/button.js'
import { Panel } from '../ui/panel.js'
import { Empty, Loaded } from '../ui/states.js'
import { useActiveCalls, type OfficeCall } from './calls.js'
import { DeadlineTable } from './deadline-table.js'
import { OfficePage, SearchBox } from './office-page.js'
import { PhaseTable } from './phase-table.js'
import { useOfficeTexts } from './texts.js'
import { WaitingNumbers } from './waiting-numbers.js'

/** What needs doing today; every number opens its list. */
export function HomePage() {
  const say = useOfficeTexts(), lang = useLanguage(), calls = useActiveCalls()
  return (
    <OfficePage title={say('today')} over={<p>{longDate(now(), lang)}</p>} action={<SearchBox initial="" />}>
      <WaitingNumbers />
      <Loaded query={calls}>{(active) => active.length === 0
        ? <div className="mt-5"><Empty title={say('noActive')} icon="calendar"><p>{say('noActiveLead')}</p><p className="mt-3"><LinkButton to="/office/calls">{say('calls')}</LinkButton></p></Empty></div>
        : <>
          <h2 className="sr-only">{say('activeCalls')}</h2>
          <div className="mt-5 grid grid-cols-1 gap-5 xl:grid-cols-2">{active.map((call) => <CallPanel key={call.id} call={call} />)}</div>
          <Panel title={say('deadlines')} className="mt-5" flush aside={<Link className="t12" to="/office/calls">{say('calendar')}</Link>}><DeadlineTable calls={active} /></Panel>
        </>}</Loaded>
    </OfficePage>
  )
}

function CallPanel({ call }: { call: OfficeCall }) {
  const label = useLabel()
  return (
    <Panel level={3} flush title={<Link to={`/office/calls/${call.id}`}>{label(call.programmeTitle)}</Link>} aside={<span className="meta">{call.title}・{label(call.publicStatusLabel)}</span>}>
      <PhaseTable phases={call.office.phases} address={(phase) => `/office/applications?call=${call.id}&phase=${phase}`} />
    </Panel>
  )
}
