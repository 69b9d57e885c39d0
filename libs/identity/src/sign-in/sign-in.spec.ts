import { jest } from '@jest/globals'
import { hash } from '@node-rs/argon2'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { aVisit, BASE_URL, codeIn, codeOf, flowOf, must, PASSWORD, signedIn, Stage, tokenIn, verdict } from '../../test/stage.js'

const UNKNOWN = 'nobody@example.jp'

describe('signing in', () => {
  let server: TestDatabase
  let stage: Stage

  beforeAll(async () => {
    server = await createTestDatabase()
    stage = await Stage.open(server.url)
  })
  afterAll(async () => {
    await stage.close()
    await server.close()
  })

  const byPassword = async (email: string, password: string, visit = aVisit()): Promise<string> => verdict(await stage.identity.signIn.withPassword({ email, password }, visit))

  describe('by password', () => {
    it('works however the address is written, and for the right password alone', async () => {
      const { email } = await stage.somebody({ email: 'Hanako.Password@example.jp' })
      expect(await byPassword(email, PASSWORD)).toBe('signedIn')
      expect(await byPassword('  ｈａｎａｋｏ．ｐａｓｓｗｏｒｄ＠ＥＸＡＭＰＬＥ．ｊｐ ', PASSWORD)).toBe('signedIn')
      expect(await byPassword(email, `${PASSWORD} `)).toBe('wrongCredentials')
      expect(await byPassword(email, '')).toBe('wrongCredentials')
      expect(await byPassword(email, 'x'.repeat(1_000_000))).toBe('wrongCredentials')
    })

    it('says the same of an unknown address, an account without a password, and no address at all', async () => {
      const { email } = await stage.somebody({ password: null })
      expect(await Promise.all([byPassword(UNKNOWN, PASSWORD), byPassword(email, PASSWORD), byPassword('not an address', PASSWORD)])).toEqual(['wrongCredentials', 'wrongCredentials', 'wrongCredentials'])
    })

    it('makes the hash anew when its parameters have changed, and not otherwise', async () => {
      const { personId, email } = await stage.somebody()
      const read = async (): Promise<string> => (await stage.database.query<{ h: string }>('SELECT password_hash AS h FROM account WHERE person_id = $1', [personId]))[0]?.h ?? ''
      await stage.database.query('UPDATE account SET password_hash = $2 WHERE person_id = $1', [personId, await hash(PASSWORD, { memoryCost: 512, timeCost: 1, parallelism: 1 })])
      expect(await Promise.all([byPassword(email, PASSWORD), byPassword(email, PASSWORD)])).toEqual(['signedIn', 'signedIn'])
      const made = await read()
      expect(made).toMatch(/^\$argon2id\$v=19\$m=1024,t=1,p=1\$/)
      expect(await byPassword(email, PASSWORD)).toBe('signedIn')
      expect(await read()).toBe(made)
    })

    it('hashes with 19 MiB and two passes unless told otherwise', async () => {
      const usual = await Stage.open(server.url, { password: { memoryKiB: 19_456, passes: 2 } })
      const hashed = must(await usual.identity.passwords.hash(PASSWORD, { name: '', kana: '', email: '' }))
      expect(hashed.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      await usual.close()
    })

    it('does not pass with a password that was changed while it was being checked', async () => {
      const who = await stage.somebody()
      const { session } = await stage.signIn(who)
      const [old, changed] = await Promise.all([
        stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()),
        stage.identity.passwords.change(session, { current: PASSWORD, next: 'quite another phrase 7' }, aVisit()),
      ])
      expect(verdict(changed)).toBe('ok')
      // Whoever came first: a session by the former password was ended by the change, or never began.
      expect(old.ok && 'token' in old ? await stage.identity.sessions.authenticate(old.token) : null).toBeNull()
    })

    it('does not open a disabled account', async () => {
      const { personId, email } = await stage.somebody()
      await stage.database.query('UPDATE account SET disabled_at = now() WHERE person_id = $1', [personId])
      expect(await byPassword(email, PASSWORD)).toBe('accountDisabled')
      expect(await byPassword(email, 'wrong')).toBe('wrongCredentials')
    })

    it('tells the person of a sign-in from a place that is new, and of no other', async () => {
      const who = await stage.somebody()
      const home = { address: '198.51.100.1' }
      await stage.signIn(who, aVisit(home))
      await stage.signIn(who, aVisit(home))
      await stage.identity.mails.deliver(stage.mailer)
      expect(stage.inbox.filter((mail) => mail.kind === 'newSignIn' && mail.to.address === who.email)).toEqual([])
      await stage.signIn(who, aVisit({ address: '198.51.100.2' }))
      expect((await stage.mail('newSignIn', who.email)).text).toContain('198.51.100.2')
    })
  })

  describe('by a code in a mail', () => {
    const ask = async (email: string): Promise<string> => must(await stage.identity.signIn.requestCode({ email }, aVisit())).flow
    const enter = async (flow: string, code: string): Promise<string> => verdict(await stage.identity.signIn.withCode({ flow, code }, aVisit()))

    it('works once, in the browser that asked, with digits of any width', async () => {
      const { email } = await stage.somebody()
      const flow = await ask(email)
      const code = codeIn(await stage.mail('signInCode', email))
      expect(code).toMatch(/^\d{8}$/)
      expect(await enter('A'.repeat(43), code)).toBe('expired')
      const wide = Array.from(code, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join('')
      expect(await enter(flow, `${wide.slice(0, 4)} ${wide.slice(4)}`)).toBe('signedIn')
      expect(await enter(flow, code)).toBe('expired')
    })

    it('passes one of many who come with it at once', async () => {
      const { email } = await stage.somebody()
      const flow = await ask(email)
      const code = codeIn(await stage.mail('signInCode', email))
      const answers = await Promise.all(Array.from({ length: 5 }, () => enter(flow, code)))
      expect(answers.filter((answer) => answer === 'signedIn')).toEqual(['signedIn'])
    })

    it('cannot be guessed: after five wrong ones the right one is void', async () => {
      const { email } = await stage.somebody()
      const flow = await ask(email)
      const code = codeIn(await stage.mail('signInCode', email))
      const wrong = code === '00000000' ? '00000001' : '00000000'
      expect(await Promise.all(Array.from({ length: 8 }, () => enter(flow, wrong)))).toEqual(expect.arrayContaining(['wrongCode', 'expired']))
      expect(await enter(flow, code)).toBe('expired')
    })

    it('is void after ten minutes, and once another one of the account was used', async () => {
      const { email } = await stage.somebody()
      const [former, newer] = [await ask(email), await ask(email)]
      const code = codeIn(await stage.mail('signInCode', email))
      const all = stage.inbox.filter((mail) => mail.kind === 'signInCode' && mail.to.address === email).map(codeIn)
      expect(await enter(newer, code)).toBe('signedIn')
      expect(await Promise.all(all.map((each) => enter(former, each)))).toEqual(['expired', 'expired'])
      const late = await ask(email)
      const lateCode = codeIn(await stage.mail('signInCode', email))
      await stage.pass(601)
      expect(await enter(late, lateCode)).toBe('expired')
    })

    it('is kept as a keyed hash only, in the record and in the mail that waits', async () => {
      const { email } = await stage.somebody()
      await ask(email)
      const [before] = await stage.database.query<{ all: string }>(`SELECT (SELECT string_agg(t::text, '') FROM ticket t) || (SELECT string_agg(encode(m.sealed, 'escape'), '') FROM identity_mail m) AS all`)
      const code = codeIn(await stage.mail('signInCode', email))
      expect(before?.all.includes(code)).toBe(false)
    })

    it('is asked for alike by those who have an account and those who have none', async () => {
      const { email } = await stage.somebody()
      const known = must(await stage.identity.signIn.requestCode({ email }, aVisit()))
      const unknown = must(await stage.identity.signIn.requestCode({ email: UNKNOWN }, aVisit()))
      expect(Object.keys(unknown)).toEqual(Object.keys(known))
      expect(Math.abs(unknown.expiresAt.getTime() - known.expiresAt.getTime())).toBeLessThan(60_000)
      const sizes = await stage.database.query<{ size: number }>('SELECT length(sealed) AS size FROM identity_mail')
      expect(new Set(sizes.map(({ size }) => size)).size).toBe(1)
      await stage.identity.mails.deliver(stage.mailer)
      expect(stage.inbox.filter((mail) => mail.to.address === UNKNOWN)).toEqual([])
      for (let guess = 0; guess < 5; guess++) expect(await enter(unknown.flow, '12345678')).toBe('wrongCode')
      expect(await enter(unknown.flow, '12345678')).toBe('expired')
    })
  })

  describe('too often', () => {
    it('from one address is blocked for ever longer, however many come at once, and frees the owner elsewhere', async () => {
      const { email } = await stage.somebody()
      const thief = aVisit()
      const answers = await Promise.all(Array.from({ length: 20 }, () => stage.identity.signIn.withPassword({ email, password: 'a wrong guess' }, thief)))
      expect(answers.filter((answer) => verdict(answer) === 'wrongCredentials').length).toBe(6)
      expect(answers.filter((answer) => verdict(answer) === 'tooManyAttempts').length).toBe(14)
      const waits: number[] = []
      for (let round = 0; round < 3; round++) {
        const blocked = await stage.identity.signIn.withPassword({ email, password: PASSWORD }, thief)
        waits.push(blocked.ok ? 0 : (blocked.refused.retryAfter ?? 0))
        await stage.database.query(`UPDATE rate_bucket SET blocked_until = '-infinity' WHERE blocked_until <> 'infinity'`)
        await stage.identity.signIn.withPassword({ email, password: 'a wrong guess' }, thief)
      }
      expect(waits).toEqual([2, 4, 8])
      expect(await byPassword(email, PASSWORD)).toBe('signedIn')
      expect((await stage.mail('blocked', email)).text).toContain(thief.address)
    })

    it('is counted by all processes together, and alike for an address that nobody has', async () => {
      const other = await Stage.open(server.url)
      const visit = aVisit()
      const answers: string[] = []
      for (let guess = 0; guess < 8; guess++) answers.push(verdict(await (guess % 2 ? stage : other).identity.signIn.withPassword({ email: 'no.one@example.jp', password: 'guess' }, visit)))
      expect(answers).toEqual([...Array.from({ length: 6 }, () => 'wrongCredentials'), 'tooManyAttempts', 'tooManyAttempts'])
      await other.close()
    })

    it('against one account from many addresses is blocked too, and from the hundredth on only a new password helps', async () => {
      const strict = await Stage.open(server.url, { limits: { account: 8, stop: 12 } })
      const who = await strict.somebody()
      const guess = async (): Promise<string> => verdict(await strict.identity.signIn.withPassword({ email: who.email, password: 'guess' }, aVisit()))
      const answers: string[] = []
      for (let round = 0; round < 14; round++) {
        answers.push(await guess())
        await strict.database.query(`UPDATE rate_bucket SET blocked_until = '-infinity' WHERE blocked_until <> 'infinity'`)
      }
      expect(answers).toEqual([...Array.from({ length: 12 }, () => 'wrongCredentials'), 'locked', 'locked'])
      expect(verdict(await strict.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))).toBe('locked')
      must(await strict.identity.passwords.requestReset({ email: who.email }, aVisit()))
      const token = tokenIn(await strict.mail('passwordReset', who.email))
      must(await strict.identity.passwords.reset({ token, password: 'quite another phrase 7' }, aVisit()))
      expect(verdict(await strict.identity.signIn.withPassword({ email: who.email, password: 'quite another phrase 7' }, aVisit()))).toBe('signedIn')
      await strict.close()
    })

    it('is a limit on mails as well', async () => {
      const visit = aVisit()
      const answers: string[] = []
      for (let mail = 0; mail < 7; mail++) answers.push(verdict(await stage.identity.signIn.requestCode({ email: 'flooded@example.jp' }, visit)))
      expect(answers).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'tooManyAttempts'])
    })
  })

  // The failure of a peer: a link in a mail let in a person who had an authenticator app, without asking for it.
  describe('with a second factor', () => {
    it('asks for it after a password, after a mailed code, after a reset, and after a recovery that left it', async () => {
      const who = await stage.somebody()
      const admin = await stage.somebody({ roles: [['*', 'administrator']] })
      await stage.withTotp(who)
      expect(await byPassword(who.email, PASSWORD)).toBe('secondFactor')
      const asked = must(await stage.identity.signIn.requestCode({ email: who.email }, aVisit()))
      expect(verdict(await stage.identity.signIn.withCode({ flow: asked.flow, code: codeIn(await stage.mail('signInCode', who.email)) }, aVisit()))).toBe('secondFactor')
      must(await stage.identity.passwords.requestReset({ email: who.email }, aVisit()))
      const reset = await stage.identity.passwords.reset({ token: tokenIn(await stage.mail('passwordReset', who.email)), password: 'quite another phrase 7' }, aVisit())
      expect(reset).toEqual({ ok: true })
      expect(await byPassword(who.email, 'quite another phrase 7')).toBe('secondFactor')
      const { session } = await stage.signIn(admin)
      must(await stage.identity.administration.recover(session, { personId: who.personId, reason: 'lost the password', removeSecondFactors: false }))
      must(await stage.identity.passwords.reset({ token: tokenIn(await stage.mail('accountRecovered', who.email)), password: 'and yet another phrase' }, aVisit()))
      expect(await byPassword(who.email, 'and yet another phrase')).toBe('secondFactor')
    })

    it('gives no session and no person until it is shown', async () => {
      const who = await stage.somebody()
      await stage.withTotp(who)
      const answer = must(await stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))
      expect(Object.keys(answer).sort()).toEqual(['expiresAt', 'flow', 'methods', 'ok', 'outcome'])
      expect('methods' in answer ? answer.methods : []).toEqual(['totp', 'recoveryCode'])
      expect(await stage.identity.sessions.authenticate('flow' in answer ? answer.flow : '')).toBeNull()
    })

    it('is void when the password has changed since the first', async () => {
      const who = await stage.somebody()
      const { secret, session } = await stage.withTotp(who)
      const flow = flowOf(await stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))
      must(await stage.identity.passwords.change(session, { current: PASSWORD, next: 'quite another phrase 7' }, aVisit()))
      expect(verdict(await stage.identity.signIn.withTotp({ flow, code: await codeOf(secret) }, aVisit()))).toBe('expired')
    })

    it('signs in with both noted in the session', async () => {
      const who = await stage.somebody()
      const { secret } = await stage.withTotp(who)
      const flow = flowOf(await stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))
      const { session } = signedIn(await stage.identity.signIn.withTotp({ flow, code: await codeOf(secret) }, aVisit()))
      expect([session.methods, session.secondFactor]).toEqual([['password', 'totp'], true])
    })
  })

  it('takes as long for an address that nobody has', async () => {
    const generous = await Stage.open(server.url, { limits: { pair: 100_000, account: 100_000, address: 100_000, stop: 1_000_000, mailsToAccount: 100_000, mailsFromAddress: 100_000 } })
    const { email } = await generous.somebody()
    const statements = async (work: () => Promise<unknown>): Promise<string[]> => {
      const query = jest.spyOn(pg.Client.prototype, 'query')
      await work()
      const seen = (query.mock.calls as unknown[][]).map(([first]) => shape(typeof first === 'string' ? first : ((first as { text?: string }).text ?? '')))
      query.mockRestore()
      return seen
    }
    const { signIn, passwords } = generous.identity
    const pairs: [string, (address: string) => Promise<unknown>][] = [
      ['password', (address) => signIn.withPassword({ email: address, password: 'a wrong guess' }, aVisit())],
      ['code', async (address) => signIn.withCode({ flow: must(await signIn.requestCode({ email: address }, aVisit())).flow, code: '00000000' }, aVisit())],
      ['reset', (address) => passwords.requestReset({ email: address }, aVisit())],
    ]
    for (const [name, ask] of pairs) {
      const forNobody = await statements(() => ask(UNKNOWN))
      expect([name, forNobody]).toEqual([name, await statements(() => ask(email))])
      expect(forNobody.length).toBeGreaterThan(3)
    }
    await generous.close()
  })

  it('links back to the service in its mails', async () => {
    const { email } = await stage.somebody()
    must(await stage.identity.passwords.requestReset({ email }, aVisit()))
    expect((await stage.mail('passwordReset', email)).text).toContain(`${BASE_URL}/reset-password#token=`)
  })
})

/** A statement without its values. */
const shape = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 60)
