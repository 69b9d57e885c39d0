import { useAccountTexts } from './account-texts.js'
import { settings } from './settings.js'

/** Where mails go nowhere, the way to see them. */
export function MailboxHint() {
  const say = useAccountTexts()
  if (!settings.mailbox) return null
  return <p className="mt-2 meta">{say('mailboxHint')} <a href="/mailbox" target="_blank" rel="noreferrer">{say('mailbox')}</a></p>
}
