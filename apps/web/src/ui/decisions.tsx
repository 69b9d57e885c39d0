import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client, ok, type Schemas } from '../api/client.js'
import { isProblem } from '../api/problem.js'
import { queries } from '../api/queries.js'
import { useSession } from '../session/session.js'
import { now } from '../session/settings.js'
import { dateTime, yen } from '../texts/dates.js'
import { texts, useLanguage } from '../texts/texts.js'
import { Button } from './button.js'
import { Dialog } from './dialog.js'
import { Field, TextArea } from './field.js'
import { Panel, TableRegion } from './panel.js'
import { Badge, Banner, type Tone } from './status.js'
import type { IconName } from './icons.js'
import { toast } from './toast.js'

const useTexts = texts('decisions', {
  title: ['決定', 'Decision'],
  none: ['決定の案は、まだありません。', 'There is no draft of a decision yet.'],
  draftIt: ['順位から決定の案を作る', 'Draft the decision from the ranking'],
  preview: ['この案で、つぎのとおり決めます。', 'This would be decided:'],
  drafted: ['決定の案を作りました', 'The decision was drafted'],
  proposeIt: ['議事録を付けて決裁にかける', 'Put it to the approvers, with the minutes'],
  minutes: ['議事録', 'Minutes'],
  proposed_: ['決裁にかけました', 'It was put to the approvers'],
  approveIt: ['決裁する', 'Approve'],
  approved_: ['決裁しました', 'Approved'],
  publishIt: ['結果を公表する', 'Publish the results'],
  published_: ['公表しました', 'Published'],
  publishSure: ['申請者にすぐ通知されます。公表したあとは取り消せません。', 'Applicants are told at once. It cannot be taken back.'],
  sendBack: ['差し戻す', 'Send back'],
  sentBack: ['差し戻しました', 'Sent back'],
  reason: ['理由', 'Reason'],
  missing: ['{{label}}を入力してください', 'Please fill in: {{label}}'],
  cancel: ['やめる', 'Cancel'],
  refused: ['できませんでした', 'It could not be done'],
  application: ['申請', 'Application'],
  outcome: ['結果', 'Outcome'],
  amount: ['金額', 'Amount'],
  adopted: ['採択', 'Adopted'],
  conditional: ['条件付採択', 'Adopted with conditions'],
  reserve: ['補欠', 'Reserve'],
  notAdopted: ['不採択', 'Not adopted'],
  draft: ['案', 'Draft'],
  superseded: ['古い案', 'Superseded'],
  proposed: ['決裁待ち', 'Awaiting approval'],
  returned: ['差し戻し', 'Sent back'],
  approved: ['決裁済み・公表前', 'Approved, not published'],
  withdrawn: ['取消し', 'Withdrawn'],
  published: ['公表済み', 'Published'],
  approvals: ['承認{{count}}件', '{{count}} approval', '{{count}} approvals'],
})

type Decision = Schemas['Decisions']['items'][number]
type Step = 'draft' | 'propose' | 'approve' | 'sendBack' | 'publish'
const STATES: Record<Decision['state'], { tone: Tone; icon: IconName }> = {
  draft: { tone: 'info', icon: 'half' }, superseded: { tone: 'plain', icon: 'none' }, proposed: { tone: 'warn', icon: 'stamp' }, returned: { tone: 'bad', icon: 'undo' },
  approved: { tone: 'ok', icon: 'lock' }, withdrawn: { tone: 'plain', icon: 'none' }, published: { tone: 'ok', icon: 'ok' },
}
const OUTCOMES: Record<Decision['items'][number]['outcome'], { tone: Tone; icon: IconName }> = {
  adopted: { tone: 'ok', icon: 'ok' }, conditional: { tone: 'ok', icon: 'half' }, reserve: { tone: 'info', icon: 'up' }, notAdopted: { tone: 'plain', icon: 'none' },
}
const DONE = { draft: 'drafted', propose: 'proposed_', approve: 'approved_', sendBack: 'sentBack', publish: 'published_' } as const

