import { useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { Link, useSearchParams } from 'react-router'
import { client, ok, type Schemas } from '../api/client.js'
import { useProgrammes } from '../api/programme.js'
import { now } from '../session/settings.js'
import { shortDate } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { Field, Select } from '../ui/field.js'
import { Empty, Loaded } from '../ui/states.js'
import { Badge } from '../ui/status.js'
import { DueBadge } from '../ui/turn.js'
import { useUiTexts } from '../ui/texts.js'
import { useOfficeCalls } from './calls.js'
import { OfficePage, SearchBox } from './office-page.js'
import { PHASES } from './phases.js'
import { useOfficeTexts } from './texts.js'

type Item = Schemas['ApplicationItem']
const PAGE = 200, ROW = 57, AHEAD = 12
const FILTERS = ['programme', 'call', 'phase', 'publicStatus', 'turn', 'done', 'q'] as const
type Filters = Partial<Record<(typeof FILTERS)[number], string>>

/** All applications of this person's programmes; the filters stand in the address. */
export function ApplicationsPage() {
  const say = useOfficeTexts(), [search, setSearch] = useSearchParams()
  const filters: Filters = Object.fromEntries(FILTERS.flatMap((name) => { const value = search.get(name); return value ? [[name, value]] : [] }))
  const query = useInfiniteQuery({
    queryKey: ['office-applications', filters], initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => ok(client.GET('/api/v1/applications', { params: { query: { ...(filters as Pick<typeof filters, 'programme'>), limit: PAGE, ...(pageParam ? { after: pageParam } : {}) } }, signal })),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  // who works for the office may also have applications of their own: those are no work of the office
  const items = query.data?.pages.flatMap((page) => page.items.filter(({ version }) => version !== undefined))
  const set = (name: (typeof FILTERS)[number], value: string) => {
    const next = new URLSearchParams(search)
    if (value === '') next.delete(name)
    else next.set(name, value)
    if (name === 'programme') next.delete('call')
    setSearch(next, { replace: true })
  }
  return (
    <OfficePage title={say('applications')} action={<SearchBox key={filters.q ?? ''} initial={filters.q ?? ''} />}>
      <FilterBar filters={filters} onChange={set} onClear={() => setSearch({}, { replace: true })} />
      <Loaded query={{ ...query, data: items }}>{(all) => all.length === 0
        ? <div className="mt-4"><Empty title={say('none')} icon="search"><Button rank="second" onClick={() => setSearch({}, { replace: true })}>{say('clear')}</Button></Empty></div>
        : <>
          <p className="meta mt-4" role="status">{query.hasNextPage ? say('shownMore', { count: all.length }) : say('shown', { count: all.length })}</p>
          <Rows items={all} more={query.hasNextPage && !query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} from={search.toString()} />
        </>}</Loaded>
    </OfficePage>
  )
}

function FilterBar({ filters, onChange, onClear }: { filters: Filters; onChange: (name: (typeof FILTERS)[number], value: string) => void; onClear: () => void }) {
  const say = useOfficeTexts(), label = useLabel(), programmes = useProgrammes(), calls = useOfficeCalls()
  const held = calls.data?.filter(({ programme }) => filters.programme === undefined || programme === filters.programme) ?? []
  return (
    <form className="filters mt-4" aria-label={say('filters')} onSubmit={(event) => event.preventDefault()}>
      <Field label={say('programme')}>{(control) => <Select {...control} value={filters.programme ?? ''} onChange={({ target }) => onChange('programme', target.value)}><option value="">{say('allProgrammes')}</option>{programmes.data?.map(({ name, title }) => <option key={name} value={name}>{label(title)}</option>)}</Select>}</Field>
      <Field label={say('call')}>{(control) => <Select {...control} className="max-w-[18rem]" value={filters.call ?? ''} onChange={({ target }) => onChange('call', target.value)}><option value="">{say('allCalls')}</option>{held.map(({ id, title }) => <option key={id} value={id}>{title}</option>)}</Select>}</Field>
      <Field label={say('phase')}>{(control) => <Select {...control} value={filters.phase ?? ''} onChange={({ target }) => onChange('phase', target.value)}><option value="">{say('allPhases')}</option>{PHASES.map(([phase, key]) => <option key={phase} value={phase}>{say(key)}</option>)}</Select>}</Field>
      <Field label={say('progress')}>{(control) => <Select {...control} value={filters.done ?? ''} onChange={({ target }) => onChange('done', target.value)}><option value="">{say('all')}</option><option value="false">{say('underWay')}</option><option value="true">{say('ended')}</option></Select>}</Field>
      {Object.keys(filters).length > 0 && <Button rank="quiet" onClick={onClear}>{say('clear')}</Button>}
    </form>
  )
}

/** Only the rows in sight are drawn; the next page is read before the end is reached. */
function Rows({ items, more, onMore, from }: { items: readonly Item[]; more: boolean; onMore: () => void; from: string }) {
  const say = useOfficeTexts(), ui = useUiTexts()
  const box = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({ count: items.length, getScrollElement: () => box.current, estimateSize: () => ROW, overscan: AHEAD })
  const shown = rows.getVirtualItems(), last = shown.at(-1)?.index ?? 0
  useEffect(() => { if (more && last >= items.length - AHEAD) onMore() }, [more, last, items.length, onMore])
  const before = shown[0]?.start ?? 0, after = rows.getTotalSize() - (shown.at(-1)?.end ?? 0)
  return (
    <div className="pan mt-2"><div className="long scroll" ref={box} tabIndex={0} role="region" aria-label={ui('table', { name: say('applications') })}>
      <table className="tbl" style={{ minWidth: '56rem' }} aria-rowcount={more ? -1 : items.length + 1}>
        <caption className="sr-only">{say('applications')}</caption>
        <thead><tr aria-rowindex={1}><th scope="col">{say('receiptNo')}</th><th scope="col">{say('title')}</th><th scope="col">{say('state')}</th><th scope="col">{say('publicStatus')}</th><th scope="col">{say('nextDeadline')}</th><th scope="col" className="num">{say('created')}</th></tr></thead>
        <tbody>
          {before > 0 && <tr aria-hidden="true"><td colSpan={6} style={{ height: before, padding: 0 }} /></tr>}
          {shown.map(({ index, key }) => { const item = items[index]; return item && <Row key={String(key)} item={item} index={index} from={from} /> })}
          {after > 0 && <tr aria-hidden="true"><td colSpan={6} style={{ height: after, padding: 0 }} /></tr>}
        </tbody>
      </table>
    </div></div>
  )
}

function Row({ item, index, from }: { item: Item; index: number; from: string }) {
  const say = useOfficeTexts(), label = useLabel(), lang = useLanguage()
  const phase = PHASES.find(([name]) => name === item.phase)
  return (
    <tr aria-rowindex={index + 2} style={{ height: ROW }}>
      <td className="nw">{item.number ?? '–'}</td>
      <th scope="row"><Link to={`/office/cases/${item.id}`} state={{ from }}>{item.title || say('untitled')}</Link>{item.organisation && <span className="meta block font-normal">{item.organisation}</span>}</th>
      <td className="nw">{phase ? say(phase[1]) : say('noPhase')}</td>
      <td className="nw">{item.publicStatusLabel && <Badge icon={item.done ? 'check' : 'half'} tone={item.done ? 'plain' : 'info'}>{label(item.publicStatusLabel)}</Badge>}</td>
      <td className="nw">{item.nextDeadline && <DueBadge at={new Date(item.nextDeadline.dueAt)} />}</td>
      <td className="num">{shortDate(new Date(item.createdAt), now(), lang)}</td>
    </tr>
  )
}
