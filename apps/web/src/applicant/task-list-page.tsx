import { useParams } from 'react-router'
import { useLabel } from '../texts/texts.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { LinkButton } from '../ui/button.js'
import { SaveState } from '../ui/save-state.js'
import { Loaded } from '../ui/states.js'
import { Bar } from '../ui/status.js'
import { Due } from '../ui/turn.js'
import { readForm, sectionStates } from '../ui/answers/form-reading.js'
import { useAnswerStore, useForm, type OpenForm } from './form/use-form.js'
import { Tasks } from './section-list.js'
import { submitEventOf } from './submitting.js'
import { useApplicantTexts } from './texts.js'

/** The sections of a form, and how far each is. */
export function TaskListPage() {
  const { id = '', form = '' } = useParams(), say = useApplicantTexts(), label = useLabel()
  const open = useForm(id, form)
  const title = open.data && label(open.data.form.title)
  return (
    <CitizenPage title={title} trail={[{ to: '/my', label: say('myApplications') }, { to: `/my/${id}`, label: open.data?.application.title || say('status') }]} here={title}>
      <Loaded query={open}>{(data) => <TaskList open={data} />}</Loaded>
    </CitizenPage>
  )
}

function TaskList({ open }: { open: OpenForm }) {
  const say = useApplicantTexts(), label = useLabel(), answers = useAnswerStore(open)
  if (!answers) return null
  const { state } = answers
  const reading = readForm(open.form, state.answers), states = sectionStates(reading, state.form.open)
  const submit = submitEventOf(open.application, open.definition, open.name)
  const first = states.find(({ complete, open: may }) => !complete && may) ?? states[0]
  const figures = { of: states.length, done: states.filter(({ complete }) => complete).length }
  const base = `/my/${open.application.id}/forms/${open.name}`
  return (
    <div className="max-w-[46rem]">
      <div className="flex flex-wrap items-end justify-between gap-2"><h1 className="h-page">{label(open.form.title)}</h1><SaveState state={state.saving} retry={() => answers.store.retry()} /></div>
      {open.form.help && <p className="muted mt-2">{label(open.form.help)}</p>}
      {open.application.nextDeadline && <div className="mt-4"><Due at={new Date(open.application.nextDeadline.dueAt)} label={label(open.application.nextDeadline.label) || undefined} /></div>}
      <p className="mt-6">{say('progress', figures)}</p><div className="mt-2"><Bar share={figures.done / figures.of} /></div>
      <Tasks states={states} base={base} complete={reading.complete} canSubmit={submit !== undefined} />
      <p className="mt-8">{reading.complete && submit
        ? <LinkButton rank="main" size="large" arrow wide to={`${base}/check`}>{say('checkAndSubmit')}</LinkButton>
        : first && state.form.open !== 'none' && <LinkButton rank="main" size="large" arrow wide to={`${base}/${first.section.id}`}>{say('goOn')}</LinkButton>}</p>
    </div>
  )
}
