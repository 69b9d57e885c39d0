import { Link } from 'react-router'
import { useLabel } from '../texts/texts.js'
import { Bar, Badge } from '../ui/status.js'
import type { SectionState } from '../ui/answers/form-reading.js'
import { useApplicantTexts } from './texts.js'

interface Props { states: readonly SectionState[]; base: string; current?: string; complete: boolean; canSubmit: boolean }

/** The sections with what is done; the way to submit is last. */
export function SectionList(props: Props) {
  const say = useApplicantTexts(), { states } = props
  const figures = { of: states.length, done: states.filter(({ complete }) => complete).length }
  return (
    <nav aria-label={say('sections')}>
      <div className="hidden desktop:block"><h2 className="h-sub">{say('sections')}</h2><p className="mt-1">{say('progress', figures)}</p><div className="mt-2"><Bar share={figures.done / figures.of} /></div><Tasks {...props} /></div>
      <details className="rounded-8 border border-(--rule) px-4 py-2 desktop:hidden"><summary className="min-h-[44px] content-center font-bold">{say('progressShort', figures)}</summary><Tasks {...props} /></details>
    </nav>
  )
}

export function Tasks({ states, base, current, complete, canSubmit }: Props) {
  const say = useApplicantTexts(), label = useLabel()
  return (
    <ol className="task mt-4">
      {states.map(({ section, complete: done, open }, at) => (
        <li key={section.id}><Link to={`${base}/${section.id}`} aria-current={section.id === current ? 'step' : undefined}>
          <span>{at + 1}. {label(section.title)}</span>
          {done ? <span className="st">{say('complete')}</span> : open ? <Badge tone="info" icon="half">{say('incomplete')}</Badge> : <span className="st">{say('incomplete')}</span>}
        </Link></li>
      ))}
      {canSubmit && (
        <li>{complete
          ? <Link to={`${base}/check`} aria-current={current === 'check' ? 'step' : undefined}><span>{states.length + 1}. {say('checkAndSubmit')}</span><span className="st">{say('ready')}</span></Link>
          : <span className="na"><span>{states.length + 1}. {say('checkAndSubmit')}</span><span className="st">{say('notYet')}</span></span>}</li>
      )}
    </ol>
  )
}
