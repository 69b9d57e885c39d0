import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { client, ok } from '../api/client.js'
import { useLanguage } from '../texts/texts.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { Failure, Loading } from '../ui/states.js'
import { Banner } from '../ui/status.js'
import { AccountForm } from './account-form.js'
import { useAccountTexts } from './account-texts.js'
import { MailboxHint } from './mailbox-hint.js'
import { homeOf, sessionChanged, useSession } from './session.js'

/** The token of a mail's link. It stands behind the #, so that no server logs it. */
const tokenOfLink = (): string => new URLSearchParams(location.hash.slice(1)).get('token') ?? ''

function DeadLink() {
  const say = useAccountTexts()
  return <div className="mt-6"><Banner tone="warn" title={say('linkDead')}><p>{say('linkDeadLead')}</p><p><Link to="/sign-in">{say('signIn')}</Link></p></Banner></div>
}

/** Asks for a link, or with a link for the new password. */
export function ResetPasswordPage() {
  const say = useAccountTexts(), [token] = useState(tokenOfLink), [sent, setSent] = useState<string | null>(null), [done, setDone] = useState(false)
  const check = useQuery({ queryKey: ['reset-token', token], enabled: token !== '', queryFn: () => ok(client.POST('/api/v1/auth/password-reset/check', { body: { token } })) })
  return (
    <CitizenPage title={say('reset')} trail={[{ to: '/sign-in', label: say('signIn') }]}>
      <h1 className="h-page">{say('reset')}</h1>
      {done && <div className="mt-6"><Banner tone="ok" title={say('resetDone')} live><p><Link to="/sign-in">{say('signIn')}</Link></p></Banner></div>}
      {token === '' && (sent === null ? <><p className="mt-3">{say('resetLead')}</p>
        <AccountForm action={say('resetSend')} failure={say('notDone')} fields={[{ name: 'email', label: say('email'), type: 'email', autoComplete: 'username', inputMode: 'email' }]}
          onSubmit={async (body) => { await ok(client.POST('/api/v1/auth/password-reset', { body })); setSent(body.email) }} /></>
        : <div className="mt-6"><Banner tone="info" title={say('resetSent', { email: sent })} live /><MailboxHint /></div>)}
      {token !== '' && !done && check.data?.usable === false && <DeadLink />}
      {token !== '' && !done && check.data?.usable && <AccountForm action={say('resetSave')} failure={say('notDone')} fields={[{ name: 'password', label: say('newPassword'), type: 'password', autoComplete: 'new-password' }]}
        onSubmit={async ({ password }) => { await ok(client.POST('/api/v1/auth/password-reset/complete', { body: { token, password } })); setDone(true) }} />}
    </CitizenPage>
  )
}

/** For whom the office has invited: with a new account, or with the one that is signed in. */
export function InvitationPage() {
  const say = useAccountTexts(), navigate = useNavigate(), person = useSession(), [token] = useState(tokenOfLink)
  const invitation = useQuery({ queryKey: ['invitation', token], queryFn: () => ok(client.POST('/api/v1/auth/invitation', { body: { token } })) })
  const accepted = async () => { await sessionChanged(); await navigate(homeOf(person), { replace: true }) }
  const { data } = invitation
  return (
    <CitizenPage title={say('invited')}>
      <h1 className="h-page">{say('invited')}</h1>
      {invitation.isPending && <Loading />}
      {invitation.error && <DeadLink />}
      {data && <p className="mt-4">{say('invitedLead', { name: data.name, role: data.label })}</p>}
      {data && (person
        ? <AccountForm action={say('accept')} failure={say('notDone')} fields={[]} onSubmit={async () => { await ok(client.POST('/api/v1/auth/invitation/accept', { body: { token } })); await accepted() }} />
        : <AccountForm action={say('accept')} failure={say('notDone')} fields={[{ name: 'name', label: say('name'), autoComplete: 'name', initial: data.name }, { name: 'kana', label: say('kana'), optional: true }, { name: 'password', label: say('newPassword'), help: say('newPasswordHelp'), type: 'password', autoComplete: 'new-password', optional: true }]}
          onSubmit={async ({ name, kana, password }) => { await ok(client.POST('/api/v1/auth/invitation/accept-as-new', { body: { token, name, ...(kana ? { kana } : {}), ...(password ? { password } : {}) } })); await accepted() }} />)}
    </CitizenPage>
  )
}

/** Whoever set the service up becomes its first administrator. */
export function FirstAdministratorPage() {
  const say = useAccountTexts(), lang = useLanguage(), navigate = useNavigate(), [token] = useState(tokenOfLink)
  const check = useQuery({ queryKey: ['first-token', token], queryFn: () => ok(client.POST('/api/v1/auth/first-administrator/check', { body: { token } })) })
  return (
    <CitizenPage title={say('first')}>
      <h1 className="h-page">{say('first')}</h1>
      {check.isPending && <Loading />}
      {check.error && <Failure error={check.error} />}
      {check.data?.usable === false && <DeadLink />}
      {check.data?.usable && <AccountForm action={say('create')} failure={say('notDone')} fields={[
        { name: 'email', label: say('email'), type: 'email', autoComplete: 'email', inputMode: 'email' }, { name: 'name', label: say('name'), autoComplete: 'name' },
        { name: 'kana', label: say('kana'), optional: true }, { name: 'password', label: say('newPassword'), type: 'password', autoComplete: 'new-password' },
      ]} onSubmit={async ({ email, name, kana, password }) => {
        await ok(client.POST('/api/v1/auth/first-administrator', { body: { token, email, name, kana, lang, password } }))
        await sessionChanged()
        await navigate('/office', { replace: true })
      }} />}
    </CitizenPage>
  )
}
