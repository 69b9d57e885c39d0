import { useQueries } from '@tanstack/react-query'
import { Link } from 'react-router'
import { definitionQuery } from '../api/programme.js'
import { now } from '../session/settings.js'
import { dateTime } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { TableRegion } from '../ui/panel.js'
import { DueBadge } from '../ui/turn.js'
import { deadlinesOf, type OfficeCall } from './calls.js'
import { useOfficeTexts } from './texts.js'

/** What is due when in these calls, the next first. */
export function DeadlineTable({ calls }: { calls: readonly OfficeCall[] }) {
  const say = useOfficeTexts(), label = useLabel(), lang = useLanguage()
  const definitions = useQueries({ queries: calls.map(({ programme, programmeVersion }) => definitionQuery(programme, programmeVersion)) })
  const rows = calls.flatMap((call, at) => {
    const definition = definitions[at]?.data
    return definition ? deadlinesOf(call, definition.charts[call.chart]?.attributes ?? {}) : []
  }).filter(({ at }) => at > now()).sort((a, b) => a.at.getTime() - b.at.getTime())
  if (rows.length === 0) return <p className="pan-b muted t12">{say('noDeadlines')}</p>
  return (
    <TableRegion name={say('deadlines')}>
      <table className="tbl" style={{ minWidth: calls.length > 1 ? '36rem' : '24rem' }}><caption className="sr-only">{say('deadlines')}</caption>
        <thead><tr><th scope="col">{say('when')}</th><th scope="col">{say('what')}</th>{calls.length > 1 && <th scope="col">{say('call')}</th>}<th scope="col">{say('left')}</th></tr></thead>
        <tbody>{rows.map(({ call, name, label: named, at }) => (
          <tr key={call.id + name}><td className="nw">{dateTime(at, now(), lang)}</td><th scope="row">{label(named)}</th>{calls.length > 1 && <td><Link to={`/office/calls/${call.id}`}>{label(call.programmeTitle)} {call.title}</Link></td>}<td><DueBadge at={at} /></td></tr>
        ))}</tbody>
      </table>
    </TableRegion>
  )
}
