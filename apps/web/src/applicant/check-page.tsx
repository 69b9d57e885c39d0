import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { newKey, useSendEvent } from '../api/events.js'
import { isProblem } from '../api/problem.js'
import { queries } from '../api/queries.js'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { ErrorSummary } from '../ui/error-summary.js'
import { Choice, FieldError } from '../ui/field.js'
import { Loaded } from '../ui/states.js'
import { Banner } from '../ui/status.js'
import { AnswerList } from '../ui/answers/answer-list.js'
import { readForm, sectionProblems, sectionStates, type FormReading } from '../ui/answers/form-reading.js'
import { useAnswerStore, useForm, type OpenForm } from './form/use-form.js'
import { SectionList } from './section-list.js'
import { submitEventOf } from './submitting.js'
import { useApplicantTexts } from './texts.js'

/** All answers as text, the declaration, and the one button. */
export function CheckPage() {
  const { id = '', form = '' } = useParams(), say = useApplicantTexts(), label = useLabel()
  const open = useForm(id, form)
  return (
    <CitizenPage title={say('checkAndSubmit')} trail={[{ to: '/my', label: say('myApplications') }, { to: `/my/${id}/forms/${form}`, label: open.data ? label(open.data.form.title) : say('sections') }]} here={say('checkAndSubmit')}>
      <Loaded query={open}>{(data) => <Check open={data} />}</Loaded>
    </CitizenPage>
  )
}

function Check({ open }: { open: OpenForm }) {
  const say = useApplicantTexts(), label = useLabel(), answers = useAnswerStore(open)
  if (!answers) return null
  const reading = readForm(open.form, answers.state.answers)
  const submit = submitEventOf(open.application, open.definition, open.name)
  const base = `/my/${open.application.id}/forms/${open.name}`
  return (
    <div className="grid gap-8 desktop:grid-cols-[16rem_minmax(0,1fr)] desktop:gap-14">
      <SectionList states={sectionStates(reading, answers.state.form.open)} base={base} current="check" complete={reading.complete} canSubmit={submit !== undefined} />
      <div className="max-w-[46rem] min-w-0">
        <h1 className="text-std-28B-150 desktop:text-std-32B-150">{say('checkTitle')}</h1>
        <p className="muted mt-2">{say('checkLead')}</p>
        {!reading.complete && <Lacking reading={reading} base={base} />}
        {open.form.sections.map((section) => (
          <section key={section.id} className="mt-10" aria-labelledby={`check-${section.id}`}>
            <div className="flex flex-wrap items-baseline justify-between gap-x-4 border-b-2 border-(--edge) pb-2">
              <h2 className="h-sub" id={`check-${section.id}`}>{label(section.title)}</h2>
              <Link to={`${base}/${section.id}`}>{say('change')}<span className="sr-only">: {label(section.title)}</span></Link>
            </div>
            <AnswerList reading={reading} section={section} />
          </section>
        ))}
        {reading.complete && submit && <Submit open={open} event={submit.type} flush={() => answers.store.flush()} />}
      </div>
    </div>
  )
}

function Lacking({ reading, base }: { reading: FormReading; base: string }) {
  const say = useApplicantTexts(), label = useLabel()
  return (
    <div className="mt-6"><Banner tone="warn" title={say('incompleteTitle')}>
      <p>{say('incompleteLead')}</p>
      <ul>{reading.definition.sections.flatMap((section) => sectionProblems(reading, section, say, label).map(({ id, text }) => <li key={id + text}><Link className="inline-block py-1" to={`${base}/${section.id}#${id}`}>{text}</Link></li>))}</ul>
    </Banner></div>
  )
}

function Submit({ open, event, flush }: { open: OpenForm; event: string; flush: () => Promise<boolean> }) {
  const say = useApplicantTexts(), lang = useLanguage(), label = useLabel(), navigate = useNavigate(), send = useSendEvent()
  const [sure, setSure] = useState(false), [attempt, setAttempt] = useState(0), [key] = useState(newKey), [busy, setBusy] = useState(false)
  const problem = isProblem(send.error) ? send.error : null
  const missing = attempt > 0 && !sure
  const available = open.application.availableEvents.find(({ type }) => type === event)

  const submit = async () => {
    setAttempt(attempt + 1)
    if (!sure) return
    setBusy(true)
    try {
      if (!await flush()) return
      await send.mutateAsync({ caseId: open.application.id, type: event, data: {}, key })
      await queries.invalidateQueries({ queryKey: ['application', open.application.id] })
      await navigate(open.application.form?.name === open.name ? `/my/${open.application.id}/receipt` : `/my/${open.application.id}`, { replace: true })
    } catch (error) {
      if (!isProblem(error)) throw error
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className="mt-12 rounded-12 border-2 border-(--key) p-5 desktop:p-7" aria-labelledby="last-check">
      <h2 className="h-sub" id="last-check">{say('lastCheck')}</h2>
      <div className="mt-3"><ErrorSummary items={missing ? [{ field: 'sure', text: say('declarationMissing') }] : []} attempt={attempt} /></div>
      {problem && <div className="mt-3"><Banner tone="bad" title={say('submitFailed')} live><p>{problem.body?.reason?.[lang] ?? problem.message}</p>{problem.body?.errors.map(({ pointer, detail, message }) => <p key={pointer + detail}>{message?.[lang] ?? detail}</p>)}</Banner></div>}
      {available?.blocked && <div className="mt-3"><Banner tone="warn" title={label(available.blocked)} /></div>}
      <Choice type="checkbox" id="sure" checked={sure} label={say('declaration')} onChange={({ target }) => setSure(target.checked)} aria-invalid={missing || undefined} aria-describedby={missing ? 'sure-error' : undefined} />
      {missing && <FieldError id="sure" error={say('declarationMissing')} />}
      <p className="mt-4"><Button rank="main" size="large" wide busy={busy} onClick={() => void submit()}>{label(available?.label) || say('submit')}</Button></p>
    </section>
  )
}
