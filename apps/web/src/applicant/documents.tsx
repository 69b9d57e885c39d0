import { documentAddress, useDocuments } from '../api/documents.js'
import { now } from '../session/settings.js'
import { dateTime } from '../texts/dates.js'
import { useLanguage } from '../texts/texts.js'
import { Icon } from '../ui/icons.js'
import { useApplicantTexts } from './texts.js'

/** Letters of the office: decisions, certificates, receipts. */
export function Documents({ caseId }: { caseId: string }) {
  const say = useApplicantTexts(), lang = useLanguage(), documents = useDocuments(caseId)
  const letters = documents.data?.filter((document) => document.kind === 'letter') ?? []
  if (letters.length === 0) return null
  return (
    <section aria-labelledby="letters">
      <h2 className="h-sec" id="letters">{say('documents')}</h2>
      <ul className="mt-4 border-t border-(--rule)">{letters.map((letter) => (
        <li key={letter.id} className="flex gap-2 border-b border-(--rule) py-3"><Icon name="file" /><span><a className="font-bold" href={documentAddress(letter.id)}>{letter.title}</a><span className="meta block">{letter.number && `${letter.number}・`}{dateTime(new Date(letter.issuedAt), now(), lang)}</span></span></li>
      ))}</ul>
    </section>
  )
}
