import { useQuery } from '@tanstack/react-query'
import { client, ok, type Schemas } from '../api/client.js'
import { useLabel } from '../texts/texts.js'
import { Icon } from '../ui/icons.js'
import { Panel } from '../ui/panel.js'
import { Bar } from '../ui/status.js'
import { useOfficeTexts } from './texts.js'

/** How far each reviewer is; nothing where no stage of the call is scored now. */
export function ReviewProgress({ call, hasRubric }: { call: string; hasRubric: boolean }) {
  const say = useOfficeTexts(), label = useLabel()
  const progress = useQuery({ queryKey: ['review-progress', call], enabled: hasRubric, retry: false, queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}/reviews/progress', { params: { path: { id: call } }, signal })) })
  if (!progress.data || progress.data.submitted + progress.data.missing === 0) return null
  const { submitted, missing, stage } = progress.data
  return (
    <Panel title={say('progressTitle')} flush aside={<span className="meta">{label(stage.label)}</span>}>
      <p className="t12 px-4 pt-3">{say('progressSentence', { of: submitted + missing, done: submitted })}</p>
      <table className="tbl"><caption className="sr-only">{say('progressTitle')}</caption>
        <thead><tr><th scope="col">{say('reviewer')}</th><th scope="col" style={{ width: '38%' }}><span className="sr-only">{say('bars')}</span></th><th scope="col" className="num">{say('doneOf')}</th></tr></thead>
        <tbody>{byReviewer(progress.data).map(({ id, name, done, of, recused }) => (
          <tr key={id}><th scope="row">{name}{recused > 0 && <span className="muted font-normal"> {say('recusedCount', { count: recused })}</span>}</th><td><Bar share={of === 0 ? 0 : done / of} /></td><td className="num">{done === of && <Icon name="check" />}{done} / {of}</td></tr>
        ))}</tbody>
      </table>
    </Panel>
  )
}

function byReviewer({ applications }: Schemas['ReviewProgress']): { id: string; name: string; done: number; of: number; recused: number }[] {
  const all = new Map<string, { id: string; name: string; done: number; of: number; recused: number }>()
  for (const { reviewerId, name, state } of applications.flatMap(({ reviewers }) => reviewers)) {
    const row = all.get(reviewerId) ?? { id: reviewerId, name, done: 0, of: 0, recused: 0 }
    if (state === 'recused') row.recused++
    else row.of++
    if (state === 'submitted') row.done++
    all.set(reviewerId, row)
  }
  return [...all.values()]
}
