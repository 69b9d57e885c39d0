import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { client, ok, type Schemas } from '../api/client.js'
import { isProblem } from '../api/problem.js'
import { useDefinition, type Definition } from '../api/programme.js'
import { queries } from '../api/queries.js'
import { now } from '../session/settings.js'
import { dateTime } from '../texts/dates.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Button, LinkButton } from '../ui/button.js'
import { Dialog } from '../ui/dialog.js'
import { Field, TextArea } from '../ui/field.js'
import { Mark } from '../ui/icons.js'
import { usePageTitle } from '../ui/page-title.js'
import { Failure, Loading } from '../ui/states.js'
import { Banner } from '../ui/status.js'
import { toast, Toasts } from '../ui/toast.js'
import { useUiTexts } from '../ui/texts.js'
import { ApplicationDocument } from './application-document.js'
import { isNext, useMyReviews } from './my-reviews.js'
import { reviewAddress } from './queue-page.js'
import { ScoreForm } from './score-form.js'
import type { SheetPlace as Place } from './use-sheet.js'
import { useReviewTexts } from './texts.js'
import './review.css'

/** The application at the left, the scores at the right; both scroll by themselves. */
export function ReviewPage() {
  const { call = '', stage = '', application = '' } = useParams(), say = useReviewTexts()
  const place = { call, stage, application }
  const review = useQuery({
    queryKey: ['review', call, stage, application], refetchOnWindowFocus: false,
    queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}/reviews/{stage}/{application}', { params: { path: { id: call, stage, application } }, signal })),
  })
  const held = useQuery({ queryKey: ['call', call], queryFn: ({ signal }) => ok(client.GET('/api/v1/calls/{id}', { params: { path: { id: call } }, signal })) })
  const definition = useDefinition(held.data?.programme, held.data?.programmeVersion)
  usePageTitle(review.data ? `${say('title')} ${review.data.application.title || review.data.application.number}` : say('title'))
  const error = review.error ?? held.error ?? definition.error
  if (error) return <main id="main"><Failure error={error} retry={() => void Promise.all([review.refetch(), held.refetch(), definition.refetch()])} /></main>
  if (!review.data || !definition.data) return <main id="main"><Loading /></main>
  return <Review key={application} place={place} review={review.data} definition={definition.data} />
}

function Review({ place, review, definition }: { place: Place; review: Schemas['Review']; definition: Definition }) {
  const ui = useUiTexts(), reviews = useMyReviews(), navigate = useNavigate()
  const own = reviews.data?.filter(({ call, stage }) => call.id === place.call && stage.id === place.stage) ?? []
  const at = own.findIndex((item) => item.application.id === place.application)
  const following = [...own.slice(at + 1), ...own.slice(0, Math.max(0, at))].find(isNext)
  const goOn = async () => {
    await queries.invalidateQueries({ queryKey: ['my-reviews'] })
    await navigate(following ? reviewAddress(following) : '/review')
  }
  return (
    <div className="citizen">
      <a className="skip" href="#main">{ui('skip')}</a>
      <Header place={place} review={review} definition={definition} at={at} own={own} />
      <main id="main" className="rv" tabIndex={-1}>
        <ApplicationDocument review={review} definition={definition} />
        <ScoreForm place={place} review={review} onDone={goOn} />
      </main>
      <Toasts />
    </div>
  )
}

interface HeaderProps { place: Place; review: Schemas['Review']; definition: Definition; at: number; own: Schemas['MyReviews']['items'] }

function Header({ place, review, definition, at, own }: HeaderProps) {
  const say = useReviewTexts(), label = useLabel(), lang = useLanguage()
  const [declaring, setDeclaring] = useState(false)
  const before = own[at - 1], after = own[at + 1]
  return (
    <header className="rv-h">
      <Link className="brand" to="/review"><Mark /><b>{say('title')}</b></Link>
      <div className="min-w-0 flex-1 basis-56">
        <p className="meta">{[label(definition.title), review.application.number, review.dueAt && `${say('due')} ${dateTime(new Date(review.dueAt), now(), lang)}`].filter(Boolean).join('・')}</p>
        <h1 className="text-dns-17B-130">{review.application.title || review.application.number}</h1>
      </div>
      <div className="ml-auto flex flex-wrap items-center gap-x-4 gap-y-1">
        {at >= 0 && <p className="t12"><b className="text-std-18B-160">{say('at', { at: at + 1, of: own.length })}</b>・{say('done', { count: own.filter(({ state }) => state === 'submitted').length })}</p>}
        <nav aria-label={say('application')} className="flex gap-2">
          {before && <LinkButton size="small" to={reviewAddress(before)}>{say('before')}</LinkButton>}
          {after && <LinkButton size="small" to={reviewAddress(after)}>{say('after')}</LinkButton>}
        </nav>
        {review.sheet?.state !== 'submitted' && <Button rank="danger" size="small" icon="flag" onClick={() => setDeclaring(true)}>{say('declare')}</Button>}
      </div>
      <DeclareDialog open={declaring} place={place} onClose={() => setDeclaring(false)} />
    </header>
  )
}

/** Declaring takes the application out of one's sight; therefore it asks, and wants the reason. */
function DeclareDialog({ open, place, onClose }: { open: boolean; place: Place; onClose: () => void }) {
  const say = useReviewTexts(), lang = useLanguage(), navigate = useNavigate()
  const [reason, setReason] = useState(''), [missing, setMissing] = useState(false)
  const declare = useMutation({
    mutationFn: () => ok(client.POST('/api/v1/calls/{id}/conflicts', { params: { path: { id: place.call } }, body: { stage: place.stage, application: place.application, reason: reason.trim() } })),
    onSuccess: async () => { toast(say('declared')); await queries.invalidateQueries({ queryKey: ['my-reviews'] }); await navigate('/review') },
  })
  const send = () => { setMissing(reason.trim() === ''); if (reason.trim() !== '' && !declare.isPending) declare.mutate() }
  const problem = isProblem(declare.error) ? declare.error : null
  return (
    <Dialog open={open} title={say('declareTitle')} onClose={onClose} actions={<><Button rank="danger" icon="flag" busy={declare.isPending} onClick={send}>{say('declare')}</Button><Button onClick={onClose}>{say('cancel')}</Button></>}>
      <p>{say('declareLead')}</p>
      {problem && <Banner tone="bad" title={problem.body?.reason?.[lang] ?? problem.message} level={3} live />}
      <Field label={say('reason')} required error={missing ? say('reasonMissing') : undefined}>{(control) => <TextArea {...control} rows={3} value={reason} onChange={({ target }) => setReason(target.value)} />}</Field>
    </Dialog>
  )
}
