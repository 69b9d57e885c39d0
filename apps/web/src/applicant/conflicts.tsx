import { useLabel } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { Banner } from '../ui/status.js'
import type { FormDefinition } from '../api/programme.js'
import type { AnswerStore, FormState } from './form/answer-store.js'
import { fieldLabels } from '../ui/answers/form-places.js'
import { useShown } from '../ui/answers/answer-list.js'
import { useApplicantTexts } from './texts.js'

/** Fields that were answered differently here and elsewhere: both are shown, and the person decides. */
export function Conflicts({ definition, state, store }: { definition: FormDefinition; state: FormState; store: AnswerStore }) {
  const say = useApplicantTexts(), label = useLabel(), shown = useShown()
  if (state.conflicts.length === 0) return null
  const labels = fieldLabels(definition), fields = new Map(definition.sections.flatMap((section) => section.fields.map((field) => [field.id, field] as const)))
  return (
    <div className="mb-6"><Banner tone="warn" title={say('conflictTitle')} live>
      <p>{say('conflictLead')}</p>
      {state.conflicts.map(({ field, mine, theirs }) => (
        <div key={field} className="mt-3 border-t border-(--warn-edge) pt-3">
          <p className="font-bold">{label(labels.get(field))}</p>
          <dl className="mt-1 grid gap-2 desktop:grid-cols-2">
            <div><dt className="meta">{say('mine')}</dt><dd>{shown(fields.get(field), mine) || say('empty')}</dd></div>
            <div><dt className="meta">{say('theirs')}</dt><dd>{shown(fields.get(field), theirs) || say('empty')}</dd></div>
          </dl>
          <p className="mt-2 flex flex-wrap gap-3"><Button size="small" onClick={() => store.settle(field, 'mine')}>{say('keepMine')}</Button><Button size="small" onClick={() => store.settle(field, 'theirs')}>{say('keepTheirs')}</Button></p>
        </div>
      ))}
    </Banner></div>
  )
}
