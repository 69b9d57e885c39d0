import { useState } from 'react'
import type { Schemas } from '../api/client.js'
import { documentAddress, useDocuments } from '../api/documents.js'
import type { Definition } from '../api/programme.js'
import { useLabel } from '../texts/texts.js'
import { AnswerList } from '../ui/answers/answer-list.js'
import { readForm } from '../ui/answers/form-reading.js'
import { useReviewTexts } from './texts.js'

/** What is judged, to be read like a document: one tab a section of the form. */
export function ApplicationDocument({ review, definition }: { review: Schemas['Review']; definition: Definition }) {
  const say = useReviewTexts(), label = useLabel(), documents = useDocuments(review.application.id)
  const addresses = new Map(documents.data?.flatMap((document) => document.kind === 'attachment' && document.sha256 !== null ? [[document.sha256, documentAddress(document.id)]] : []))
  const parts = review.application.forms.flatMap(({ name, answers }) => {
    const form = definition.forms[name]
    if (!form) return []
    const reading = readForm(form, answers)
    return form.sections.flatMap((section) => {
      // what a blind stage leaves out is not asked about either
      const fields = section.fields.filter((field) => reading.values[field.id] !== undefined || field.id in answers)
      return fields.length === 0 ? [] : [{ key: `${name}/${section.id}`, title: label(section.title), form: label(form.title), reading, section: { ...section, fields } }]
    })
  })
  const [shown, setShown] = useState<string>()
  const part = parts.find(({ key }) => key === shown) ?? parts.find(({ section }) => section.fields.some(({ kind }) => kind === 'longText')) ?? parts[0]
  return (
    <section className="rv-doc" aria-label={say('document')} tabIndex={0}>
      <nav className="tabs bg-(--ground)" aria-label={say('document')}>{parts.map(({ key, title }) => <button type="button" key={key} aria-current={key === part?.key ? 'page' : undefined} onClick={() => setShown(key)}>{title}</button>)}</nav>
      <div className="paper">
        {part && <article className="sheet">
          <p className="meta">{part.form}{review.blind && `・${say('blind')}`}</p>
          <h2 className="text-std-22B-150 mt-2">{part.title}</h2>
          <AnswerList reading={part.reading} section={part.section} fileAddress={(sum) => addresses.get(sum)} />
        </article>}
      </div>
    </section>
  )
}
