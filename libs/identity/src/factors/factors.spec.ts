import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { Authenticator } from '../../test/authenticator.js'
import { aVisit, BASE_URL, codeIn, codeOf, flowOf, must, PASSWORD, SECRET, signedIn, Stage, verdict, type Somebody } from '../../test/stage.js'
import type { AuthenticationResponseJSON, SessionIdentity } from '../index.js'

describe('second factors', () => {
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

  const halfIn = async (who: Somebody): Promise<string> => flowOf(await stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))

  describe('an authenticator app', () => {
    it('counts only once a code of it was confirmed', async () => {
      const who = await stage.somebody()
      const { session } = await stage.signIn(who)
      const begun = must(await stage.identity.totp.begin(session))
      expect(begun.uri).toMatch(/^otpauth:\/\/totp\/.*issuer=/)
      expect(verdict(await stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))).toBe('signedIn')
      const right = await codeOf(begun.secret)
      const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0')
      expect(verdict(await stage.identity.totp.confirm(session, wrong))).toBe('wrongCode')
      const confirmed = must(await stage.identity.totp.confirm(session, right))
      expect([confirmed.recoveryCodes.length, confirmed.session.secondFactor]).toEqual([10, true])
      expect(verdict(await stage.identity.totp.begin(confirmed.session))).toBe('alreadySet')
      expect(verdict(await stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))).toBe('secondFactor')
    })

    it('ends the sessions that were opened without it, and goes on under a new token', async () => {
      const who = await stage.somebody()
      const [before, here] = [await stage.signIn(who), await stage.signIn(who)]
      const { secret } = must(await stage.identity.totp.begin(here.session))
      const after = must(await stage.identity.totp.confirm(here.session, await codeOf(secret)))
      expect(await Promise.all([before.token, here.token, after.token].map(async (token) => (await stage.identity.sessions.authenticate(token)) !== null))).toEqual([false, false, true])
    })

    // The failure of a peer: a code that was used passed again.
    it('gives no code that works twice, not even for many who come with it at once', async () => {
      const who = await stage.somebody()
      const { secret } = await stage.withTotp(who)
      const code = await codeOf(secret)
      const flows = [await halfIn(who), await halfIn(who), await halfIn(who), await halfIn(who)]
      const answers = await Promise.all(flows.map(async (flow) => verdict(await stage.identity.signIn.withTotp({ flow, code }, aVisit()))))
      expect(answers.sort()).toEqual(['signedIn', 'wrongCode', 'wrongCode', 'wrongCode'])
      expect(verdict(await stage.identity.signIn.withTotp({ flow: await halfIn(who), code }, aVisit()))).toBe('wrongCode')
    })

    it('gives no code that works for setting it up and again for signing in', async () => {
      const who = await stage.somebody()
      const { session } = await stage.signIn(who)
      const { secret } = must(await stage.identity.totp.begin(session))
      const code = await codeOf(secret)
      must(await stage.identity.totp.confirm(session, code))
      expect(verdict(await stage.identity.signIn.withTotp({ flow: await halfIn(who), code }, aVisit()))).toBe('wrongCode')
    })

    it('allows a clock to be off by one step and no more, and no step before one that was used', async () => {
      const who = await stage.somebody()
      const { secret } = await stage.withTotp(who)
      const enter = async (code: string): Promise<string> => verdict(await stage.identity.signIn.withTotp({ flow: await halfIn(who), code }, aVisit()))
      expect(await enter(await codeOf(secret, -95))).toBe('wrongCode')
      expect(await enter(await codeOf(secret, 95))).toBe('wrongCode')
      expect(await enter(await codeOf(secret, 29))).toBe('signedIn')
      expect(await enter(await codeOf(secret, -31))).toBe('wrongCode')
    })

    it('cannot be guessed: five attempts a sign-in, ever longer waits an account', async () => {
      // a first wait that outlasts a slow machine
      const patient = await Stage.open(server.url, { limits: { firstWait: 60 } })
      const who = await patient.somebody()
      await patient.withTotp(who)
      const half = async (): Promise<string> => flowOf(await patient.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))
      const flow = await half()
      const answers = await Promise.all(Array.from({ length: 9 }, async () => verdict(await patient.identity.signIn.withTotp({ flow, code: 'abcdef' }, aVisit()))))
      expect(answers.filter((answer) => answer === 'wrongCode').length).toBe(5)
      expect(verdict(await patient.identity.signIn.withTotp({ flow: await half(), code: '000000' }, aVisit()))).toBe('tooManyAttempts')
      await patient.close()
    })

    it('keeps its secret sealed, and readable after the service has changed its own', async () => {
      const who = await stage.somebody()
      const { secret } = await stage.withTotp(who)
      const [row] = await stage.database.query<{ row: string }>(`SELECT t::text || encode(t.sealed_secret, 'escape') AS row FROM totp_factor t WHERE person_id = $1`, [who.personId])
      expect(row?.row.includes(secret)).toBe(false)
      const moved = await Stage.open(server.url, {}, ['another secret of the tests, long enough too', SECRET])
      const answer = must(await moved.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))
      expect(verdict(await moved.identity.signIn.withTotp({ flow: 'flow' in answer ? answer.flow : '', code: await codeOf(secret) }, aVisit()))).toBe('signedIn')
      await moved.close()
    })

    it('is removed with its recovery codes, and the person is told', async () => {
      const who = await stage.somebody()
      const { session } = await stage.withTotp(who)
      const removed = must(await stage.identity.totp.remove(session))
      expect(verdict(await stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))).toBe('signedIn')
      expect((await stage.identity.profile.read(removed.session))?.recoveryCodes).toBe(0)
      expect((await stage.mail('secondFactorRemoved', who.email)).text).toContain('認証アプリ')
    })
  })

  describe('a recovery code', () => {
    it('stands in for the second factor once, however it is typed', async () => {
      const who = await stage.somebody()
      const { recoveryCodes } = await stage.withTotp(who)
      const [first = '', second = ''] = recoveryCodes
      const enter = async (code: string): Promise<string> => verdict(await stage.identity.signIn.withRecoveryCode({ flow: await halfIn(who), code }, aVisit()))
      expect(await enter(first.toLowerCase().replaceAll('-', ' '))).toBe('signedIn')
      expect(await enter(first)).toBe('wrongCode')
      const flows = [await halfIn(who), await halfIn(who)]
      const both = await Promise.all(flows.map(async (flow) => verdict(await stage.identity.signIn.withRecoveryCode({ flow, code: second }, aVisit()))))
      expect(both.sort()).toEqual(['signedIn', 'wrongCode'])
      expect((await stage.mail('recoveryCodeUsed', who.email)).subject).toContain('リカバリーコード')
    })

    it('is void once new ones were made, and opens nobody else', async () => {
      const [who, other] = [await stage.somebody(), await stage.somebody()]
      const [{ session, recoveryCodes }] = [await stage.withTotp(who), await stage.withTotp(other)]
      const { codes } = must(await stage.identity.recoveryCodes.renew(session))
      const enter = async (somebody: Somebody, code: string): Promise<string> => verdict(await stage.identity.signIn.withRecoveryCode({ flow: await halfIn(somebody), code }, aVisit()))
      expect(await enter(who, recoveryCodes[0] ?? '')).toBe('wrongCode')
      expect(await enter(other, codes[0] ?? '')).toBe('wrongCode')
      expect(await enter(who, codes[0] ?? '')).toBe('signedIn')
    })
  })

  describe('a passkey', () => {
    const device = (): Authenticator => new Authenticator(BASE_URL, 'localhost')

    const add = async (session: SessionIdentity, authenticator: Authenticator, label = 'My phone'): Promise<{ session: SessionIdentity; recoveryCodes: string[] }> => {
      const { flow, options } = must(await stage.identity.passkeys.beginRegistration(session))
      return must(await stage.identity.passkeys.finishRegistration(session, { flow, response: authenticator.register(options), label }))
    }
    const enter = async (authenticator: Authenticator, behaviour: Parameters<Authenticator['answer']>[1] = {}): Promise<string> => {
      const { flow, options } = must(await stage.identity.passkeys.begin(aVisit()))
      return verdict(await stage.identity.passkeys.finish({ flow, response: authenticator.answer(options, behaviour) }, aVisit()))
    }

    it('signs in alone, since it is two factors by itself', async () => {
      const who = await stage.somebody()
      const phone = device()
      const { recoveryCodes } = await add((await stage.signIn(who)).session, phone)
      expect(recoveryCodes.length).toBe(10)
      const { flow, options } = must(await stage.identity.passkeys.begin(aVisit()))
      const { session } = signedIn(await stage.identity.passkeys.finish({ flow, response: phone.answer(options) }, aVisit()))
      expect([session.personId, session.methods, session.secondFactor]).toEqual([who.personId, ['passkey'], true])
    })

    it('is asked for after a password and after a mailed code, and then lets in', async () => {
      const who = await stage.somebody()
      const phone = device()
      await add((await stage.signIn(who)).session, phone)
      const flow = await halfIn(who)
      const { options } = must(await stage.identity.passkeys.beginSecondFactor(flow))
      expect(options.allowCredentials?.map(({ id }) => id)).toEqual([phone.id.toString('base64url')])
      expect(verdict(await stage.identity.passkeys.finishSecondFactor({ flow, response: phone.answer(options, { userVerified: false }) }, aVisit()))).toBe('signedIn')
      const asked = must(await stage.identity.signIn.requestCode({ email: who.email }, aVisit()))
      expect(verdict(await stage.identity.signIn.withCode({ flow: asked.flow, code: codeIn(await stage.mail('signInCode', who.email)) }, aVisit()))).toBe('secondFactor')
    })

    it.each([
      ['of another site', { origin: 'https://evil.example' }],
      ['for another site', { rpId: 'evil.example' }],
      ['to another challenge', { challenge: 'AAAA' }],
      ['without its user verified', { userVerified: false }],
      ['whose counter fell, as a copy’s does', { counter: 1 }],
    ])('does not pass with an answer %s', async (_, behaviour) => {
      const phone = device()
      await add((await stage.signIn(await stage.somebody())).session, phone)
      expect([await enter(phone), await enter(phone, behaviour), await enter(phone, { counter: 10 })]).toEqual(['signedIn', 'wrongPasskey', 'signedIn'])
    })

    it('does not pass with an answer that was given before, or is broken', async () => {
      const phone = device()
      await add((await stage.signIn(await stage.somebody())).session, phone)
      const { flow, options } = must(await stage.identity.passkeys.begin(aVisit()))
      const response = phone.answer(options)
      const twice = await Promise.all([0, 1].map(async () => verdict(await stage.identity.passkeys.finish({ flow, response }, aVisit()))))
      expect(twice.sort()).toEqual(['expired', 'signedIn'])
      const next = must(await stage.identity.passkeys.begin(aVisit()))
      expect(verdict(await stage.identity.passkeys.finish({ flow: next.flow, response }, aVisit()))).toBe('wrongPasskey')
      for (const broken of [{}, { ...response, response: {} }, { ...response, id: '' }] as AuthenticationResponseJSON[]) {
        const begun = must(await stage.identity.passkeys.begin(aVisit()))
        expect(verdict(await stage.identity.passkeys.finish({ flow: begun.flow, response: broken }, aVisit()))).toBe('wrongPasskey')
      }
    })

    it('of somebody else is no second factor', async () => {
      const [who, thief] = [await stage.somebody(), await stage.somebody()]
      const [phone, other] = [device(), device()]
      await add((await stage.signIn(who)).session, phone)
      await add((await stage.signIn(thief)).session, other)
      const flow = await halfIn(who)
      const { options } = must(await stage.identity.passkeys.beginSecondFactor(flow))
      expect(verdict(await stage.identity.passkeys.finishSecondFactor({ flow, response: other.answer(options) }, aVisit()))).toBe('wrongPasskey')
    })

    it('belongs to one account, and is registered by the session that asked', async () => {
      const [one, two] = [(await stage.signIn(await stage.somebody())).session, (await stage.signIn(await stage.somebody())).session]
      const phone = device()
      const asked = must(await stage.identity.passkeys.beginRegistration(one))
      expect(verdict(await stage.identity.passkeys.finishRegistration(two, { flow: asked.flow, response: phone.register(asked.options), label: 'x' }))).toBe('expired')
      const { session } = await add(one, phone)
      const again = must(await stage.identity.passkeys.beginRegistration(session))
      expect(again.options.excludeCredentials?.map(({ id }) => id)).toEqual([phone.id.toString('base64url')])
      const theirs = must(await stage.identity.passkeys.beginRegistration(two))
      expect(verdict(await stage.identity.passkeys.finishRegistration(two, { flow: theirs.flow, response: phone.register(theirs.options), label: 'x' }))).toBe('alreadySet')
    })

    it('is listed and removed, and opens nothing afterwards', async () => {
      const who = await stage.somebody()
      const phone = device()
      const { session } = await add((await stage.signIn(who)).session, phone, '  事務用スマートフォン ')
      const [listed] = await stage.identity.passkeys.list(session)
      expect(listed?.label).toBe('事務用スマートフォン')
      must(await stage.identity.passkeys.remove(session, listed?.id ?? ''))
      expect(await enter(phone)).toBe('wrongPasskey')
      expect(verdict(await stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))).toBe('signedIn')
    })
  })
})
