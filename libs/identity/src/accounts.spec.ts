import { Database } from '@saitaku/database'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { aVisit, codeIn, codeOf, flowOf, must, PASSWORD, signedIn, Stage, tokenIn, verdict, type Somebody } from '../test/stage.js'
import { purgeIdentity, type MailKind, type SessionIdentity } from './index.js'
import { writeMail } from './mails/mail-texts.js'

const NEXT = 'quite another phrase 7'

describe('accounts', () => {
  let server: TestDatabase
  let stage: Stage
  let admin: Somebody
  let administrator: SessionIdentity

  beforeAll(async () => {
    server = await createTestDatabase()
    stage = await Stage.open(server.url)
    admin = await stage.somebody({ name: '管理 太郎', roles: [['*', 'administrator']] })
  })
  beforeEach(async () => {
    administrator = (await stage.signIn(admin)).session
  })
  afterAll(async () => {
    await stage.close()
    await server.close()
  })

  const canSignIn = async (who: { email: string }, password = PASSWORD): Promise<string> => verdict(await stage.identity.signIn.withPassword({ email: who.email, password }, aVisit()))

  describe('signing up', () => {
    const begin = async (email: string): Promise<string> => must(await stage.identity.signUp.begin({ email, lang: 'en' }, aVisit())).flow

    it('proves the address by a code, then makes the account and signs in', async () => {
      const flow = await begin('New.Comer@example.jp')
      const mail = await stage.mail('signUpCode', 'New.Comer@example.jp')
      const given = { flow, code: codeIn(mail), name: 'New Comer', password: PASSWORD }
      expect(mail.subject).toBe('Saitaku: confirm your registration')
      expect(verdict(await stage.identity.signUp.complete({ ...given, code: '00000000' }, aVisit()))).toBe('wrongCode')
      expect(verdict(await stage.identity.signUp.complete({ ...given, password: 'short' }, aVisit()))).toBe('passwordTooShort')
      const { session } = signedIn(await stage.identity.signUp.complete(given, aVisit()))
      expect(await stage.identity.profile.read(session)).toMatchObject({ name: 'New Comer', email: 'New.Comer@example.jp', lang: 'en', hasPassword: true, roles: [] })
      expect(verdict(await stage.identity.signUp.complete(given, aVisit()))).toBe('expired')
      expect(await canSignIn({ email: 'new.comer@EXAMPLE.jp' })).toBe('signedIn')
    })

    it('tells nobody but the owner that an address has an account', async () => {
      const who = await stage.somebody()
      const flow = await begin(who.email.toUpperCase())
      expect((await stage.mail('alreadyRegistered', who.email)).to.address).toBe(who.email)
      expect(verdict(await stage.identity.signUp.complete({ flow, code: '12345678', name: 'x' }, aVisit()))).toBe('wrongCode')
      expect(stage.inbox.filter((mail) => mail.kind === 'signUpCode' && mail.to.address.toLowerCase() === who.email)).toEqual([])
    })

    it('makes one account of two that are completed at once', async () => {
      const flows = [await begin('twice@example.jp'), await begin('Twice@example.jp')]
      await stage.identity.mails.deliver(stage.mailer)
      const codes = stage.inbox.filter((mail) => mail.kind === 'signUpCode' && mail.to.address.toLowerCase() === 'twice@example.jp').map(codeIn)
      const answers = await Promise.all(flows.map(async (flow, index) => verdict(await stage.identity.signUp.complete({ flow, code: codes[index] ?? '', name: 'x' }, aVisit()))))
      expect(answers.sort()).toEqual(['addressTaken', 'signedIn'])
    })
  })

  describe('a password reset', () => {
    const ask = async (email: string): Promise<string> => {
      must(await stage.identity.passwords.requestReset({ email }, aVisit()))
      return tokenIn(await stage.mail('passwordReset', email))
    }
    const reset = async (token: string, password = NEXT): Promise<string> => verdict(await stage.identity.passwords.reset({ token, password }, aVisit()))

    it('works once, ends all sessions, and signs nobody in', async () => {
      const who = await stage.somebody()
      const { token: session } = await stage.signIn(who)
      const token = await ask(who.email)
      expect([await stage.identity.passwords.canReset(token), await reset(token, 'short'), await stage.identity.passwords.canReset(token)]).toEqual([true, 'passwordTooShort', true])
      expect(await Promise.all([reset(token), reset(token)])).toEqual(expect.arrayContaining(['ok', 'expired']))
      expect([await reset(token), await stage.identity.sessions.authenticate(session), await canSignIn(who), await canSignIn(who, NEXT)]).toEqual(['expired', null, 'wrongCredentials', 'signedIn'])
      expect((await stage.mail('passwordChanged', who.email)).personId).toBe(who.personId)
    })

    it('voids the link before it, and runs out after half an hour', async () => {
      const who = await stage.somebody()
      const [former, newer] = [await ask(who.email), await ask(who.email)]
      expect(await reset(former)).toBe('expired')
      await stage.pass(1801)
      expect(await reset(newer)).toBe('expired')
      expect(await canSignIn(who)).toBe('signedIn')
    })

    it('goes to the address of the account, however it was typed', async () => {
      const who = await stage.somebody({ email: 'kelvin@example.jp' })
      must(await stage.identity.passwords.requestReset({ email: '\u212Aelvin@example.jp' }, aVisit()))
      expect((await stage.mail('passwordReset')).to.address).toBe(who.email)
    })

    it('says the same for an address that nobody has, a disabled account, and no token', async () => {
      const who = await stage.somebody()
      await stage.database.query('UPDATE account SET disabled_at = now() WHERE person_id = $1', [who.personId])
      const links = (): number => stage.inbox.filter(({ kind }) => kind === 'passwordReset').length
      const before = links()
      expect(await Promise.all([who.email, 'nobody.at.all@example.jp'].map((email) => stage.identity.passwords.requestReset({ email }, aVisit())))).toEqual([{ ok: true }, { ok: true }])
      await stage.identity.mails.deliver(stage.mailer)
      expect(links()).toBe(before)
      expect([await reset('A'.repeat(43)), await reset('')]).toEqual(['expired', 'expired'])
    })

    it('is void once the password was changed otherwise', async () => {
      const who = await stage.somebody()
      const token = await ask(who.email)
      const { session } = await stage.signIn(who)
      must(await stage.identity.passwords.change(session, { current: PASSWORD, next: NEXT }, aVisit()))
      expect(await reset(token, 'and yet another phrase')).toBe('expired')
    })
  })

  it('keep their password from whoever has the session but not the password', async () => {
    const who = await stage.somebody()
    const { session } = await stage.signIn(who)
    const visit = aVisit()
    const change = async (current: string): Promise<string> => verdict(await stage.identity.passwords.change(session, { current, next: NEXT }, visit))
    const answers: string[] = []
    for (let guess = 0; guess < 7; guess++) answers.push(await change('a wrong guess'))
    expect(answers).toEqual([...Array.from({ length: 6 }, () => 'wrongCredentials'), 'tooManyAttempts'])
  })

  it('without a password may set one', async () => {
    const who = await stage.somebody({ password: null })
    const asked = must(await stage.identity.signIn.requestCode({ email: who.email }, aVisit()))
    const { session } = signedIn(await stage.identity.signIn.withCode({ flow: asked.flow, code: codeIn(await stage.mail('signInCode', who.email)) }, aVisit()))
    expect(verdict(await stage.identity.passwords.change(session, { next: NEXT }, aVisit()))).toBe('ok')
    expect(await canSignIn(who, NEXT)).toBe('signedIn')
  })

  describe('a change of address', () => {
    const begin = async (by: SessionIdentity, email: string): Promise<string> => must(await stage.identity.emailChange.begin(by, { email }, aVisit())).flow

    it('takes effect with the code from the new address, and tells the old one', async () => {
      const who = await stage.somebody()
      const { session } = await stage.signIn(who)
      const flow = await begin(session, 'moved@example.jp')
      const code = codeIn(await stage.mail('emailCode', 'moved@example.jp'))
      expect(await canSignIn(who)).toBe('signedIn')
      const moved = must(await stage.identity.emailChange.confirm(session, { flow, code }))
      expect([await canSignIn(who), await canSignIn({ email: 'moved@example.jp' })]).toEqual(['wrongCredentials', 'signedIn'])
      expect((await stage.mail('emailChanged', who.email)).text).toContain('moved@example.jp')
      expect((await stage.identity.profile.read(moved.session))?.email).toBe('moved@example.jp')
    })

    it('to an address of somebody else never succeeds, and does not say why', async () => {
      const [who, other] = [await stage.somebody(), await stage.somebody()]
      const { session } = await stage.signIn(who)
      const flow = await begin(session, other.email)
      expect((await stage.mail('alreadyRegistered', other.email)).personId).toBe(other.personId)
      expect(verdict(await stage.identity.emailChange.confirm(session, { flow, code: '12345678' }))).toBe('wrongCode')
    })

    it('is confirmed by the person who asked', async () => {
      const [who, other] = [await stage.somebody(), await stage.somebody()]
      const flow = await begin((await stage.signIn(who)).session, 'theirs@example.jp')
      const code = codeIn(await stage.mail('emailCode', 'theirs@example.jp'))
      expect(verdict(await stage.identity.emailChange.confirm((await stage.signIn(other)).session, { flow, code }))).toBe('expired')
    })
  })

  describe('an invitation', () => {
    const invite = async (email: string, more = {}): Promise<string> => {
      must(await stage.identity.administration.invite(administrator, { email, name: '審査 次郎', programme: 'sdgs-award', role: 'reviewer', label: '審査委員', ...more }))
      return tokenIn(await stage.mail('invitation', email))
    }
    const accept = async (token: string, password?: string): Promise<string> => verdict(await stage.identity.invitations.acceptAsNew({ token, ...(password === undefined ? {} : { password }) }, aVisit()))

    it('makes an account with its role, once', async () => {
      const token = await invite('reviewer@example.jp', { endsAt: new Date(Date.now() + 86_400_000) })
      expect(await stage.identity.invitations.read(token)).toEqual({ name: '審査 次郎', email: 'reviewer@example.jp', programme: 'sdgs-award', role: 'reviewer', label: '審査委員', hasAccount: false })
      expect(await accept(token, 'short')).toBe('passwordTooShort')
      const both = await Promise.all([accept(token, PASSWORD), accept(token, PASSWORD)])
      expect(both.filter((answer) => answer === 'signedIn')).toEqual(['signedIn'])
      expect([await accept(token), await stage.identity.invitations.read(token)]).toEqual(['expired', undefined])
      const { session } = await stage.signIn({ personId: '', email: 'reviewer@example.jp' })
      expect((await stage.identity.profile.read(session))?.roles.map(({ programme, role, until }) => [programme, role, until !== null])).toEqual([['sdgs-award', 'reviewer', true]])
    })

    it('opens no account that exists: its person signs in, second factor and all, and accepts', async () => {
      const [who, other] = [await stage.somebody(), await stage.somebody()]
      await stage.withTotp(who)
      const token = await invite(who.email.toUpperCase().replace('EXAMPLE.JP', 'example.jp'))
      expect(await accept(token)).toBe('signInToAccept')
      const stranger = (await stage.signIn(other)).session
      expect(verdict(await stage.identity.invitations.acceptAsSignedIn(stranger, token))).toBe('otherPerson')
      expect(await canSignIn(who)).toBe('secondFactor')
      await stage.database.query('DELETE FROM totp_factor WHERE person_id = $1', [who.personId])
      const { session } = await stage.signIn(who)
      expect(await Promise.all([0, 1].map(async () => verdict(await stage.identity.invitations.acceptAsSignedIn(session, token))))).toEqual(expect.arrayContaining(['ok', 'expired']))
      expect((await stage.identity.profile.read(session))?.roles.map(({ role }) => role)).toEqual(['reviewer'])
    })

    it('is void after two weeks, when withdrawn, and when another one to the same role followed', async () => {
      const late = await invite('late@example.jp')
      await stage.pass(14 * 86_400 + 1)
      expect(await accept(late)).toBe('expired')
      administrator = (await stage.signIn(admin)).session
      const former = await invite('again@example.jp')
      const newer = await invite('again@example.jp')
      expect(await accept(former)).toBe('expired')
      const [listed] = must(await stage.identity.administration.openInvitations(administrator, 'sdgs-award')).invitations
      expect(listed?.email).toBe('again@example.jp')
      must(await stage.identity.administration.withdrawInvitation(administrator, listed?.id ?? ''))
      expect(await accept(newer)).toBe('expired')
    })

    it('may be for a person who is in the record already', async () => {
      const [row] = await stage.database.query<{ id: string }>(`INSERT INTO person (name, email) VALUES ('紙の 申請者', 'paper@example.jp') RETURNING id`)
      const token = await invite('paper@example.jp', { personId: row?.id, role: 'observer' })
      const { session } = signedIn(await stage.identity.invitations.acceptAsNew({ token }, aVisit()))
      expect(session.personId).toBe(row?.id)
    })
  })

  describe('the first administrator', () => {
    it('comes in once by the newest link, and there is none after that', async () => {
      const empty = await createTestDatabase()
      const fresh = await Stage.open(empty.url)
      const token = (link: string | undefined): string => link?.split('#token=')[1] ?? ''
      const links = [await fresh.identity.firstAdministrator.link(), await fresh.identity.firstAdministrator.link()]
      expect(links[1]).toMatch(/^http:\/\/localhost:3000\/first-administrator#token=[\w-]{43}$/)
      const accept = async (link: string | undefined, email: string): Promise<string> => verdict(await fresh.identity.firstAdministrator.accept({ token: token(link), email, name: '初代 管理者', password: PASSWORD }, aVisit()))
      expect(await accept(links[0], 'first@example.jp')).toBe('expired')
      expect((await Promise.all([accept(links[1], 'first@example.jp'), accept(links[1], 'second@example.jp')])).sort()).toEqual(['expired', 'signedIn'])
      expect([await fresh.identity.firstAdministrator.link(), await accept(links[1], 'third@example.jp')]).toEqual([undefined, 'expired'])
      const rows = await fresh.database.query<{ role: string }>('SELECT programme, role FROM role_grant')
      expect(rows).toEqual([{ programme: '*', role: 'administrator' }])
      await fresh.close()
      await empty.close()
    })
  })

  describe('an administrator', () => {
    const recover = (personId: string, more = {}) => stage.identity.administration.recover(administrator, { personId, reason: '本人確認済み', removeSecondFactors: true, ...more })

    it('helps back who lost password and second factor, with an entry, and learns no secret', async () => {
      const who = await stage.somebody()
      const { token: session } = await stage.withTotp(who)
      expect(await recover(who.personId)).toEqual({ ok: true })
      expect([await stage.identity.sessions.authenticate(session), await canSignIn(who)]).toEqual([null, 'wrongCredentials'])
      const mail = await stage.mail('accountRecovered', who.email)
      expect(mail.text).toContain('管理 太郎')
      must(await stage.identity.passwords.reset({ token: tokenIn(mail), password: NEXT }, aVisit()))
      expect(await canSignIn(who, NEXT)).toBe('signedIn')
      const [event] = must(await stage.identity.administration.events(administrator, { personId: who.personId, limit: 50 })).events.filter(({ kind }) => kind === 'accountRecovered')
      expect([event?.actorId, event?.data]).toEqual([admin.personId, { reason: '本人確認済み', removed: { totp: true, passkeys: 0, recoveryCodes: 10 }, ended: 1 }])
    })

    it('may send the link to a new address; the old one is told', async () => {
      const who = await stage.somebody()
      must(await recover(who.personId, { newEmail: 'new.mailbox@example.jp' }))
      expect((await stage.mail('accountRecovered', 'new.mailbox@example.jp')).personId).toBe(who.personId)
      expect((await stage.mail('emailChanged', who.email)).text).toContain('new.mailbox@example.jp')
      expect(verdict(await recover(who.personId, { newEmail: admin.email }))).toBe('addressTaken')
    })

    it('needs a reason, a fresh proof, the role, and another person', async () => {
      const who = await stage.somebody()
      expect(verdict(await recover(who.personId, { reason: '  ' }))).toBe('reasonNeeded')
      expect(verdict(await recover(admin.personId))).toBe('notOneself')
      expect(verdict(await recover('00000000-0000-4000-8000-000000000009'))).toBe('unknownPerson')
      const clerk = await stage.somebody({ roles: [['sdgs-award', 'administrator'], ['*', 'secretariat']] })
      const { session } = await stage.signIn(clerk)
      expect(verdict(await stage.identity.administration.recover(session, { personId: who.personId, reason: 'x', removeSecondFactors: true }))).toBe('notAllowed')
      expect([verdict(await stage.identity.administration.accounts(session, { limit: 1 })), verdict(await stage.identity.administration.events(session, { limit: 1 })), verdict(await stage.identity.administration.openInvitations(session))]).toEqual(['notAllowed', 'notAllowed', 'notAllowed'])
      await stage.pass(601)
      expect(verdict(await recover(who.personId))).toBe('stepUpNeeded')
      expect(await canSignIn(who)).toBe('signedIn')
    })

    it('disables and enables an account; half a sign-in does not survive it', async () => {
      const who = await stage.somebody()
      const { token, secret } = await stage.withTotp(who)
      const flow = flowOf(await stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))
      must(await stage.identity.administration.disable(administrator, who.personId, '退職'))
      expect(await stage.identity.sessions.authenticate(token)).toBeNull()
      expect(verdict(await stage.identity.signIn.withTotp({ flow, code: await codeOf(secret) }, aVisit()))).toBe('expired')
      expect(await canSignIn(who)).toBe('accountDisabled')
      must(await stage.identity.administration.enable(administrator, who.personId))
      expect(await canSignIn(who)).toBe('secondFactor')
      expect((await stage.kinds(who.personId)).filter((kind) => kind.startsWith('account'))).toEqual(['accountDisabled', 'accountEnabled'])
    })

    it('lifts a lock and ends sessions', async () => {
      const who = await stage.somebody()
      const { token } = await stage.signIn(who)
      await stage.database.query(`UPDATE rate_bucket SET blocked_until = 'infinity'`)
      must(await stage.identity.administration.unlock(administrator, who.personId))
      await stage.database.query(`UPDATE rate_bucket SET blocked_until = '-infinity'`)
      expect(must(await stage.identity.administration.endSessions(administrator, who.personId)).ended).toBe(1)
      expect(await stage.identity.sessions.authenticate(token)).toBeNull()
    })

    it('finds accounts by name and address, taking no pattern from what is typed', async () => {
      const who = await stage.somebody({ name: '百分率 100%花' })
      const found = async (search: string): Promise<string[]> => must(await stage.identity.administration.accounts(administrator, { search, limit: 10 })).accounts.map(({ personId }) => personId)
      expect([await found('100%花'), await found('百_率'), (await found(who.email.slice(0, 20))).length]).toEqual([[who.personId], [], 1])
    })
  })

  describe('the record of them', () => {
    it.each(['UPDATE identity_event SET kind = $$x$$', 'DELETE FROM identity_event', 'TRUNCATE identity_event'])('denies the service: %s', async (statement) => {
      await expect(stage.database.query(statement)).rejects.toMatchObject({ code: '42501' })
    })

    it.each(['UPDATE identity_event SET kind = $$x$$', 'DELETE FROM identity_event', 'TRUNCATE identity_event'])('stops even the owner by a trigger: %s', async (statement) => {
      const owner = await Database.connect({ url: server.url, asOwner: true, poolSize: 1 })
      await expect(owner.query(statement)).rejects.toMatchObject({ code: '23001' })
      await owner.close()
    })

    it('holds no password, code or token', async () => {
      const [all] = await stage.database.query<{ text: string }>(`SELECT string_agg(e::text, E'\n') AS text FROM identity_event e`)
      const secrets = stage.inbox.flatMap((mail) => [codeIn(mail), tokenIn(mail)]).filter((secret) => secret !== '')
      expect([PASSWORD, NEXT, ...secrets].filter((secret) => all?.text.includes(secret))).toEqual([])
    })
  })

  describe('mails', () => {
    const everything = { code: '12345678', link: 'https://x.example/#token=t', minutes: '10', until: '明日', at: '今日', device: 'd', address: 'a', what: 'w', by: 'b', email: 'e@example.jp' }
    const kinds: MailKind[] = [
      'signInCode', 'signUpCode', 'alreadyRegistered', 'emailCode', 'emailChanged', 'invitation', 'passwordReset', 'passwordChanged', 'newSignIn', 'blocked',
      'secondFactorSet', 'secondFactorRemoved', 'recoveryCodeUsed', 'openIdLinked', 'accountRecovered',
    ]

    it.each(kinds)('%s is written in both languages, with nothing left out', (kind) => {
      for (const lang of ['ja', 'en'] as const) {
        const mail = writeMail(kind, lang, { name: '川崎 花子', service: 'Saitaku' }, everything)
        expect([mail.subject.includes('Saitaku'), /[[\]]/.test(mail.text), mail.text.startsWith(lang === 'ja' ? '川崎 花子 様\n\n' : 'Dear 川崎 花子,\n\n')]).toEqual([true, false, true])
        if (lang === 'ja') expect(mail.text).toMatch(/(ください|ます|ました)。/)
      }
    })

    it('keep what a person is called on one line, and replace nothing in it', () => {
      const { text } = writeMail('signInCode', 'en', { name: 'A\r\n\r\nhttps://evil.example [code]', service: 'S' }, everything)
      expect(text.split('\n')[0]).toBe('Dear A https://evil.example [code],')
    })

    it('wait until a worker has delivered them, each once, and are tried again', async () => {
      const who = await stage.somebody()
      must(await stage.identity.passwords.requestReset({ email: who.email }, aVisit()))
      const broken = { deliver: () => Promise.reject(new Error('The mail server is away')) }
      await expect(stage.identity.mails.deliver(broken)).rejects.toThrow('The mail server is away')
      expect(await stage.identity.mails.deliver(stage.mailer)).toBe(0) // until the lease has run out
      await stage.database.query('UPDATE identity_mail SET next_at = now()')
      const sent = await Promise.all([stage.identity.mails.deliver(stage.mailer), stage.identity.mails.deliver(stage.mailer)])
      expect(sent.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
      expect(stage.inbox.filter((mail) => mail.kind === 'passwordReset' && mail.to.address === who.email).length).toBe(1)
      expect(await stage.database.query('SELECT 1 FROM identity_mail')).toEqual([])
    })

    it('are given up when they have lost their worth, with an entry', async () => {
      const who = await stage.somebody()
      await stage.identity.mails.deliver(stage.mailer)
      must(await stage.identity.passwords.requestReset({ email: who.email }, aVisit()))
      await stage.pass(1801)
      expect(await stage.identity.mails.deliver(stage.mailer)).toBe(0)
      expect((await stage.kinds(who.personId)).at(-1)).toBe('mailFailed')
    })
  })

  it('leave nothing behind that has run out', async () => {
    await stage.pass(400 * 86_400)
    await stage.database.query(`UPDATE session_end SET at = at - interval '2 days'`)
    expect(await purgeIdentity(stage.database)).toBeGreaterThan(0)
    const [left] = await stage.database.query('SELECT (SELECT count(*)::int FROM session) AS s, (SELECT count(*)::int FROM ticket) AS t, (SELECT count(*)::int FROM rate_bucket) AS r')
    expect(left).toEqual({ s: 0, t: 0, r: 0 })
  })
})
