import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { client, ok } from '../api/client.js'
import { queries } from '../api/queries.js'
import { now } from '../session/settings.js'
import { dateTime } from '../texts/dates.js'
import { useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { TableRegion } from '../ui/panel.js'
import { Empty, Loaded } from '../ui/states.js'
import { Badge } from '../ui/status.js'
import { toast } from '../ui/toast.js'
import { OfficePage } from './office-page.js'
import { useOfficeTexts } from './texts.js'

/** Effects that have failed: what they were, why, and another try. */
export function FailedPage() {
  const say = useOfficeTexts(), lang = useLanguage()
  const letters = useQuery({ queryKey: ['dead-letters'], queryFn: ({ signal }) => ok(client.GET('/api/v1/admin/dead-letters', { params: { query: { limit: 100 } }, signal })) })
  const retry = useMutation({ mutationFn: (id: string) => ok(client.POST('/api/v1/admin/dead-letters/{id}/retry', { params: { path: { id } } })), onSuccess: async () => { toast(say('retried')); await queries.invalidateQueries({ queryKey: ['dead-letters'] }) } })
  return (
    <OfficePage title={say('troubled')}>
      <div className="pan mt-4"><Loaded query={letters}>{({ items }) => items.length === 0 ? <Empty title={say('troubledNone')} icon="ok" /> : (
        <TableRegion name={say('troubled')}>
          <table className="tbl" style={{ minWidth: '46rem' }}><caption className="sr-only">{say('troubled')}</caption>
            <thead><tr><th scope="col">{say('when')}</th><th scope="col">{say('kind')}</th><th scope="col">{say('state')}</th><th scope="col">{say('error')}</th><th scope="col"><span className="sr-only">{say('retry')}</span></th></tr></thead>
            <tbody>{items.map(({ id, at, topic, state, attempts, error, caseId }) => (
              <tr key={id}><td className="nw">{dateTime(new Date(at), now(), lang)}</td><th scope="row"><Link to={`/office/cases/${caseId}`}>{topic}</Link></th>
                <td><Badge tone={state === 'dead' ? 'bad' : 'warn'} icon={state === 'dead' ? 'error' : 'clock'}>{say(state)}</Badge> <span className="meta">{say('attempts', { count: attempts })}</span></td><td>{error}</td>
                <td className="num">{state === 'dead' && <Button size="small" onClick={() => retry.mutate(id)}>{say('retry')}</Button>}</td></tr>
            ))}</tbody>
          </table>
        </TableRegion>
      )}</Loaded></div>
    </OfficePage>
  )
}
