import { useState } from 'react'
import type { Schemas } from '../api/client.js'
import { isProblem } from '../api/problem.js'
import { useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { Dialog } from '../ui/dialog.js'
import { Field, Select, TextArea, TextInput } from '../ui/field.js'
import { Banner } from '../ui/status.js'
import { toast } from '../ui/toast.js'
import { nameOf } from './names.js'
import { useDeliberationTexts } from './deliberation-texts.js'
import { useAct } from './use-deliberation.js'

interface Props { call: string; stage: string; deliberation: Schemas['Deliberation']; ranking: Schemas['Ranking'] | undefined }

/** What the chair does, one act each; the last change of ranks can be taken back. */
export function ChairBar({ call, stage, deliberation, ranking }: Props) {
  const say = useDeliberationTexts(), lang = useLanguage(), act = useAct(call, stage), [changing, setChanging] = useState(false)
  const { meeting, agenda, panel } = deliberation, running = meeting !== null && meeting.closedAt === null
  const at = agenda.findIndex(({ state }) => state === 'open'), next = agenda.findIndex(({ state }) => state === 'waiting')
  const lastChange = deliberation.rankChanges.at(-1)
  const problem = isProblem(act.error) ? act.error : null

  const openMeeting = async () => {
    await act.mutateAsync({ kind: 'meetingOpened', title: say('title'), agenda: ranking?.rows.map(({ application }) => ({ title: application.title || application.number || application.id, application: application.id })) ?? [] })
    await act.mutateAsync({ kind: 'attendance', present: panel.map(({ id }) => id) })
  }
  const goOn = async () => {
    if (at >= 0) await act.mutateAsync({ kind: 'itemClosed', item: at, note: '' })
    if (next >= 0) await act.mutateAsync({ kind: 'itemOpened', item: next })
  }
  const undo = async () => {
    if (!lastChange) return
    await act.mutateAsync({ kind: 'undone', act: lastChange.seq, reason: say('undoReason') })
    toast(say('undone'), { icon: 'undo' })
  }
  const run = (what: () => Promise<void>) => void what().catch(() => undefined)
  return (
    <>
      {problem && <div className="mt-3"><Banner tone="bad" title={say('refused')} level={3} live><p>{problem.body?.reason?.[lang] ?? problem.message}</p></Banner></div>}
      <div className="mt-3 flex flex-wrap gap-3">
        {!running && meeting === null && <Button rank="main" arrow busy={act.isPending} onClick={() => run(openMeeting)}>{say('openMeeting')}</Button>}
        {running && (next >= 0 || at >= 0) && <Button rank="main" arrow busy={act.isPending} onClick={() => run(goOn)}>{say('nextItem')}</Button>}
        {running && ranking && <Button icon="pen" onClick={() => setChanging(true)}>{say('changeRank')}</Button>}
        {running && lastChange && <Button rank="quiet" icon="undo" onClick={() => run(undo)}>{say('undo')}</Button>}
        {running && next < 0 && <Button onClick={() => run(async () => { await act.mutateAsync({ kind: 'meetingClosed' }) })}>{say('closeMeeting')}</Button>}
      </div>
      {changing && ranking && <ChangeRank call={call} stage={stage} ranking={ranking} onClose={() => setChanging(false)} />}
    </>
  )
}

function ChangeRank({ call, stage, ranking, onClose }: { call: string; stage: string; ranking: Schemas['Ranking']; onClose: () => void }) {
  const say = useDeliberationTexts(), lang = useLanguage(), act = useAct(call, stage)
  const [application, setApplication] = useState(ranking.rows[0]?.application.id ?? ''), [to, setTo] = useState(''), [reason, setReason] = useState(''), [tried, setTried] = useState(false)
  const place = Number(to.normalize('NFKC')), valid = Number.isInteger(place) && place >= 1
  const problem = isProblem(act.error) ? act.error : null
  const send = () => {
    setTried(true)
    if (valid && reason.trim() !== '') act.mutate({ kind: 'rankChanged', application, to: place, reason: reason.trim() }, { onSuccess: onClose })
  }
  return (
    <Dialog open title={say('changeTitle')} onClose={onClose} actions={<><Button rank="main" busy={act.isPending} onClick={send}>{say('changeTitle')}</Button><Button onClick={onClose}>{say('cancel')}</Button></>}>
      {problem && <Banner tone="bad" title={problem.body?.reason?.[lang] ?? problem.message} level={3} live />}
      <Field label={say('which')} required>{(control) => <Select {...control} width="full" value={application} onChange={({ target }) => setApplication(target.value)}>{ranking.rows.map(({ application: each, rank }) => <option key={each.id} value={each.id}>{rank} {nameOf(each, true)}</option>)}</Select>}</Field>
      <Field label={say('to')} required error={tried && !valid ? say('missing', { label: say('to') }) : undefined}>{(control) => <TextInput {...control} width={4} right inputMode="numeric" value={to} onChange={({ target }) => setTo(target.value)} />}</Field>
      <Field label={say('reason')} required error={tried && reason.trim() === '' ? say('missing', { label: say('reason') }) : undefined}>{(control) => <TextArea {...control} rows={3} value={reason} onChange={({ target }) => setReason(target.value)} />}</Field>
    </Dialog>
  )
}
