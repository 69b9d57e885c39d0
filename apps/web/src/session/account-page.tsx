import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { client, ok, type Schemas } from '../api/client.js'
import { queries } from '../api/queries.js'
import { dateTime } from '../texts/dates.js'
import { chooseLanguage, useLanguage, type Language } from '../texts/texts.js'
import { Button } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { Choice, FieldGroup } from '../ui/field.js'
import { Loaded } from '../ui/states.js'
import { Badge } from '../ui/status.js'
import { toast } from '../ui/toast.js'
import { useAccountTexts } from './account-texts.js'
import { readDeveloper } from './developer.js'
import { signOut } from './session.js'

/** What a person sees and sets of their own account. */
export function AccountPage() {
  const say = useAccountTexts(), navigate = useNavigate()
  const profile = useQuery({ queryKey: ['me'], enabled: !readDeveloper(), queryFn: () => ok(client.GET('/api/v1/me')) })
  const leave = async () => { await signOut(); await navigate('/', { replace: true }) }
  return (
    <CitizenPage title={say('account')}>
      <div className="flex flex-wrap items-center justify-between gap-4"><h1 className="h-page">{say('account')}</h1><Button icon="leave" onClick={() => void leave()}>{say('signOut')}</Button></div>
      {readDeveloper() ? <p className="mt-6">{say('developerAccount')}</p> : <Loaded query={profile}>{(data) => <Profile profile={data} />}</Loaded>}
    </CitizenPage>
  )
}

function Profile({ profile }: { profile: Schemas['Profile'] }) {
  const say = useAccountTexts()
  const change = useMutation({
    mutationFn: (lang: Language) => ok(client.PATCH('/api/v1/me', { body: { lang } })),
    onSuccess: async (_, lang) => { await queries.invalidateQueries({ queryKey: ['me'] }); await chooseLanguage(lang); toast(say('saved')) },
  })
  const factors = [['hasPassword', profile.hasPassword], ['hasTotp', profile.totp], ['hasPasskeys', profile.passkeys > 0]] as const
  return (
    <div className="mt-8 grid max-w-[46rem] gap-12">
      <section aria-labelledby="profile"><h2 className="h-sec" id="profile">{say('profile')}</h2>
        <dl className="dl dl-stack mt-3"><dt>{say('name')}</dt><dd>{profile.name}</dd><dt>{say('email')}</dt><dd>{profile.email}</dd></dl>
        <div className="mt-6"><FieldGroup label={say('languageOfMails')}>{() => <div className="flex gap-6">{(['ja', 'en'] as const).map((lang) => <Choice key={lang} type="radio" name="lang" checked={profile.lang === lang} label={say(lang === 'ja' ? 'japanese' : 'english')} onChange={() => change.mutate(lang)} />)}</div>}</FieldGroup></div>
      </section>
      <section aria-labelledby="security"><h2 className="h-sec" id="security">{say('security')}</h2>
        <dl className="dl mt-3">{factors.map(([key, set]) => <div key={key} className="contents"><dt>{say(key)}</dt><dd>{set ? <Badge tone="ok" icon="ok">{say('set')}</Badge> : <Badge icon="dashed">{say('unset')}</Badge>}</dd></div>)}</dl>
      </section>
      <Sessions />
    </div>
  )
}

function Sessions() {
  const say = useAccountTexts(), lang = useLanguage()
  const sessions = useQuery({ queryKey: ['my-sessions'], queryFn: () => ok(client.GET('/api/v1/me/sessions')) })
  const done = async () => { await queries.invalidateQueries({ queryKey: ['my-sessions'] }); toast(say('ended')) }
  const end = useMutation({ mutationFn: (id: string) => ok(client.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id } } })), onSuccess: done })
  const endOthers = useMutation({ mutationFn: () => ok(client.DELETE('/api/v1/me/sessions')), onSuccess: done })
  return (
    <section aria-labelledby="sessions"><h2 className="h-sec" id="sessions">{say('sessions')}</h2>
      <Loaded query={sessions}>{({ items }) => <>
        <ul className="mt-3 border-t border-(--rule)">{items.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center justify-between gap-3 border-b border-(--rule) py-3">
            <span>{session.device} {session.current && <Badge tone="info" icon="ok">{say('thisDevice')}</Badge>}<span className="meta block">{say('seen', { date: dateTime(new Date(session.seenAt), new Date(), lang) })}</span></span>
            {!session.current && <Button size="small" onClick={() => end.mutate(session.id)}>{say('end')}<span className="sr-only">: {session.device}</span></Button>}
          </li>
        ))}</ul>
        {items.length > 1 && <p className="mt-4"><Button rank="quiet" onClick={() => endOthers.mutate()}>{say('endOthers')}</Button></p>}
      </>}</Loaded>
    </section>
  )
}
