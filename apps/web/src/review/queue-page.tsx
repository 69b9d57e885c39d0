import { Link } from 'react-router'
import type { Schemas } from '../api/client.js'
import { useProgrammes } from '../api/programme.js'
import { useLabel } from '../texts/texts.js'
import { LinkButton } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { Empty, Loaded } from '../ui/states.js'
import { Badge, Bar, type Tone } from '../ui/status.js'
import { Due } from '../ui/turn.js'
import type { IconName } from '../ui/icons.js'
import { byStage, isNext, useMyReviews } from './my-reviews.js'
import { useReviewTexts } from './texts.js'

type Item = Schemas['MyReviews']['items'][number]
export const SHEET_STATES: Record<Item['state'], { tone: Tone; icon: IconName }> = {
  todo: { tone: 'plain', icon: 'dashed' }, draft: { tone: 'info', icon: 'half' }, submitted: { tone: 'ok', icon: 'ok' }, recused: { tone: 'plain', icon: 'none' },
}
export const reviewAddress = ({ call, stage, application }: Pick<Item, 'call' | 'stage' | 'application'>): string => `/review/${call.id}/${stage.id}/${application.id}`

/** What is mine to score: how much is done, until when, and the next one. */
export function QueuePage() {
  const say = useReviewTexts(), reviews = useMyReviews()
  return (
    <CitizenPage title={say('mine')}>
      <h1 className="h-page">{say('mine')}</h1>
      <Loaded query={reviews}>{(items) => items.length === 0
        ? <div className="mt-8"><Empty title={say('none')} icon="pen"><p>{say('noneLead')}</p></Empty></div>
        : byStage(items).map((group) => <Stage key={`${group[0]?.call.id}${group[0]?.stage.id}`} items={group} />)}</Loaded>
    </CitizenPage>
  )
}

function Stage({ items }: { items: readonly Item[] }) {
  const say = useReviewTexts(), label = useLabel(), programmes = useProgrammes()
  const first = items[0]
  if (!first) return null
  const counted = items.filter(({ state }) => state !== 'recused'), done = counted.filter(({ state }) => state === 'submitted').length
  const next = items.find(isNext), programme = programmes.data?.find(({ name }) => name === first.call.programme)
  const id = `stage-${first.call.id}-${first.stage.id}`
  return (
    <section className="mt-10" aria-labelledby={id}>
      <div className={`turn${next && first.scoring === 'open' ? ' you' : ''}`}>
        <div>
          <h2 className="h-sub" id={id}>{programme && label(programme.title)}<span className="muted block text-std-16N-170">{first.call.title}・{label(first.stage.label)}</span></h2>
          <p>{say('progress', { of: counted.length, done })}</p><Bar share={counted.length === 0 ? 0 : done / counted.length} />
          {first.scoring === 'open' ? first.dueAt && <Due at={new Date(first.dueAt)} label={say('due')} /> : <p className="muted">{say(first.scoring)}</p>}
        </div>
        <p>{next && first.scoring === 'open' ? <LinkButton rank="main" size="large" arrow wide to={reviewAddress(next)}>{say(done === 0 ? 'start' : 'nextUnscored')}</LinkButton>
          : <LinkButton rank="second" wide to={`/review/${first.call.id}/${first.stage.id}/deliberation`}>{say('toDeliberation')}</LinkButton>}</p>
      </div>
      <details open={first.scoring === 'open'} className="mt-2"><summary className="min-h-[44px] content-center">{say('listOf', { count: items.length })}</summary>
      <table className="tbl tbl-stack" role="table">
        <caption className="sr-only">{say('mine')}: {first.call.title}</caption>
        <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">{say('application')}</th><th role="columnheader" scope="col">{say('state')}</th><th role="columnheader" scope="col" className="num">{say('total')}</th></tr></thead>
        <tbody role="rowgroup">{items.map((item) => (
          <tr role="row" key={item.application.id}>
            <th role="rowheader" scope="row">{item.state === 'recused' ? item.application.title : <Link to={reviewAddress(item)}>{item.application.title || item.application.number}</Link>}<span className="meta block font-normal">{[item.application.number, item.application.organisation].filter(Boolean).join('・')}</span></th>
            <td role="cell"><Badge {...SHEET_STATES[item.state]}>{say(item.state)}</Badge></td>
            <td role="cell" className="num" data-l={say('total')}>{item.total === null ? '–' : decimal(item.total)}</td>
          </tr>
        ))}</tbody>
      </table></details>
    </section>
  )
}

/** A fraction such as `137/2` as people read it. */
export function decimal(fraction: string): string {
  const [numerator = 0, denominator = 1] = fraction.split('/').map(Number)
  const value = numerator / denominator
  return Number.isInteger(value) ? String(value) : value.toFixed(2)
}
