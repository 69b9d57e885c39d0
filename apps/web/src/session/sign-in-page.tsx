import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, Navigate, useNavigate, useSearchParams } from 'react-router'
import { client, ok, type Schemas } from '../api/client.js'
import { queries } from '../api/queries.js'
import { Button } from '../ui/button.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { AccountForm } from './account-form.js'
import { useAccountTexts } from './account-texts.js'
import { MailboxHint } from './mailbox-hint.js'
import { askPasskey } from './passkeys.js'
import { homeOf, sessionChanged, useSession } from './session.js'
import { settings } from './settings.js'
import type { SignedIn } from './person.js'

type Answer = Schemas['SignedIn'] | Schemas['SecondFactorAsked']
type Stage = { is: 'password' } | { is: 'address' } | { is: 'code'; email: string; flow: string } | { is: 'second'; flow: string; methods: readonly string[]; recovery?: boolean }

/** Where to go on; never to another site. */
const wayOn = (to: string | null): string | undefined => to !== null && /^\/(?![/\\])/.test(to) ? to : undefined

export function SignInPage() {
  const say = useAccountTexts(), navigate = useNavigate(), [search] = useSearchParams(), person = useSession()
  const [stage, setStage] = useState<Stage>({ is: 'password' })
  const to = wayOn(search.get('to'))
  const state = useQuery({ queryKey: ['session-state'], queryFn: () => ok(client.GET('/api/v1/auth/session')) })
  const came = async (answer: Answer) => {
    if ('flow' in answer) return setStage({ is: 'second', flow: answer.flow, methods: answer.methods })
    await sessionChanged()
    await navigate(to ?? homeOf(queries.getQueryData<SignedIn | null>(['session'])), { replace: true })
  }
  const byPasskey = async () => {
    const { flow, options } = await ok(client.POST('/api/v1/auth/passkey/begin', { body: {} as never }))
    await came(await ok(client.POST('/api/v1/auth/passkey', { body: { flow, response: await askPasskey(options) as never } })))
  }
  const byOpenId = async () => { location.href = (await ok(client.POST('/api/v1/auth/openid', { body: { returnTo: to ?? '/', again: false } }))).url }
  if (person && stage.is === 'password') return <Navigate to={to ?? homeOf(person)} replace />
  return (
    <CitizenPage title={say(stage.is === 'second' ? 'secondTitle' : 'signIn')}>
      <div className="grid gap-12 desktop:grid-cols-[minmax(0,1fr)_21rem] desktop:gap-16">
        <div>
          <h1 className="h-page">{say(stage.is === 'second' ? 'secondTitle' : 'signIn')}</h1>
          {stage.is === 'password' && <>
            <AccountForm action={say('signIn')} failure={say('failed')} fields={[{ name: 'email', label: say('email'), type: 'email', autoComplete: 'username', inputMode: 'email' }, { name: 'password', label: say('password'), type: 'password', autoComplete: 'current-password' }]}
              onSubmit={async (body) => came(await ok(client.POST('/api/v1/auth/password', { body })))} />
            <ul className="mt-6 grid gap-1">
              <li><Button rank="quiet" icon="mail" onClick={() => setStage({ is: 'address' })}>{say('byCode')}</Button></li>
              {'PublicKeyCredential' in window && <li><Button rank="quiet" icon="lock" onClick={() => void byPasskey().catch(() => undefined)}>{say('byPasskey')}</Button></li>}
              {state.data?.openId && <li><Button rank="quiet" icon="office" onClick={() => void byOpenId()}>{say('byOpenId')}</Button></li>}
              <li><Link className="btn btn-3" to="/reset-password">{say('forgot')}</Link></li>
              {settings.devIdentity && <li><Link className="btn btn-3" to={`/sign-in/developer${to ? `?to=${encodeURIComponent(to)}` : ''}`}>{say('asDeveloper')}</Link></li>}
            </ul>
          </>}
          {stage.is === 'address' && <>
            <AccountForm action={say('sendCode')} failure={say('notDone')} fields={[{ name: 'email', label: say('email'), type: 'email', autoComplete: 'username', inputMode: 'email' }]}
              onSubmit={async (body) => { const { flow } = await ok(client.POST('/api/v1/auth/code', { body })); setStage({ is: 'code', email: body.email, flow }) }} />
            <p className="mt-4"><Button rank="quiet" icon="back" onClick={() => setStage({ is: 'password' })}>{say('byPassword')}</Button></p>
          </>}
          {stage.is === 'code' && <>
            <p className="mt-4">{say('codeSent', { email: stage.email })}</p><MailboxHint />
            <AccountForm action={say('signIn')} failure={say('failed')} fields={[{ name: 'code', label: say('code'), help: say('codeHelp'), autoComplete: 'one-time-code', inputMode: 'numeric', width: 8 }]}
              onSubmit={async ({ code }) => came(await ok(client.POST('/api/v1/auth/code/confirm', { body: { flow: stage.flow, code } })))} />
            <p className="mt-4"><Button rank="quiet" icon="back" onClick={() => setStage({ is: 'address' })}>{say('back')}</Button></p>
          </>}
          {stage.is === 'second' && <SecondFactor stage={stage} onRecovery={() => setStage({ ...stage, recovery: true })} came={came} />}
        </div>
        {stage.is !== 'second' && (
          <aside aria-labelledby="new-here"><div className="card"><h2 className="h-sub" id="new-here">{say('new')}</h2><p className="mt-2">{say('newLead')}</p><p className="mt-4"><Link className="btn btn-2 w-full" to={`/sign-up${to ? `?to=${encodeURIComponent(to)}` : ''}`}>{say('signUp')}</Link></p></div></aside>
        )}
      </div>
    </CitizenPage>
  )
}

function SecondFactor({ stage: { flow, methods, recovery }, onRecovery, came }: { stage: Extract<Stage, { is: 'second' }>; onRecovery: () => void; came: (answer: Answer) => Promise<void> }) {
  const say = useAccountTexts()
  const byPasskey = async () => {
    const { options } = await ok(client.POST('/api/v1/auth/second-factor/passkey/begin', { body: { flow } }))
    await came(await ok(client.POST('/api/v1/auth/second-factor/passkey', { body: { flow, response: await askPasskey(options) as never } })))
  }
  return <>
    {recovery ? <AccountForm action={say('next')} failure={say('failed')} fields={[{ name: 'code', label: say('recovery') }]} onSubmit={async ({ code }) => came(await ok(client.POST('/api/v1/auth/second-factor/recovery-code', { body: { flow, code } })))} />
      : methods.includes('totp') && <AccountForm action={say('next')} failure={say('failed')} fields={[{ name: 'code', label: say('totp'), autoComplete: 'one-time-code', inputMode: 'numeric', width: 8 }]} onSubmit={async ({ code }) => came(await ok(client.POST('/api/v1/auth/second-factor/totp', { body: { flow, code } })))} />}
    <ul className="mt-4 grid gap-1">
      {methods.includes('passkey') && <li><Button rank="second" icon="lock" onClick={() => void byPasskey().catch(() => undefined)}>{say('usePasskey')}</Button></li>}
      {methods.includes('recoveryCode') && !recovery && <li><Button rank="quiet" onClick={onRecovery}>{say('useRecovery')}</Button></li>}
    </ul>
  </>
}
