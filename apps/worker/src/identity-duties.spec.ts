import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Database } from '@saitaku/database'
import { createIdentity, type Identity, type IdentityMailer } from '@saitaku/identity'
import { Mailer } from '@saitaku/notices'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { startDuties } from './duties.js'
import { identityDuties } from './identity-duties.js'

describe('the duties of identity', () => {
  let server: TestDatabase
  let database: Database
  let identity: Identity
  let complaints: unknown[]
  const log = { info: () => undefined, warn: () => undefined, error: (_: unknown, sentence: string) => void complaints.push(sentence) }
  const visit = { address: '192.0.2.1', userAgent: undefined }

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 4 })
    identity = createIdentity({ database, secrets: ['a secret of the tests, which is long enough'], settings: { baseUrl: 'https://apply.example.jp' } })
  })
  afterAll(async () => {
    await database.close()
    await server.close()
  })
  beforeEach(() => { complaints = [] })

  const until = async (holds: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> => {
    const since = performance.now()
    while (!(await holds())) {
      if (performance.now() - since > ms) throw new Error('It did not happen in time')
      await sleep(10)
    }
  }
  const start = (mailer: IdentityMailer): { stop(): Promise<void> } => startDuties(log, identityDuties(database, identity, mailer))
  const waiting = async (): Promise<number> => (await database.query('SELECT 1 FROM identity_mail')).length

  it('bring a code to a mail server within two seconds, as plain text, from the office', async () => {
    const received: ParsedMail[] = []
    const smtp = new SMTPServer({ disabledCommands: ['AUTH', 'STARTTLS'], onData: (stream, _, done) => void simpleParser(stream).then((mail) => { received.push(mail); done() }) })
    await new Promise<void>((resolve) => { smtp.listen(0, '127.0.0.1', resolve) })
    const mailer = new Mailer(`smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`, { name: '事務局', address: 'office@example.jp' })
    const duties = start({ deliver: ({ id, to, subject, text }) => mailer.send({ to, subject, text, messageId: `<i-${id}@apply.example.jp>` }) })
    try {
      const begun = await identity.signUp.begin({ email: 'hanako@example.jp', lang: 'ja' }, visit)
      await until(() => received.length > 0, 2_000)
      const [mail] = received
      expect([mail?.from?.text, mail?.subject, mail?.html, mail?.headers.get('auto-submitted')]).toEqual(['"事務局" <office@example.jp>', '【さいたく】ご登録の確認コード', false, 'auto-generated'])
      expect(mail?.messageId).toMatch(/^<i-\d+@apply\.example\.jp>$/)
      const code = /^ {4}(\d{8})$/m.exec(mail?.text ?? '')?.[1] ?? ''
      expect(await identity.signUp.complete({ flow: begun.ok ? begun.flow : '', code, name: '川崎 花子' }, visit)).toMatchObject({ ok: true, outcome: 'signedIn' })
      await until(async () => (await waiting()) === 0)
    } finally {
      await duties.stop()
      mailer.close()
      await new Promise<void>((resolve) => { smtp.close(() => resolve()) })
    }
  })

  it('keep mails where there is no mail server, and complain of one that is away without losing any', async () => {
    await identity.signUp.begin({ email: 'taro@example.jp', lang: 'en' }, visit)
    const away = start({ deliver: () => Promise.reject(new Error('no answer')) })
    await until(() => complaints.length > 0)
    await away.stop()
    expect([complaints, await waiting()]).toEqual([['Mails of sign-in could not be sent; they are tried again'], 1])
    await database.query('UPDATE identity_mail SET next_at = clock_timestamp()')
    const here = start(identity.localMailbox)
    await until(async () => (await waiting()) === 0)
    await here.stop()
    expect(await identity.localMailbox.list({ limit: 5 })).toMatchObject([{ kind: 'signUpCode', to: { address: 'taro@example.jp' }, lang: 'en' }])
  })

  it('remove what has run out', async () => {
    await database.query(`UPDATE identity_mailbox SET sent_at = sent_at - interval '8 days'`)
    const duties = start(identity.localMailbox)
    await until(async () => (await identity.localMailbox.list({ limit: 5 })).length === 0)
    await duties.stop()
    expect(complaints).toEqual([])
  })
})
