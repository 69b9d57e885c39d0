import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { client, ok, type Schemas } from '../api/client.js'
import { isChair, useSession } from '../session/session.js'
import { number, yen } from '../texts/dates.js'
import { useLanguage } from '../texts/texts.js'
import { Icon } from '../ui/icons.js'
import { Decisions } from '../ui/decisions.js'
import { usePageTitle } from '../ui/page-title.js'
import { Empty, Failure, Loading } from '../ui/states.js'
import { Toasts } from '../ui/toast.js'
import { useUiTexts } from '../ui/texts.js'
import { ChairBar } from './chair-bar.js'
import { useDeliberationTexts } from './deliberation-texts.js'
import { nameOf } from './names.js'
import { ScoreDots } from './score-dots.js'
import { useDeliberation } from './use-deliberation.js'
import './deliberation.css'

type Deliberation = Schemas['Deliberation']
/** With `?projector`: without names and without the chair's bar. */
const PROJECTOR = 'projector'

/** What the room looks at: the ranking with the budget's cut line, what is discussed, who leaves the room. */
export function DeliberationPage() {
  const { call = '', stage = '' } = useParams(), [search] = useSearchParams(), say = useDeliberationTexts(), ui = useUiTexts(), person = useSession()
  const projected = search.has(PROJECTOR)
  const { deliberation, ranking, allocation } = useDeliberation(call, stage)
  const held = useQuery({ queryKey: ['call', call], queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}', { params: { path: { id: call } }, signal })) })
  usePageTitle(say('title'))
  const error = deliberation.error ?? ranking.error
  if (error && !deliberation.data) return <main id="main"><Failure error={error} retry={() => void deliberation.refetch()} /></main>
  if (!deliberation.data) return <main id="main"><Loading /></main>
  const { data } = deliberation
  const open = data.agenda.find(({ state }) => state === 'open')
  return (
    <div className="pj">
      <a className="skip" href="#main">{ui('skip')}</a>
      <header className="pj-h"><h1>{held.data?.title ?? ''} {say('title')}</h1>{allocation.data?.budget && <p>{say('budget')} <b>{yen(Number(allocation.data.budget))}</b></p>}</header>
      <main id="main" className="pj-g" tabIndex={-1}>
        <div className="min-w-0">{ranking.data && ranking.data.rows.length > 0
          ? <RankingTable call={call} stage={stage} ranking={ranking.data} allocation={allocation.data} current={open?.application ?? undefined} named={!projected} />
          : <div className="p-6"><Empty title={say('nothing')} icon="gavel"><p>{say('nothingLead')}</p></Empty></div>}</div>
        <Course deliberation={data} ranking={ranking.data} named={!projected} />
      </main>
      {!projected && (
        <section className="chair" aria-labelledby="chair">
          <div className="flex flex-wrap items-center gap-3">{isChair(person) && <h2 className="h-pan" id="chair">{say('chair')}</h2>}<Age at={deliberation.dataUpdatedAt} /><Link className="t12" to="/review">{say('back')}</Link><Link className="t12" to={`?${PROJECTOR}`} target="_blank">{say('project')}</Link></div>
          {isChair(person) && <><ChairBar call={call} stage={stage} deliberation={data} ranking={ranking.data} />{(data.meeting?.closedAt ?? null) !== null && <div className="mt-4"><Decisions call={call} stage={stage} draftMinutes={data.draftMinutes} /></div>}</>}
        </section>
      )}
      <Toasts />
    </div>
  )
}

const SECOND = 1_000

function Age({ at }: { at: number }) {
  const say = useDeliberationTexts(), [now, setNow] = useState(Date.now)
  useEffect(() => { const timer = setInterval(() => setNow(Date.now()), SECOND); return () => clearInterval(timer) }, [])
  return <p className="meta">{say('updated', { count: Math.max(0, Math.round((now - at) / SECOND)) })}</p>
}

interface TableProps { call: string; stage: string; ranking: Schemas['Ranking']; allocation: Schemas['Allocation'] | undefined; current: string | undefined; named: boolean }

function RankingTable({ call, stage, ranking, allocation, current, named }: TableProps) {
  const say = useDeliberationTexts(), lang = useLanguage()
  const progress = useQuery({ queryKey: ['review-progress', call, stage], retry: false, enabled: isChair(useSession()), queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}/reviews/progress', { params: { path: { id: call }, query: { stage } }, signal })) })
  const scores = new Map(progress.data?.applications.map(({ application, reviewers }) => [application.id, reviewers.flatMap(({ total }) => total === null ? [] : [fraction(total)])]))
  const given = new Map(allocation?.adopted.map(({ application, amount }) => [application.id, amount])), reserve = allocation?.reserve.map(({ application }) => application.id) ?? []
  const cut = allocation?.cut ?? 0, everyScore = [...scores.values()].flat(), range: [number, number] = [Math.min(...everyScore), Math.max(...everyScore)]
  let sum = 0
  return (
    <table><caption className="sr-only">{say('caption')}</caption>
      <thead><tr><th scope="col" className="num">{say('rank')}</th><th scope="col">{say('application')}</th><th scope="col" className="num">{say('score')}</th>{everyScore.length > 0 && <th scope="col">{say('dots')} {range[0]}–{range[1]}</th>}<th scope="col" className="num">{say('amount')}</th><th scope="col" className="num">{say('total')}</th></tr></thead>
      <tbody>{ranking.rows.map((row, at) => {
        const amount = given.get(row.application.id) ?? null
        sum += amount ?? 0
        const own = scores.get(row.application.id) ?? []
        return [
          <tr key={row.application.id} className={`${row.application.id === current ? 'cur' : ''}${at >= cut ? ' below' : ''}`} aria-current={row.application.id === current ? 'true' : undefined}>
            <td className="num rk">{row.rank}</td>
            <th scope="row"><span className="nm">{nameOf(row.application, named)}</span>
              {row.tied && <span className="tie"><Icon name="tie" />{say('tied')}</span>}{row.changedBy !== null && <span className="tie"><Icon name="pen" />{say('moved')}</span>}
              {reserve.includes(row.application.id) && <span className="tie"><Icon name="up" />{say('reserve', { at: reserve.indexOf(row.application.id) + 1 })}</span>}</th>
            <td className="num b" data-l={say('score')}>{row.display}</td>
            {everyScore.length > 0 && <td className="dots"><ScoreDots scores={own} range={range} label={say('dotsOf', { name: nameOf(row.application, named), scores: own.join(lang === 'ja' ? '、' : ', ') })} /></td>}
            <td className="num" data-l={say('amount')}>{amount === null ? '–' : number(amount)}</td><td className="num b" data-l={say('total')}>{amount === null ? '–' : number(sum)}</td>
          </tr>,
          at + 1 === cut && <tr key="cut" className="cutrow"><td colSpan={6}><div className="cutline"><span>{say(allocation?.kind === 'budget' ? 'cutBudget' : 'cutPlaces', { count: cut })}</span>{allocation?.left != null && <span>{say('left', { amount: yen(allocation.left, lang) })}</span>}</div></td></tr>,
        ]
      })}{ranking.rejected.map(({ application, figure }) => <tr key={application.id} className="below"><td className="num rk">–</td><th scope="row"><span className="nm">{nameOf(application, named)}</span><span className="tie"><Icon name="none" />{say('rejected')}</span></th><td className="num b" data-l={say('score')}>{fraction(figure)}</td><td colSpan={3} /></tr>)}</tbody>
    </table>
  )
}

const fraction = (text: string): number => { const [numerator = 0, denominator = 1] = text.split('/').map(Number); return Math.round(numerator / denominator * 100) / 100 }

/** What is discussed now, who leaves the room for it, and what comes next. */
function Course({ deliberation, ranking, named }: { deliberation: Deliberation; ranking: Schemas['Ranking'] | undefined; named: boolean }) {
  const say = useDeliberationTexts()
  const open = deliberation.agenda.find(({ state }) => state === 'open'), next = deliberation.agenda.find(({ state }) => state === 'waiting')
  const leaving = deliberation.panel.filter(({ id }) => open?.mustLeave.includes(id))
  const title = (item: Deliberation['agenda'][number] | undefined): string => {
    const row = ranking?.rows.find(({ application }) => application.id === item?.application)
    return row ? `${row.rank} ${nameOf(row.application, named)}` : named ? item?.title ?? '' : ''
  }
  return (
    <aside aria-label={say('now')} aria-live="polite">
      <div><h2>{say('now')}</h2><p className="big">{open ? title(open) : say('nobody')}</p></div>
      {leaving.length > 0 && <div className="out"><h2><Icon name="leave" /> {say('mustLeave')}</h2><p className="big">{leaving.map(({ name }) => name).join('、')}</p></div>}
      <div><h2>{say('next')}</h2><p>{next ? title(next) : say('none')}</p></div>
      <div><h2>{say('quorum')}</h2><p>{say('quorumOf', { present: deliberation.quorum.present, needed: deliberation.quorum.needed })}</p></div>
    </aside>
  )
}
