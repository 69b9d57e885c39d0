import { useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { client, ok } from '../api/client.js'
import { useLanguage } from '../texts/texts.js'
import { CitizenPage } from '../ui/citizen-page.js'
import { AccountForm } from './account-form.js'
import { useAccountTexts } from './account-texts.js'
import { MailboxHint } from './mailbox-hint.js'
import { sessionChanged } from './session.js'

/** An account out of an address: first the address is confirmed by a code, then a name is asked for. */
export function SignUpPage() {
  const say = useAccountTexts(), lang = useLanguage(), navigate = useNavigate(), [search] = useSearchParams()
  const [sent, setSent] = useState<{ email: string; flow: string } | null>(null)
  const to = search.get('to')
  return (
    <CitizenPage title={say('signUp')} trail={[{ to: '/sign-in', label: say('signIn') }]}>
      <h1 className="h-page">{say('signUp')}</h1>
      {sent === null
        ? <AccountForm key="address" action={say('sendCode')} failure={say('notDone')} fields={[{ name: 'email', label: say('email'), type: 'email', autoComplete: 'email', inputMode: 'email' }]}
          onSubmit={async ({ email }) => { const { flow } = await ok(client.POST('/api/v1/auth/sign-up', { body: { email, lang } })); setSent({ email, flow }) }} />
        : <>
          <p className="mt-4">{say('codeSent', { email: sent.email })}</p><MailboxHint />
          <AccountForm key="details" action={say('create')} failure={say('notDone')} fields={[
            { name: 'code', label: say('code'), help: say('codeHelp'), autoComplete: 'one-time-code', inputMode: 'numeric', width: 8 },
            { name: 'name', label: say('name'), help: say('nameHelp'), autoComplete: 'name' },
            { name: 'kana', label: say('kana'), optional: true },
            { name: 'password', label: say('newPassword'), help: say('newPasswordHelp'), type: 'password', autoComplete: 'new-password', optional: true },
          ]} onSubmit={async ({ code, name, kana, password }) => {
            await ok(client.POST('/api/v1/auth/sign-up/complete', { body: { flow: sent.flow, code, name, kana, ...(password ? { password } : {}) } }))
            await sessionChanged()
            await navigate(to !== null && /^\/(?![/\\])/.test(to) ? to : '/my', { replace: true })
          }} />
        </>}
    </CitizenPage>
  )
}