/** The decision of a stage on its way: drafted from the ranking, put to the approvers, approved, published. */
export function Decisions({ call, stage, draftMinutes }: { call: string; stage?: string; /** What the deliberation's record says so far. */ draftMinutes?: string }) {
  const say = useTexts(), person = useSession(), [asking, setAsking] = useState<Step | null>(null)
  const params = { path: { id: call }, query: stage === undefined ? {} : { stage } }
  const decisions = useQuery({ queryKey: ['decisions', call, stage], retry: false, queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}/decisions', { params, signal })) })
  if (!decisions.data) return null
  const newest = decisions.data.items.at(-1), has = (...wanted: string[]): boolean => person?.roles.some(({ role }) => wanted.includes(role)) ?? false
  const state = newest?.state
  const steps: Step[] = [
    ...(has('chair', 'secretariat') && (state === undefined || state === 'draft' || state === 'returned' || state === 'withdrawn') ? ['draft' as const] : []),
    ...(has('chair', 'secretariat') && state === 'draft' ? ['propose' as const] : []),
    ...(has('approver') && state === 'proposed' ? ['approve' as const, 'sendBack' as const] : []),
    ...(has('secretariat') && state === 'approved' ? ['publish' as const] : []),
  ]
  const labels: Record<Step, string> = { draft: say('draftIt'), propose: say('proposeIt'), approve: say('approveIt'), sendBack: say('sendBack'), publish: say('publishIt') }
  return (
    <Panel title={say('title')} flush aside={newest && <Badge {...STATES[newest.state]}>{say(newest.state)}</Badge>}>
      {newest ? <><p className="t12 muted px-4 pt-3">{dateTime(new Date(newest.draftedAt), now())}・{say('approvals', { count: newest.approvals.filter(({ counts }) => counts).length })}{newest.returnedFor && `・${newest.returnedFor}`}</p><Outcomes items={newest.items} /></> : <p className="pan-b t12 muted">{say('none')}</p>}
      {steps.length > 0 && <p className="pan-b flex flex-wrap gap-3">{steps.map((step, at) => <Button key={step} rank={step === 'sendBack' ? 'danger' : at === steps.length - 1 || step === 'approve' ? 'main' : 'second'} onClick={() => setAsking(step)}>{labels[step]}</Button>)}</p>}
      {asking && <StepDialog key={asking} step={asking} title={labels[asking]} call={call} params={params} seq={newest?.seq ?? 0} draftMinutes={draftMinutes ?? ''} onClose={() => setAsking(null)} />}
    </Panel>
  )
}

function Outcomes({ items }: { items: readonly Pick<Decision['items'][number], 'application' | 'outcome' | 'data' | 'reason'>[] }) {
  const say = useTexts(), lang = useLanguage()
  return (
    <TableRegion name={say('title')}>
      <table className="tbl"><caption className="sr-only">{say('title')}</caption>
        <thead><tr><th scope="col">{say('application')}</th><th scope="col">{say('outcome')}</th><th scope="col" className="num">{say('amount')}</th></tr></thead>
        <tbody>{items.map(({ application, outcome, data, reason }) => (
          <tr key={application.id}><th scope="row">{application.title || application.number}{application.organisation && <span className="meta block font-normal">{application.organisation}</span>}</th>
            <td><Badge {...OUTCOMES[outcome]}>{say(outcome)}</Badge>{reason && <span className="meta block">{reason}</span>}</td><td className="num">{typeof data.amount === 'number' ? yen(data.amount, lang) : '–'}</td></tr>
        ))}</tbody>
      </table>
    </TableRegion>
  )
}

interface StepProps { step: Step; title: string; call: string; params: { path: { id: string }; query: { stage?: string } }; seq: number; draftMinutes: string; onClose: () => void }

/** One step with what it needs; a draft is shown before it is made. */
function StepDialog({ step, title, call, params, seq, draftMinutes, onClose }: StepProps) {
  const say = useTexts(), lang = useLanguage(), [text, setText] = useState(step === 'propose' ? draftMinutes : ''), [tried, setTried] = useState(false)
  const preview = useQuery({ queryKey: ['decision-preview', call, params.query.stage], enabled: step === 'draft', retry: false, staleTime: 0, queryFn: () => ok(client.POST('/api/v1/calls/{id}/decisions', { params, body: { dryRun: true } })) })
  const path = { ...params.path, decision: seq }
  const run = useMutation({
    mutationFn: async (): Promise<unknown> => {
      switch (step) {
        case 'draft': return ok(client.POST('/api/v1/calls/{id}/decisions', { params, body: { dryRun: false } }))
        case 'propose': return ok(client.POST('/api/v1/calls/{id}/decisions/{decision}/propose', { params: { ...params, path }, body: { minutes: text.trim() } }))
        case 'approve': return ok(client.POST('/api/v1/calls/{id}/decisions/{decision}/approve', { params: { ...params, path } }))
        case 'sendBack': return ok(client.POST('/api/v1/calls/{id}/decisions/send-back', { params, body: { reason: text.trim() } }))
        case 'publish': return ok(client.POST('/api/v1/calls/{id}/decisions/publish', { params }))
      }
    },
    onSuccess: async () => { toast(say(DONE[step])); await queries.invalidateQueries({ predicate: ({ queryKey }) => ['decisions', 'call', 'office-calls', 'deliberation'].includes(String(queryKey[0])) }); onClose() },
  })
  const written = step === 'propose' ? say('minutes') : step === 'sendBack' ? say('reason') : undefined
  const send = () => { setTried(true); if (written === undefined || text.trim() !== '') run.mutate() }
  const failure = run.error ?? preview.error, problem = isProblem(failure) ? failure : null
  return (
    <Dialog open title={title} onClose={onClose} actions={<><Button rank={step === 'sendBack' ? 'danger' : 'main'} busy={run.isPending} onClick={send}>{title}</Button><Button onClick={onClose}>{say('cancel')}</Button></>}>
      {problem && <Banner tone="bad" title={say('refused')} level={3} live><p>{problem.body?.reason?.[lang] ?? problem.message}</p>{problem.body?.errors.map(({ pointer, detail, message }) => <p key={pointer + detail}>{message?.[lang] ?? detail}</p>)}</Banner>}
      {preview.data && <><p>{say('preview')}</p><Outcomes items={preview.data.items} /></>}
      {step === 'publish' && <p>{say('publishSure')}</p>}
      {written !== undefined && <Field label={written} required error={tried && text.trim() === '' ? say('missing', { label: written }) : undefined}>{(control) => <TextArea {...control} rows={step === 'propose' ? 10 : 3} value={text} onChange={({ target }) => setText(target.value)} />}</Field>}
    </Dialog>
  )
}
