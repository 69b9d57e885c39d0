import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { ApplicationItem } from '../api/applications.js'
import { client, ok } from '../api/client.js'
import { useProgrammes } from '../api/programme.js'
import { useSession } from '../session/session.js'
import { useLabel } from '../texts/texts.js'
import { Button, LinkButton } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { Empty, Loaded } from '../ui/states.js'
import { Badge } from '../ui/status.js'
import { Due, TurnBadge } from '../ui/turn.js'
import { useUiTexts } from '../ui/texts.js'
import { hasDraft } from './form/kept-drafts.js'
import { turnOf } from './progress.js'
import { useApplicantTexts } from './texts.js'

const PAGE = 100

/** Everything of mine: what waits for me first. */
export function HomePage() {
  const say = useApplicantTexts(), ui = useUiTexts(), person = useSession()
  const applications = useInfiniteQuery({
    queryKey: ['my-applications', person?.personId], initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => ok(client.GET('/api/v1/applications', { params: { query: { limit: PAGE, mine: 'true', ...(pageParam ? { after: pageParam } : {}) } }, signal })),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const items = applications.data?.pages.flatMap((page) => page.items)
  return (
    <CitizenPage title={say('myApplications')}>
      <h1 className="h-page">{say('myApplications')}</h1>
      <Loaded query={{ ...applications, data: items }}>{(all) => all.length === 0 ? <Nothing /> : <Lists items={all} />}</Loaded>
      {applications.hasNextPage && <p className="mt-6"><Button busy={applications.isFetchingNextPage} onClick={() => void applications.fetchNextPage()}>{ui('showMore')}</Button></p>}
    </CitizenPage>
  )
}

function Nothing() {
  const say = useApplicantTexts()
  return <div className="mt-8"><Empty title={say('none')} icon="file"><p>{say('noneLead')}</p><p className="mt-4"><LinkButton rank="main" arrow to="/">{say('toProgrammes')}</LinkButton></p></Empty></div>
}

const dueTime = ({ nextDeadline }: ApplicationItem): number => nextDeadline ? new Date(nextDeadline.dueAt).getTime() : Number.MAX_SAFE_INTEGER

function Lists({ items }: { items: readonly ApplicationItem[] }) {
  const say = useApplicantTexts()
  const groups = [['yours', 'you'], ['citys', 'city'], ['finished', 'nobody']] as const
  return groups.map(([key, turn]) => {
    const own = items.filter((item) => turnOf(item) === turn).sort((a, b) => dueTime(a) - dueTime(b) || b.createdAt.localeCompare(a.createdAt))
    return own.length > 0 && (
      <section key={key} className="mt-10" aria-labelledby={key}>
        <h2 className="h-sec" id={key}>{say(key)}</h2>
        <ul className="mt-4 grid gap-4">{own.map((item) => <ApplicationCard key={item.id} item={item} />)}</ul>
      </section>
    )
  })
}

function ApplicationCard({ item }: { item: ApplicationItem }) {
  const say = useApplicantTexts(), label = useLabel(), programmes = useProgrammes(), person = useSession()
  const programme = programmes.data?.find(({ name }) => name === item.programme), turn = turnOf(item)
  return (
    <li className={`card${turn === 'you' ? ' you' : ''} grid gap-x-6 gap-y-3 desktop:grid-cols-[1fr_auto] desktop:items-center`}>
      <div>
        <p className="flex flex-wrap items-center gap-2"><TurnBadge turn={turn} /><b>{label(item.publicStatusLabel)}</b></p>
        <h3 className="h-sub mt-2"><Link to={`/my/${item.id}`}>{item.title || say('untitled')}</Link></h3>
        <p className="muted">{programme && label(programme.title)}{item.number && <span className="nw">・{say('receipt', { number: item.number })}</span>}</p>
        {item.nextDeadline && <Due at={new Date(item.nextDeadline.dueAt)} label={label(item.nextDeadline.label) || undefined} />}
        {person && hasDraft(person.personId, item.id) && <p className="mt-1"><Badge tone="warn" icon="offline">{say('unsent')}</Badge></p>}
      </div>
      <p><LinkButton rank="second" wide to={`/my/${item.id}`}>{say('openIt')}<span className="sr-only">: {item.title || say('untitled')}</span></LinkButton></p>
    </li>
  )
}
