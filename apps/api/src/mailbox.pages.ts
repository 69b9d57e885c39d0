import type { Mail, MailItem, SignInMail, SignInMailItem } from './mailbox.js'

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --quiet: #777; }
body { font: 16px/1.7 "Noto Sans JP", "Hiragino Sans", system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } p.note { color: var(--quiet); }
ul { list-style: none; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); }
li a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .6rem .25rem; text-decoration: none; color: inherit; }
li a:hover, li a:focus-visible { background: #8882; } li strong { overflow-wrap: anywhere; } li span { color: var(--quiet); font-size: .9rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .2rem 1rem; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 32rem; border: 1px solid var(--line); background: #fff; } pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); padding: 1rem; }
`

/** Nothing from elsewhere is loaded, and no script runs. */
export const MAILBOX_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self' data:; base-uri 'none'; form-action 'none'"

const page = (title: string, body: string): string => `<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>${body}</body></html>`

const when = (sentAt: string): string => sentAt.slice(0, 16).replace('T', ' ')

const row = (href: string, { sentAt, to, name, subject }: Pick<MailItem, 'sentAt' | 'to' | 'name' | 'subject'>): string =>
  `<li><a href="${href}"><strong>${escaped(subject)}</strong><span>${when(sentAt)}</span><span>${escaped(name)} &lt;${escaped(to)}&gt;</span></a></li>`

export function listPage(items: readonly MailItem[], next: string | null, signIn: readonly SignInMailItem[]): string {
  const rows = items.map((item) => row(`/mailbox/${item.id}`, item))
  const signInPart = signIn.length === 0 ? '' : `<h2>サインインのメール / Mails of sign-in</h2><ul>${signIn.map((item) => row(`/mailbox/sign-in/${item.id}`, item)).join('')}</ul><h2>お知らせ / Notices</h2>`
  const more = next === null ? '' : `<p><a href="/mailbox?after=${next}">以前のメール / Older mail</a></p>`
  const content = items.length === 0 ? '<p>まだメールはありません。 / No mail yet.</p>' : `<ul>${rows.join('')}</ul>`
  return page('メールボックス', `<h1>メールボックス / Mailbox</h1><p class="note">メールサーバーが設定されていないため、送信されるはずのメールをここに表示します。 / No mail server is configured (SMTP_URL): mail that would be sent is shown here.</p>${signInPart}${content}${more}`)
}

export function mailPage({ sentAt, to, name, subject, template, text, html }: Mail): string {
  const facts = [['宛先 / To', `${name} <${to}>`], ['日時 / Sent', when(sentAt)], ['文面 / Template', template]].map(([term, value]) => `<dt>${term}</dt><dd>${escaped(value ?? '')}</dd>`)
  return page(subject, `<p><a href="/mailbox">← メールボックス / Mailbox</a></p><h1>${escaped(subject)}</h1><dl>${facts.join('')}</dl>
<iframe sandbox title="HTML" srcdoc="${escaped(html)}"></iframe><h2>テキスト / Text</h2><pre>${escaped(text)}</pre>`)
}

/** A mail of sign-in: its text is the service's own, and its links lead to this service alone. */
export function signInMailPage({ sentAt, to, name, subject, text }: SignInMail, baseUrl: string): string {
  const facts = [['宛先 / To', `${name} <${to}>`], ['日時 / Sent', when(sentAt)]].map(([term, value]) => `<dt>${term}</dt><dd>${escaped(value ?? '')}</dd>`)
  const linked = text.split(/(https?:\/\/\S+)/).map((part) => (part.startsWith(`${baseUrl}/`) ? `<a href="${escaped(part)}">${escaped(part)}</a>` : escaped(part)))
  return page(subject, `<p><a href="/mailbox">← メールボックス / Mailbox</a></p><h1>${escaped(subject)}</h1><dl>${facts.join('')}</dl><pre>${linked.join('')}</pre>`)
}
