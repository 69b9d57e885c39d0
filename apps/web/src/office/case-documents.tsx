import { documentAddress, useDocuments } from '../api/documents.js'
import { now } from '../session/settings.js'
import { dateTime, fileSize } from '../texts/dates.js'
import { useLanguage } from '../texts/texts.js'
import { Icon } from '../ui/icons.js'
import { Panel, TableRegion } from '../ui/panel.js'
import { useOfficeTexts } from './texts.js'

/** Attachments and letters with their sums. */
export function CaseDocuments({ caseId }: { caseId: string }) {
  const say = useOfficeTexts(), lang = useLanguage(), documents = useDocuments(caseId)
  const items = documents.data ?? []
  return (
    <Panel title={say('documents')} flush aside={<span className="meta">{say('cases', { count: items.length })}</span>}>
      {items.length === 0 ? <p className="pan-b muted t12">{say('noDocuments')}</p> : (
        <TableRegion name={say('documents')}>
          <table className="tbl" style={{ minWidth: '34rem' }}><caption className="sr-only">{say('documents')}</caption>
            <thead><tr><th scope="col">{say('document')}</th><th scope="col">{say('received')}</th><th scope="col" className="num">{say('size')}</th><th scope="col">SHA-256</th></tr></thead>
            <tbody>{items.map((item) => (
              <tr key={item.id}>
                <th scope="row"><a href={documentAddress(item.id)} target="_blank" rel="noreferrer">{item.kind === 'letter' ? item.title : item.name}</a></th>
                <td className="nw">{dateTime(new Date(item.kind === 'letter' ? item.issuedAt : item.uploadedAt), now(), lang)}</td>
                <td className="num">{item.kind === 'attachment' ? fileSize(item.size) : '–'}</td>
                <td className="nw">{item.sha256 && <><Icon name="shield" /> <span title={item.sha256}>{item.sha256.slice(0, 4)}…{item.sha256.slice(-4)}</span></>}</td>
              </tr>
            ))}</tbody>
          </table>
        </TableRegion>
      )}
    </Panel>
  )
}
