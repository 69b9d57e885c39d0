import { useQueries } from '@tanstack/react-query'
import { Link } from 'react-router'
import { client, ok, type Schemas } from '../api/client.js'
import { useSession } from '../session/session.js'
import { now } from '../session/settings.js'
import { daysUntil } from '../texts/dates.js'
import { Icon, type IconName } from '../ui/icons.js'
import { useOfficeTexts } from './texts.js'

const TURNS = [['secretariat', 'search'], ['approver', 'stamp'], ['finance', 'file']] as const satisfies readonly (readonly [string, IconName])[]
const COUNTED = 200

/** What waits for this person's roles: how many, how long the oldest has waited, and what is overdue. Every number is a link. */
export function WaitingNumbers() {
  const say = useOfficeTexts(), person = useSession()
  const mine = TURNS.filter(([turn]) => person?.roles.some(({ role }) => role === turn))
  const lists = useQueries({ queries: mine.map(([turn]) => ({ queryKey: ['waiting', turn], queryFn: ({ signal }: { signal: AbortSignal }) => ok(client.GET('/api/v1/applications', { params: { query: { turn, done: 'false' as const, limit: COUNTED } }, signal })) })) })
  if (mine.length === 0) return null
  const overdue = lists.flatMap(({ data }) => data?.items ?? []).filter(({ nextDeadline }) => nextDeadline && new Date(nextDeadline.dueAt) < now())
  const first = mine[0]?.[0] ?? ''
  return (
    <section className="mt-5" aria-labelledby="waiting"><h2 className="sr-only" id="waiting">{say('waiting')}</h2>
      <ul className="need">
        {overdue.length > 0 && <li><Link className="bad" to={`/office/applications?turn=${first}&done=false`}><span className="t"><Icon name="error" />{say('overdue')}</span><b>{overdue.length}</b><span className="m">{oldest(overdue, say)}</span></Link></li>}
        {mine.map(([turn, icon], at) => {
          const page = lists[at]?.data
          return <li key={turn}><Link to={`/office/applications?turn=${turn}&done=false`}><span className="t"><Icon name={icon} />{say(`turn_${turn}`)}</span><b>{page ? `${page.items.length}${page.next === null ? '' : '+'}` : '…'}</b><span className="m">{page && oldest(page.items, say)}</span></Link></li>
        })}
      </ul>
    </section>
  )
}

/** How long the one that has stood where it stands for longest has done so. */
function oldest(items: readonly Schemas['ApplicationItem'][], say: ReturnType<typeof useOfficeTexts>): string {
  const since = items.map(({ movedAt, createdAt }) => new Date(movedAt ?? createdAt)).sort((a, b) => a.getTime() - b.getTime())[0]
  return since ? say('oldest', { count: Math.max(0, -daysUntil(since, now())) }) : say('noneWaiting')
}
