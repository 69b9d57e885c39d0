import { useEffect, useState } from 'react'
import { useLocation, useNavigate, useParams } from 'react-router'
import { useLabel, useLanguage } from '../texts/texts.js'
import { Button, LinkButton } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { ErrorSummary, focusField } from '../ui/error-summary.js'
import { SaveState } from '../ui/save-state.js'
import { Loaded, NotFound } from '../ui/states.js'
import { Banner } from '../ui/status.js'
import { AnswerList } from '../ui/answers/answer-list.js'
import { Conflicts } from './conflicts.js'
import { FieldInput } from './form/field-input.js'
import { isAsked, isOpen, readForm, sectionProblems, sectionStates, type FormReading, type SectionDefinition } from '../ui/answers/form-reading.js'
import type { AnswerStore, FormState } from './form/answer-store.js'
import { useAnswerStore, useForm, type OpenForm } from './form/use-form.js'
import { SectionList } from './section-list.js'
import { submitEventOf } from './submitting.js'
import { useApplicantTexts } from './texts.js'

/** One section of a form. */
export function SectionPage() {
  const { id = '', form = '', section = '' } = useParams(), say = useApplicantTexts(), label = useLabel()
  const open = useForm(id, form)
  const part = open.data?.form.sections.find((each) => each.id === section)
  const title = part && label(part.title)
  return (
    <CitizenPage title={title} trail={[{ to: '/my', label: say('myApplications') }, { to: `/my/${id}/forms/${form}`, label: open.data ? label(open.data.form.title) : say('sections') }]} here={title}>
      <Loaded query={open}>{(data) => part ? <Section key={part.id} open={data} section={part} /> : <NotFound />}</Loaded>
    </CitizenPage>
  )
}

function Section({ open, section }: { open: OpenForm; section: SectionDefinition }) {
  const answers = useAnswerStore(open)
  return answers && <SectionForm open={open} section={section} {...answers} />
}

function SectionForm({ open, section, store, state }: { open: OpenForm; section: SectionDefinition; store: AnswerStore; state: FormState }) {
  const say = useApplicantTexts(), label = useLabel(), lang = useLanguage(), navigate = useNavigate(), { hash } = useLocation()
  const [attempt, setAttempt] = useState(0)
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const reading = readForm(open.form, state.answers), states = sectionStates(reading, state.form.open)
  const base = `/my/${open.application.id}/forms/${open.name}`
  const at = open.form.sections.findIndex(({ id }) => id === section.id)
  const problems = sectionProblems(reading, section, say, label)
  useEffect(() => { if (hash.length > 1) focusField(hash.slice(1)) }, [hash])

  const next = async () => {
    setAttempt(attempt + 1)
    const saved = store.flush()
    if (problems.length > 0) return
    await saved
    const following = open.form.sections[at + 1]
    await navigate(following ? `${base}/${following.id}` : submitEventOf(open.application, open.definition, open.name) ? `${base}/check` : base)
  }
  return (
    <div className="grid gap-8 desktop:grid-cols-[16rem_minmax(0,1fr)] desktop:gap-14">
      <SectionList states={states} base={base} current={section.id} complete={reading.complete} canSubmit={submitEventOf(open.application, open.definition, open.name) !== undefined} />
      <div className="max-w-[46rem] min-w-0">
        <ErrorSummary items={attempt > 0 ? problems.map(({ id, text }) => ({ field: id, text })) : []} attempt={attempt} />
        <Conflicts definition={open.form} state={state} store={store} />
        {state.refused && <div className="mb-6"><Banner tone="bad" title={say('refusedTitle')} live><p>{state.refused.body?.reason?.[lang] ?? state.refused.message}</p>{state.refused.status === 401 && <p><a href={`/sign-in?to=${encodeURIComponent(location.pathname)}`}>{say('toStatus')}</a></p>}</Banner></div>}
        <div className="mt-2 flex flex-wrap items-end justify-between gap-2">
          <div><p className="muted">{say('sectionAt', { at: at + 1, of: open.form.sections.length })}</p><h1 className="text-std-28B-150 desktop:text-std-32B-150">{label(section.title)}</h1></div>
          <SaveState state={state.saving} retry={() => store.retry()} />
        </div>
        {section.help && <p className="muted mt-2">{label(section.help)}</p>}
        {state.form.open === 'none'
          ? <div className="mt-6"><Banner tone="info" title={say('closedForm')}><p>{say('closedFormLead')}</p></Banner><AnswerList reading={reading} section={section} /></div>
          : <form className="mt-8 grid gap-8" noValidate onSubmit={(event) => { event.preventDefault(); void next() }}>
            <Fields reading={reading} section={section} open={open} state={state} store={store} shown={(field) => attempt > 0 || left.has(field)} problems={problems} onLeave={(field) => setLeft((before) => new Set(before).add(field))} />
            <div className="mt-2 flex flex-col gap-3 border-t border-(--rule) pt-6 desktop:flex-row">
              <Button type="submit" rank="main" size="large" wide>{say('saveAndNext')}</Button>
              <LinkButton rank="quiet" size="large" to={base}>{say('toSections')}</LinkButton>
            </div>
          </form>}
      </div>
    </div>
  )
}

interface FieldsProps { reading: FormReading; section: SectionDefinition; open: OpenForm; state: FormState; store: AnswerStore; shown: (field: string) => boolean; problems: ReturnType<typeof sectionProblems>; onLeave: (field: string) => void }

function Fields({ reading, section, open, state, store, shown, problems, onLeave }: FieldsProps) {
  const label = useLabel()
  return section.fields.filter((field) => isAsked(reading, field)).map((field) => {
    if (field.kind !== 'computed' && !isOpen(state.form.open, field.id)) return <AnswerList key={field.id} reading={reading} section={{ ...section, fields: [field] }} />
    const own = reading.problems.filter((problem) => problem.field === field.id)
    const missing = reading.missing.has(field.id)
    // an unanswered field is only told of once the person wants to go on; a wrong answer as soon as they leave it
    const visible = shown(field.id) ? own.filter(({ severity }) => severity === 'error') : []
    const whole = visible.find(({ path }) => path.length === 1)
    const parts = new Map(visible.filter(({ path }) => path.length > 1).map(({ path, message }) => [`/${path.slice(1).join('/')}`, label(message)]))
    const warning = own.find(({ severity }) => severity === 'warning')
    const error = whole ? label(whole.message) : missing && shown(field.id) && problems.some((problem) => problem.id === field.id) && own.length === 0 && shown('') ? problems.find((problem) => problem.id === field.id)?.text : undefined
    return (
      <FieldInput key={field.id} field={field} value={state.answers[field.id]} read={reading.values[field.id]} partErrors={parts} totals={reading.values} place={{ application: open.application.id, form: open.name }}
        {...(error ? { error } : {})} {...(warning && !error && state.answers[field.id] !== undefined ? { warning: label(warning.message) } : {})}
        onChange={(value) => store.answer(field.id, value)} onBlur={() => { if (state.answers[field.id] !== undefined) onLeave(field.id) }} />
    )
  })
}
