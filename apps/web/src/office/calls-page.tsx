import { Link } from 'react-router'
import { now } from '../session/settings.js'
import { shortDate } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { LinkButton } from '../ui/button.js'
import { Panel, TableRegion } from '../ui/panel.js'
import { Loaded } from '../ui/states.js'
import { Badge } from '../ui/status.js'
import { useActiveCalls, useOfficeCalls } from './calls.js'
import { DeadlineTable } from './deadline-table.js'
import { OfficePage } from './office-page.js'
import { useOfficeTexts } from './texts.js'

/** All calls, and what is due when. */
export function CallsPage() {
  const say = useOfficeTexts(), label = useLabel(), lang = useLanguage(), calls = useOfficeCalls(), active = useActiveCalls()
  return (
    <OfficePage title={say('calls')} action={<LinkButton rank="main" icon="plus" to="/office/calls/new">{say('newCall')}</LinkButton>}>
      <Panel title={say('calendar')} className="mt-4" flush><Loaded query={active}>{(items) => <DeadlineTable calls={items} />}</Loaded></Panel>
      <Panel title={say('call')} className="mt-4" flush><Loaded query={calls}>{(items) => (
        <TableRegion name={say('call')}>
          <table className="tbl" style={{ minWidth: '40rem' }}><caption className="sr-only">{say('call')}</caption>
            <thead><tr><th scope="col">{say('call')}</th><th scope="col">{say('programme')}</th><th scope="col">{say('state')}</th><th scope="col" className="num">{say('when')}</th></tr></thead>
            <tbody>{[...items].sort((a, b) => (b.closesAt ?? '').localeCompare(a.closesAt ?? '')).map((call) => (
              <tr key={call.id}><th scope="row"><Link to={`/office/calls/${call.id}`}>{call.title}</Link></th><td>{label(call.programmeTitle)}</td>
                <td><Badge tone={call.open ? 'ok' : 'plain'} icon={call.open ? 'ok' : 'none'}>{label(call.publicStatusLabel) || '–'}</Badge></td><td className="num">{call.closesAt && shortDate(new Date(call.closesAt), now(), lang)}</td></tr>
            ))}</tbody>
          </table>
        </TableRegion>
      )}</Loaded></Panel>
    </OfficePage>
  )
}
