import { jest } from '@jest/globals'
import type { FastifyRequest } from 'fastify'
import { generate } from 'otplib'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import type { PublicKeyCredentialCreationOptionsJSON, PublicKeyCredentialRequestOptionsJSON } from '@saitaku/identity'
import { Authenticator } from '../../../../libs/identity/test/authenticator.js'
import type { Browser, Reply } from '../../test/browser.js'
import { codeIn, PASSWORD, Service, tokenIn, type Somebody } from '../../test/service.js'

const codeOf = (secret: string): Promise<string> => generate({ secret, epoch: Math.floor(Date.now() / 1000) })

describe('signing in over HTTP', () => {
  let server: TestDatabase
  let service: Service

  beforeAll(async () => {
    server = await createTestDatabase()
    service = await Service.start(server)
  })
  afterAll(async () => {
    await service.stop()
    await server.close()
  })

  /** Sets an authenticator app over HTTP; the code that confirmed it lies a while back afterwards. */
  async function withTotp(who: Somebody): Promise<{ browser: Browser; secret: string; recoveryCodes: string[] }> {
    const browser = await service.signedIn(who)
    const { secret } = (await browser.post<{ secret: string }>('/api/v1/me/totp')).body
    const set = await browser.post<{ recoveryCodes: string[] }>('/api/v1/me/totp/confirm', { code: await codeOf(secret) })
    expect(set.status).toBe(200)
    await service.database.query('UPDATE totp_factor SET last_step = 0 WHERE person_id = $1', [who.personId])
    return { browser, secret, recoveryCodes: set.body.recoveryCodes }
  }
  async function flowAfterPassword({ email }: Somebody, browser = service.browser()): Promise<{ browser: Browser; flow: string; methods: string[] }> {
    const { status, body } = await browser.post<{ outcome: string; flow: string; methods: string[] }>('/api/v1/auth/password', { email, password: PASSWORD })
    expect([status, body.outcome]).toEqual([200, 'secondFactor'])
    return { browser, ...body }
  }

  it('leads from an address over a code in a mail to an account, a session, a role, and to nobody again', async () => {
    const browser = service.browser()
    expect((await browser.get('/api/v1/auth/session')).body).toEqual({ session: null, csrfToken: null, openId: false })
    const begun = await browser.post<{ flow: string; expiresAt: string }>('/api/v1/auth/sign-up', { email: 'Taro@Example.jp' })
    expect([begun.status, Object.keys(begun.body).sort()]).toEqual([202, ['expiresAt', 'flow']])
    const mail = await service.mail('signUpCode', 'Taro@example.jp')
    const wrong = codeIn(mail) === '00000000' ? '11111111' : '00000000'
    expect(await browser.refused(browser.post('/api/v1/auth/sign-up/complete', { flow: begun.body.flow, code: wrong, name: '川崎 太郎' }))).toEqual([422, 'wrongCode'])
    const made = await browser.post<{ outcome: string; session: { personId: string } }>('/api/v1/auth/sign-up/complete', { flow: begun.body.flow, code: codeIn(mail), name: '川崎 太郎', kana: 'カワサキ タロウ', password: PASSWORD })
    expect([made.status, made.body.outcome, Object.keys(made.body).sort()]).toEqual([201, 'signedIn', ['csrfToken', 'outcome', 'session']])

    const { personId } = made.body.session
    await service.database.query(`INSERT INTO role_grant (person_id, programme, role) VALUES ($1, 'sdgs-award', 'secretariat')`, [personId])
    const me = await browser.get('/api/v1/me')
    expect([me.status, me.body]).toMatchObject([200, { personId, name: '川崎 太郎', kana: 'カワサキ タロウ', email: 'Taro@example.jp', lang: 'ja', hasPassword: true, totp: false, passkeys: 0, roles: [{ programme: 'sdgs-award', role: 'secretariat', until: null, actingFor: null }] }])
    expect((await browser.send('PATCH', '/api/v1/me', { lang: 'en' })).body).toMatchObject({ lang: 'en', name: '川崎 太郎' })

    const { value } = browser.cookies.get('saitaku-session') ?? { value: '' }
    expect((await browser.post('/api/v1/auth/sign-out')).status).toBe(204)
    expect(browser.cookies.size).toBe(0)
    expect((await browser.get('/api/v1/me', { cookie: `saitaku-session=${value}` })).status).toBe(401)
  })

  it('keeps the session in a cookie that no script reads and no other site uses', async () => {
    const browser = await service.signedIn(await service.somebody())
    expect(browser.cookies.get('saitaku-session')?.attributes).toBe('Path=/; HttpOnly; SameSite=Lax')
    const answer = await browser.get('/api/v1/me')
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(JSON.stringify(answer.body)).not.toContain(browser.cookies.get('saitaku-session')?.value)
  })

  it('binds the cookie to this host and to https where people come over https', async () => {
    const secure = await Service.start(server, { baseUrl: 'https://apply.example.jp' })
    try {
      const browser = await secure.signedIn(await secure.somebody())
      expect([...browser.cookies].map(([name, { attributes }]) => [name, attributes])).toEqual([['__Host-session', 'Path=/; HttpOnly; Secure; SameSite=Lax']])
      expect((await browser.get('/api/v1/me')).status).toBe(200)
    } finally {
      await secure.stop()
    }
  })

  it('refuses a write that another site brought about, or that does not bring the session’s own token', async () => {
    const browser = await service.signedIn(await service.somebody())
    const change = (headers: Record<string, string>): Promise<[number, unknown]> => browser.refused(browser.send('PATCH', '/api/v1/me', { name: '別の名前' }, headers))
    const foreign: Record<string, string>[] = [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }, { origin: 'null' }, { 'x-csrf-token': '' }, { 'x-csrf-token': 'A'.repeat(43) }]
    for (const headers of foreign) expect([headers, await change(headers)]).toEqual([headers, [403, 'forged']])
    const other = await service.signedIn(await service.somebody())
    expect(await change({ 'x-csrf-token': other.csrfToken ?? '' })).toEqual([403, 'forged'])
    expect(await browser.refused(browser.post('/api/v1/auth/password', { email: 'a@example.jp', password: 'x' }, { origin: 'https://evil.example' }))).toEqual([403, 'forged'])
    expect(await browser.refused(browser.post('/api/v1/auth/sign-out', {}, { 'x-csrf-token': '' }))).toEqual([403, 'forged'])
    expect((await browser.get('/api/v1/me')).body.name).toBe('川崎 花子')
    expect((await browser.send('PATCH', '/api/v1/me', { name: '別の名前' }, { origin: 'http://localhost:3000' })).status).toBe(200)
  })

  it('answers a wrong password and an unknown address alike, and too many of them with when to come again', async () => {
    const known = await service.somebody()
    for (const email of [known.email, 'nobody@example.jp']) {
      const browser = service.browser()
      const answers: Reply[] = []
      for (let attempt = 0; attempt < 7; attempt++) answers.push(await browser.post('/api/v1/auth/password', { email, password: 'wrong horse' }))
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual([...Array.from({ length: 6 }, () => [422, 'wrongCredentials']), [429, 'tooManyAttempts']])
      const last = answers.at(-1)
      expect([last?.headers.get('retry-after'), last?.body.retryAfter]).toEqual(['2', 2])
    }
    expect((await service.signedIn(known)).cookies.size).toBe(1) // from another address
  })

  it('answers for a locked account that only a person can help, and a new password by mail opens it', async () => {
    const who = await service.somebody()
    await service.database.query('UPDATE rate_bucket SET attempts = 0')
    await service.browser().post('/api/v1/auth/password', { email: who.email, password: 'wrong horse' })
    await service.database.query(`UPDATE rate_bucket SET blocked_until = 'infinity' WHERE attempts = 1`)
    const locked = await service.browser().post('/api/v1/auth/password', { email: who.email, password: PASSWORD })
    expect([locked.status, locked.body.code, locked.body.retryAfter, locked.headers.get('retry-after')]).toEqual([429, 'locked', null, null])

    const browser = service.browser()
    expect((await browser.post('/api/v1/auth/password-reset', { email: who.email })).status).toBe(204)
    const token = tokenIn(await service.mail('passwordReset', who.email))
    expect((await browser.post('/api/v1/auth/password-reset/check', { token })).body).toEqual({ usable: true })
    const short = await browser.post<{ code: string; errors: { pointer: string }[] }>('/api/v1/auth/password-reset/complete', { token, password: 'short' })
    expect([short.status, short.body.code, short.body.errors.map(({ pointer }) => pointer)]).toEqual([422, 'passwordTooShort', ['/password']])
    expect((await browser.post('/api/v1/auth/password-reset/complete', { token, password: PASSWORD })).status).toBe(204)
    expect(await browser.refused(browser.post('/api/v1/auth/password-reset/complete', { token, password: PASSWORD }))).toEqual([410, 'expired'])
    expect([browser.cookies.size, (await service.signedIn(who)).cookies.size]).toEqual([0, 1])
  })

  it('asks for the code of the authenticator app on every way in, also after a link in a mail, and takes no code twice', async () => {
    const who = await service.somebody()
    const { secret } = await withTotp(who)
    const { browser, flow, methods } = await flowAfterPassword(who)
    expect([methods, browser.cookies.size, (await browser.get('/api/v1/me')).status]).toEqual([['totp', 'recoveryCode'], 0, 401])
    const code = await codeOf(secret)
    const inside = await browser.post<{ session: { methods: string[]; secondFactor: boolean } }>('/api/v1/auth/second-factor/totp', { flow, code })
    expect([inside.status, inside.body.session.methods, inside.body.session.secondFactor]).toEqual([200, ['password', 'totp'], true])
    const again = await flowAfterPassword(who)
    expect(await again.browser.refused(again.browser.post('/api/v1/auth/second-factor/totp', { flow: again.flow, code }))).toEqual([422, 'wrongCode'])
    expect(await again.browser.refused(again.browser.post('/api/v1/auth/second-factor/totp', { flow, code }))).toEqual([410, 'expired'])

    const byMail = service.browser()
    const sent = await byMail.post<{ flow: string }>('/api/v1/auth/code', { email: who.email })
    const confirmed = await byMail.post('/api/v1/auth/code/confirm', { flow: sent.body.flow, code: codeIn(await service.mail('signInCode', who.email)) })
    expect([confirmed.status, confirmed.body.outcome, byMail.cookies.size]).toEqual([200, 'secondFactor', 0])
    await byMail.post('/api/v1/auth/password-reset', { email: who.email })
    const token = tokenIn(await service.mail('passwordReset', who.email))
    expect((await byMail.post('/api/v1/auth/password-reset/complete', { token, password: PASSWORD })).status).toBe(204)
    expect((await flowAfterPassword(who, byMail)).browser.cookies.size).toBe(0)
  })

  it('takes each recovery code once in place of a lost authenticator app', async () => {
    const who = await service.somebody()
    const { recoveryCodes } = await withTotp(who)
    expect(recoveryCodes).toHaveLength(10)
    const { browser, flow } = await flowAfterPassword(who)
    expect((await browser.post('/api/v1/auth/second-factor/recovery-code', { flow, code: recoveryCodes[0]?.toLowerCase() })).status).toBe(200)
    const again = await flowAfterPassword(who)
    expect(await again.browser.refused(again.browser.post('/api/v1/auth/second-factor/recovery-code', { flow: again.flow, code: recoveryCodes[0] }))).toEqual([422, 'wrongCode'])
  })

  it('takes a passkey as the second factor, and alone as both', async () => {
    const who = await service.somebody()
    const browser = await service.signedIn(who)
    const key = new Authenticator('http://localhost:3000', 'localhost')
    const begun = await browser.post<{ flow: string; options: PublicKeyCredentialCreationOptionsJSON }>('/api/v1/me/passkeys/begin')
    const added = await browser.post<{ recoveryCodes: string[] }>('/api/v1/me/passkeys', { flow: begun.body.flow, label: '職場の鍵', response: key.register(begun.body.options) })
    expect([added.status, added.body.recoveryCodes.length]).toEqual([201, 10])
    expect((await browser.get<{ items: object[] }>('/api/v1/me/passkeys')).body.items).toMatchObject([{ label: '職場の鍵', usedAt: null, backedUp: false }])

    const second = await flowAfterPassword(who)
    const asked = await second.browser.post<{ options: PublicKeyCredentialRequestOptionsJSON }>('/api/v1/auth/second-factor/passkey/begin', { flow: second.flow })
    const shown = await second.browser.post<{ session: object }>('/api/v1/auth/second-factor/passkey', { flow: second.flow, response: key.answer(asked.body.options) })
    expect([shown.status, shown.body.session]).toMatchObject([200, { methods: ['password', 'passkey'], secondFactor: true }])

    const alone = service.browser()
    const challenge = await alone.post<{ flow: string; options: PublicKeyCredentialRequestOptionsJSON }>('/api/v1/auth/passkey/begin')
    const answer = key.answer(challenge.body.options)
    const inside = await alone.post<{ session: object }>('/api/v1/auth/passkey', { flow: challenge.body.flow, response: answer })
    expect([inside.status, inside.body.session]).toMatchObject([200, { personId: who.personId, methods: ['passkey'], secondFactor: true }])
    expect(await alone.refused(service.browser().post('/api/v1/auth/passkey', { flow: challenge.body.flow, response: answer }))).toEqual([410, 'expired'])
    const elsewhere = await alone.post<{ flow: string; options: PublicKeyCredentialRequestOptionsJSON }>('/api/v1/auth/passkey/begin')
    expect(await alone.refused(alone.post('/api/v1/auth/passkey', { flow: elsewhere.body.flow, response: key.answer(elsewhere.body.options, { origin: 'https://evil.example' }) }))).toEqual([422, 'wrongPasskey'])
  })

  it('shows one’s sessions, and one that was ended is unknown at the next request, from whichever process it was ended', async () => {
    const who = await service.somebody()
    const [here, there] = [await service.signedIn(who), await service.signedIn(who)]
    const { items } = (await here.get<{ items: { id: string; current: boolean; device: string; address: string }[] }>('/api/v1/me/sessions')).body
    expect(items.map(({ current, device, address }) => [current, device, address])).toEqual(expect.arrayContaining([[true, 'Chrome, Windows', here.address], [false, 'Chrome, Windows', there.address]]))
    expect((await there.get('/api/v1/me')).status).toBe(200)
    const other = items.find(({ current }) => !current)?.id ?? ''
    expect((await here.send('DELETE', `/api/v1/me/sessions/${other}`)).status).toBe(204)
    expect((await there.get('/api/v1/me')).status).toBe(401)
    expect(await here.refused(here.send('DELETE', `/api/v1/me/sessions/${other}`))).toEqual([404, 'unknownEntry'])
    expect(await here.refused(here.send('DELETE', '/api/v1/me/sessions/x'))).toEqual([404, 'notFound'])

    await service.signedIn(who)
    expect((await here.send('DELETE', '/api/v1/me/sessions')).body).toEqual({ ended: 1 })
    await service.database.query('DELETE FROM session WHERE person_id = $1', [who.personId])
    const since = performance.now()
    while ((await here.get('/api/v1/me')).status !== 401) expect(performance.now() - since).toBeLessThan(1_500)
  })

  it('tells an answer that stays open when its session has ended', async () => {
    const browser = await service.signedIn(await service.somebody())
    const request = { method: 'GET', headers: { cookie: `saitaku-session=${browser.cookies.get('saitaku-session')?.value}` } } as unknown as FastifyRequest
    await service.gate.recognise(request)
    expect([request.session?.methods, await service.gate.stillSignedIn(request)]).toEqual([['password'], true])
    await browser.post('/api/v1/auth/sign-out')
    expect(await service.gate.stillSignedIn(request)).toBe(false)
    const nobody = { method: 'GET', headers: {} } as unknown as FastifyRequest
    await service.gate.recognise(nobody)
    expect([nobody.viewer, await service.gate.stillSignedIn(nobody)]).toEqual([undefined, false])
  })

  it('looks a session up with one trip to the database, and with none while it remembers it', async () => {
    const browser = await service.signedIn(await service.somebody())
    const query = jest.spyOn(service.apiDatabase.pool, 'query')
    const trips = async (): Promise<unknown[]> => {
      query.mockClear()
      expect((await browser.get('/api/v1/auth/session')).body.session).not.toBeNull()
      return query.mock.calls.map(([asked]: unknown[]) => (asked as { name?: unknown }).name ?? asked)
    }
    expect(await trips()).toEqual(['identity.authenticate'])
    expect(await trips()).toEqual([])
    query.mockRestore()
  })

  it('asks for a fresh proof before what is delicate, and signing in once more is one', async () => {
    const who = await service.somebody()
    const browser = await service.signedIn(who)
    await service.pass(11 * 60)
    expect(await browser.refused(browser.post('/api/v1/me/totp'))).toEqual([403, 'stepUpNeeded'])
    const before = (await browser.get<{ session: { sessionId: string } }>('/api/v1/auth/session')).body.session.sessionId
    const former = browser.cookies.get('saitaku-session')?.value ?? ''
    const proven = await browser.post<{ session: { sessionId: string } }>('/api/v1/auth/password', { email: who.email, password: PASSWORD })
    expect(proven.body.session.sessionId).toBe(before)
    expect((await browser.post('/api/v1/me/totp')).status).toBe(200)
    expect((await browser.get('/api/v1/me', { cookie: `saitaku-session=${former}` })).status).toBe(401)
  })

  it('changes the password and the address, and goes on under a new cookie while all other sessions end', async () => {
    const who = await service.somebody()
    const [browser, other] = [await service.signedIn(who), await service.signedIn(who)]
    const next = 'another horse battery 43'
    expect(await browser.refused(browser.send('PUT', '/api/v1/me/password', { current: 'wrong', next }))).toEqual([422, 'wrongCredentials'])
    const weak = await browser.send<{ errors: { pointer: string }[] }>('PUT', '/api/v1/me/password', { current: PASSWORD, next: 'password1234' })
    expect([weak.status, weak.body.errors.map(({ pointer }) => pointer)]).toEqual([422, ['/next']])
    expect((await browser.send('PUT', '/api/v1/me/password', { current: PASSWORD, next })).status).toBe(200)
    expect([(await browser.get('/api/v1/me')).status, (await other.get('/api/v1/me')).status]).toEqual([200, 401])

    const moved = `moved-${who.email}`
    const { flow } = (await browser.post<{ flow: string }>('/api/v1/me/email', { email: moved })).body
    expect((await browser.post('/api/v1/me/email/confirm', { flow, code: codeIn(await service.mail('emailCode', moved)) })).status).toBe(200)
    expect((await browser.get('/api/v1/me')).body.email).toBe(moved)
    expect((await service.mail('emailChanged', who.email)).text).toContain(moved)
  })

  it('parses every request by its schema, and names each field that cannot be taken', async () => {
    const browser = service.browser()
    const answer = await browser.post<{ code: string; errors: { pointer: string }[] }>('/api/v1/auth/sign-up/complete', { flow: '', code: 5, name: ' ', extra: true })
    expect([answer.status, answer.body.code, answer.body.errors.map(({ pointer }) => pointer)]).toEqual([400, 'badInput', ['/flow', '/code', '/name', '']])
    for (const [path, body] of [['password', []], ['password', { email: 'x', password: 'y'.repeat(1001) }], ['passkey', { flow: 'x', response: { id: '*' } }], ['sign-up', { email: 'a@example.jp', lang: 'fr' }]] as const)
      expect([path, await browser.refused(browser.post(`/api/v1/auth/${path}`, body))]).toEqual([path, [400, 'badInput']])
    expect(await browser.refused(browser.post('/api/v1/auth/sign-up', { email: 'no address' }))).toEqual([422, 'badEmail'])
    for (const flow of ['x', 'A'.repeat(43), 'ﾊﾝｶｸ']) expect(await browser.refused(browser.post('/api/v1/auth/code/confirm', { flow, code: '12345678' }))).toEqual([410, 'expired'])
  })

  it('shows mails of sign-in in the local mailbox, on this machine alone, and nowhere where people come from elsewhere', async () => {
    await service.browser().post('/api/v1/auth/sign-up', { email: 'mailbox@example.jp' })
    await service.elsewhere.mails.deliver(service.elsewhere.localMailbox)
    const get = async (path: string, headers: Record<string, string> = {}, base = service.url): Promise<{ status: number; text: string }> => {
      const answer = await fetch(`${base}${path}`, { headers })
      return { status: answer.status, text: await answer.text() }
    }
    const list = JSON.parse((await get('/api/v1/mailbox/sign-in?limit=1')).text) as { items: { id: string; to: string; kind: string }[] }
    expect(list.items).toMatchObject([{ to: 'mailbox@example.jp', kind: 'signUpCode' }])
    const id = list.items[0]?.id ?? ''
    const mail = JSON.parse((await get(`/api/v1/mailbox/sign-in/${id}`)).text) as { text: string }
    expect(mail.text).toMatch(/^ {4}\d{8}$/m)
    expect((await get('/mailbox')).text).toContain(`<a href="/mailbox/sign-in/${id}">`)
    expect((await get(`/mailbox/sign-in/${id}`)).text).toContain(/^ {4}(\d{8})$/m.exec(mail.text)?.[1])
    const [{ sealed } = { sealed: Buffer.of() }] = await service.database.query<{ sealed: Buffer }>('SELECT sealed FROM identity_mailbox WHERE id = $1', [id])
    expect(sealed.includes('mailbox@example.jp')).toBe(false)

    const paths = ['/api/v1/mailbox/sign-in', `/api/v1/mailbox/sign-in/${id}`, `/mailbox/sign-in/${id}`]
    for (const path of paths) expect((await get(path, { 'x-forwarded-for': '203.0.113.5' })).status).toBe(404)
    const reachable = await Service.start(server, { baseUrl: 'https://apply.example.jp' })
    try {
      for (const path of paths) expect([path, (await get(path, {}, reachable.url)).status]).toEqual([path, 404])
      expect((await get('/mailbox', {}, reachable.url)).text).not.toContain('sign-in')
    } finally {
      await reachable.stop()
    }
  })
})
