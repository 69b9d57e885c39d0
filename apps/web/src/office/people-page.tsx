import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client, ok } from '../api/client.js'
import { dateTime } from '../texts/dates.js'
import { useLanguage } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { Field, TextInput } from '../ui/field.js'
import { TableRegion } from '../ui/panel.js'
import { Empty, Loaded } from '../ui/states.js'
import { Badge } from '../ui/status.js'
import { useUiTexts } from '../ui/texts.js'
import { OfficePage } from './office-page.js'
import { useOfficeTexts } from './texts.js'

/** Everybody with an account, and how it is guarded. */
export function PeoplePage() {
  const say = useOfficeTexts(), ui = useUiTexts(), lang = useLanguage(), [words, setWords] = useState('')
  const people = useInfiniteQuery({
    queryKey: ['people', words], initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => ok(client.GET('/api/v1/admin/people', { params: { query: { limit: 50, ...(words.trim() ? { search: words.trim() } : {}), ...(pageParam ? { after: pageParam } : {}) } }, signal })),
    getNextPageParam: ({ next }) => next ?? undefined,
  })
  const items = people.data?.pages.flatMap((page) => page.items)
  return (
    <OfficePage title={say('people')}>
      <div className="mt-4"><Field label={say('searchPeople')}>{(control) => <TextInput {...control} type="search" width={12} value={words} onChange={({ target }) => setWords(target.value)} />}</Field></div>
      <div className="pan mt-4"><Loaded query={{ ...people, data: items }}>{(all) => all.length === 0 ? <Empty title={say('none')} icon="search" /> : (
        <TableRegion name={say('people')}>
          <table className="tbl" style={{ minWidth: '46rem' }}><caption className="sr-only">{say('people')}</caption>
            <thead><tr><th scope="col">{say('name')}</th><th scope="col">{say('email')}</th><th scope="col">{say('protection')}</th><th scope="col">{say('state')}</th><th scope="col" className="num">{say('lastSignIn')}</th></tr></thead>
            <tbody>{all.map((person) => (
              <tr key={person.personId}><th scope="row">{person.name}</th><td>{person.email}</td>
                <td>{[person.hasPassword && say('password'), person.totp && say('totp'), person.passkeys > 0 && say('passkeys', { count: person.passkeys })].filter(Boolean).join('・') || '–'}</td>
                <td>{person.disabled ? <Badge tone="bad" icon="none">{say('disabled')}</Badge> : <Badge tone="ok" icon="ok">{say('active')}</Badge>}</td>
                <td className="num">{person.lastSignInAt ? dateTime(new Date(person.lastSignInAt), new Date(), lang) : say('never')}</td></tr>
            ))}</tbody>
          </table>
        </TableRegion>
      )}</Loaded></div>
      {people.hasNextPage && <p className="mt-3"><Button busy={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>{ui('showMore')}</Button></p>}
    </OfficePage>
  )
}
