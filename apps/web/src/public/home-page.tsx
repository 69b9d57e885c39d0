import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { client, ok, type Schemas } from '../api/client.js'
import { now } from '../session/settings.js'
import { dateTime, daysUntil, shortDate } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { Badge } from '../ui/status.js'
import { Loaded } from '../ui/states.js'
import { usePublicTexts } from './texts.js'

type CallItem = Schemas['CallItem']
const PAGE = 200, SHOWN_PAST = 8

/** All calls: they are few, and which is next can only be said of all. */
function useCalls() {
  const query = useInfiniteQuery({
    queryKey: ['calls'], initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => ok(client.GET('/api/v1/calls', { params: { query: { limit: PAGE, ...(pageParam ? { after: pageParam } : {}) } }, signal })),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
  return { ...query, data: query.data?.pages.flatMap(({ items }) => items) }
}

export function HomePage() {
  const say = usePublicTexts(), calls = useCalls()
  return (
    <CitizenPage title={say('homeTitle')}>
      <h1 className="h-page">{say('homeTitle')}</h1>
      <p className="mt-3 max-w-[44em]">{say('homeLead')}</p>
      <Loaded query={calls}>{(items) => <CallLists calls={items} />}</Loaded>
    </CitizenPage>
  )
}

const time = (instant: string | null): number => instant === null ? Number.MAX_SAFE_INTEGER : new Date(instant).getTime()
const isUpcoming = (call: CallItem): boolean => !call.open && (call.opensAt !== null && time(call.opensAt) > now().getTime() || call.publicStatus === 'planned')

function CallLists({ calls }: { calls: readonly CallItem[] }) {
  const say = usePublicTexts()
  const [all, setAll] = useState(false)
  const open = calls.filter(({ open: takes }) => takes).sort((a, b) => time(a.closesAt) - time(b.closesAt))
  const upcoming = calls.filter(isUpcoming).sort((a, b) => time(a.opensAt) - time(b.opensAt))
  const past = calls.filter((call) => !call.open && !isUpcoming(call)).sort((a, b) => time(b.closesAt) - time(a.closesAt))
  return (
    <>
      <section className="mt-10" aria-labelledby="open">
        <h2 className="h-sec" id="open">{say('openNow')}</h2>
        {open.length === 0 ? <NoneOpen next={upcoming[0]} /> : <ul className="mt-4 grid gap-4 desktop:grid-cols-2">{open.map((call) => <OpenCall key={call.id} call={call} />)}</ul>}
      </section>
      {upcoming.length > 0 && <section className="mt-12" aria-labelledby="upcoming"><h2 className="h-sec" id="upcoming">{say('upcoming')}</h2><CallRows calls={upcoming} /></section>}
      {past.length > 0 && (
        <section className="mt-12" aria-labelledby="past">
          <h2 className="h-sec" id="past">{say('past')}</h2>
          <CallRows calls={all ? past : past.slice(0, SHOWN_PAST)} />
          {!all && past.length > SHOWN_PAST && <p className="mt-4"><Button rank="quiet" onClick={() => setAll(true)}>{say('pastMore', { count: past.length })}</Button></p>}
        </section>
      )}
    </>
  )
}

function NoneOpen({ next }: { next: CallItem | undefined }) {
  const say = usePublicTexts(), label = useLabel()
  return (
    <div className="mt-4 rounded-12 border border-(--rule) p-6">
      <p className="h-sub">{say('noneOpen')}</p>
      <p className="muted mt-1">{next?.opensAt ? say('noneOpenNext', { title: label(next.programmeTitle), date: shortDate(new Date(next.opensAt), now()) }) : say('noneOpenUnknown')}</p>
    </div>
  )
}

/** An open call: what it is, until when, and the way in. */
function OpenCall({ call }: { call: CallItem }) {
  const say = usePublicTexts(), label = useLabel(), lang = useLanguage()
  const closes = call.closesAt === null ? null : new Date(call.closesAt)
  return (
    <li className="card">
      <p><Badge tone="ok" icon="ok">{say('open')}</Badge></p>
      <h3 className="h-sub mt-2"><Link to={`/calls/${call.id}`}>{label(call.programmeTitle)}</Link></h3>
      <p className="muted">{call.title}</p>
      {closes && (
        <p className="mt-3 flex flex-wrap items-baseline gap-x-3">
          <span className="muted">{say('closesAt')}</span><b className="nw">{dateTime(closes, now(), lang)}</b>
          <span className="nw text-(--key) font-bold">{daysUntil(closes, now()) === 0 ? say('closesToday') : `${say('left')} ${daysUntil(closes, now())} ${say('days')}`}</span>
        </p>
      )}
    </li>
  )
}

function CallRows({ calls }: { calls: readonly CallItem[] }) {
  const say = usePublicTexts(), label = useLabel(), lang = useLanguage()
  return (
    <ul className="mt-4 border-t border-(--rule)">{calls.map((call) => (
      <li key={call.id} className="grid gap-x-6 gap-y-1 border-b border-(--rule) py-3 desktop:grid-cols-[1fr_auto]">
        <div><Link className="font-bold" to={`/calls/${call.id}`}>{label(call.programmeTitle)}</Link><span className="muted block">{call.title}</span></div>
        <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
          {isUpcoming(call) && call.opensAt && <span className="muted nw">{say('opensAt')} {shortDate(new Date(call.opensAt), now(), lang)}</span>}
          {!isUpcoming(call) && call.closesAt && <span className="muted nw">{say('closesAt')} {shortDate(new Date(call.closesAt), now(), lang)}</span>}
          <Badge icon={isUpcoming(call) ? 'calendar' : 'none'}>{call.publicStatusLabel ? label(call.publicStatusLabel) : say(isUpcoming(call) ? 'planned' : 'closed')}</Badge>
        </p>
      </li>
    ))}</ul>
  )
}
