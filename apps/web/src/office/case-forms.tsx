import { documentAddress, useDocuments } from '../api/documents.js'
import type { Definition } from '../api/programme.js'
import { useLabel } from '../texts/texts.js'
import { AnswerList } from '../ui/answers/answer-list.js'
import { readForm } from '../ui/answers/form-reading.js'
import { Panel } from '../ui/panel.js'
import type { OfficeCase } from './office-case.js'
import { useOfficeTexts } from './texts.js'

/** What the applicant has filled in, form by form, section by section. */
export function CaseForms({ application, definition }: { application: OfficeCase; definition: Definition }) {
  const say = useOfficeTexts(), label = useLabel(), documents = useDocuments(application.id)
  const addresses = new Map(documents.data?.flatMap((item) => item.kind === 'attachment' && item.sha256 !== null ? [[item.sha256, documentAddress(item.id)]] : []))
  return [application.form, ...application.forms].flatMap((form) => {
    const known = form && form.revision > 0 ? definition.forms[form.name] : undefined
    if (!form || !known) return []
    const reading = readForm(known, form.answers)
    return [
      <Panel key={form.name} title={label(known.title)} flush aside={<span className="meta">{say('wholeForm')}</span>}>
        {known.sections.map((section) => (
          <details key={section.id} className="border-b border-(--rule) px-4 last:border-0"><summary className="min-h-[44px] content-center t12 font-bold">{label(section.title)}</summary>
            <div className="pb-4"><AnswerList reading={reading} section={section} fileAddress={(sum) => addresses.get(sum)} /></div>
          </details>
        ))}
      </Panel>,
    ]
  })
}
