import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearchParams } from 'react-router'
import { texts } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { Banner } from '../ui/status.js'
import { Loaded } from '../ui/states.js'
import { chooseDeveloper } from './developer.js'
import type { HeldRole, SignedIn } from './person.js'
import { homeOf, sessionChanged } from './session.js'

const useTexts = texts('development', {
  title: ['開発用のログイン', 'Sign in as a developer'],
  explain: ['この端末だけの設定です。だれの画面でも開けます。', 'Switched on for this machine only: any person’s pages can be opened.'],
  be: ['{{name}}になる', 'Be {{name}}'],
  applications: ['申請{{count}}件', '{{count}} application', '{{count}} applications'],
  people: ['だれになりますか', 'Whom do you want to be?'],
})

interface Candidate { id: string; name: string; roles: HeldRole[]; applications: number }

export function DevelopmentPage() {
  const say = useTexts(), navigate = useNavigate(), [search] = useSearchParams()
  const people = useQuery({ queryKey: ['development', 'people'], queryFn: async () => (await (await fetch('/dev/people')).json() as { items: Candidate[] }).items })
  const be = async (person: SignedIn) => {
    chooseDeveloper(person)
    await sessionChanged()
    await navigate(search.get('to') ?? homeOf(person))
  }
  return (
    <CitizenPage title={say('title')}>
      <h1 className="h-page">{say('title')}</h1>
      <div className="mt-4"><Banner tone="warn" title={say('explain')} /></div>
      <h2 className="h-sec mt-8">{say('people')}</h2>
      <Loaded query={people}>{(items) => (
        <ul className="mt-4 border-t border-(--rule)">{items.map(({ id, name, roles, applications }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-3 border-b border-(--rule) py-2">
            <span>{name} <span className="meta">{[...new Set(roles.map(({ role }) => role))].join(', ')}{applications > 0 && ` ${say('applications', { count: applications })}`}</span></span>
            <Button size="small" onClick={() => void be({ personId: id, name, roles })}>{say('be', { name })}</Button>
          </li>
        ))}</ul>
      )}</Loaded>
    </CitizenPage>
  )
}
