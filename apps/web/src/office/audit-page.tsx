import { useInfiniteQuery } from '@tanstack/react-query'
import { client, ok } from '../api/client.js'
import { dateTime } from '../texts/dates.js'
import { useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { TableRegion } from '../ui/panel.js'
import { Loaded } from '../ui/states.js'
import { useUiTexts } from '../ui/texts.js'
import { OfficePage } from './office-page.js'
import { useOfficeTexts } from './texts.js'

/** The record of accounts and roles. */
export function AuditPage() {
  const say = useOfficeTexts(), ui = useUiTexts(), lang = useLanguage()
  const events = useInfiniteQuery({
    queryKey: ['identity-events'], initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => ok(client.GET('/api/v1/admin/identity-events', { params: { query: { limit: 100, ...(pageParam ? { after: pageParam } : {}) } }, signal })),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const items = events.data?.pages.flatMap((page) => page.items)
  return (
    <OfficePage title={say('audit')}>
      <p className="t12 muted mt-1">{say('auditLead')}</p>
      <div className="pan mt-4"><Loaded query={{ ...events, data: items }}>{(all) => (
        <TableRegion name={say('audit')}>
          <table className="tbl" style={{ minWidth: '40rem' }}><caption className="sr-only">{say('audit')}</caption>
            <thead><tr><th scope="col">{say('when')}</th><th scope="col">{say('kind')}</th><th scope="col">{say('person')}</th><th scope="col">{say('address')}</th></tr></thead>
            <tbody>{all.map(({ id, at, kind, personId, address }) => <tr key={id}><td className="nw">{dateTime(new Date(at), new Date(), lang)}</td><th scope="row">{kind}</th><td className="nw">{personId?.slice(0, 8) ?? '–'}</td><td className="nw">{address ?? '–'}</td></tr>)}</tbody>
          </table>
        </TableRegion>
      )}</Loaded></div>
      {events.hasNextPage && <p className="mt-3"><Button busy={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>{ui('showMore')}</Button></p>}
    </OfficePage>
  )
}
