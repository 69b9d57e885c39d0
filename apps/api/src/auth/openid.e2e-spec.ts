import { jest } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { CLIENT, OpenIdProvider, TWO_FACTORS, type Resident } from '../../../../libs/identity/test/openid-provider.js'
import type { Browser, Reply } from '../../test/browser.js'
import { Service } from '../../test/service.js'

const BASE_URL = 'http://localhost:3000'

describe('sign-in at an OpenID provider over HTTP', () => {
  let server: TestDatabase
  let provider: OpenIdProvider
  let service: Service

  beforeAll(async () => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined) // the provider says that its keys are for development
    server = await createTestDatabase()
    provider = await OpenIdProvider.start(`${BASE_URL}/api/v1/auth/openid/callback`)
    service = await Service.start(server, { openId: { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, secondFactorAcr: [TWO_FACTORS], acrValues: TWO_FACTORS, allowHttp: true } })
  })
  afterAll(async () => {
    await service.stop()
    await provider.stop()
    await server.close()
  })

  /** To the provider and back: where the browser is led to in the end, and the way back that it took. */
  async function travel(browser: Browser, resident: Resident, url: string): Promise<Reply & { back: string; to: string | null }> {
    provider.resident = resident
    const back = (await provider.visit(url)).replace(BASE_URL, '')
    const answer = await browser.get(back, { 'sec-fetch-site': 'cross-site' })
    return { ...answer, back, to: answer.headers.get('location') }
  }
  async function arrive(browser: Browser, resident: Resident, body: object = { returnTo: '/applications' }): ReturnType<typeof travel> {
    const begun = await browser.post<{ url: string }>('/api/v1/auth/openid', body)
    expect(begun.status).toBe(200)
    return travel(browser, resident, begun.body.url)
  }

  it('is offered where a provider is configured', async () => {
    expect((await service.browser().get('/api/v1/auth/session')).body.openId).toBe(true)
  })

  it('makes an account for somebody new with an address that the provider has verified, and leads on signed in', async () => {
    const browser = service.browser()
    const arrived = await arrive(browser, { subject: 'new', email: 'new@example.jp', emailVerified: true, name: '新規 太郎' })
    expect([arrived.status, arrived.to, [...browser.cookies.keys()], arrived.headers.get('cache-control')]).toEqual([303, '/applications', ['saitaku-session'], 'no-store'])
    expect((await browser.get('/api/v1/me')).body).toMatchObject({ name: '新規 太郎', email: 'new@example.jp', hasPassword: false, session: { methods: ['openId'], secondFactor: false } })
    expect((await browser.get<{ items: object[] }>('/api/v1/me/openid-links')).body.items).toMatchObject([{ issuer: provider.issuer, subject: 'new' }])
  })

  it('keeps the journey in a cookie of its own, and a way back serves once and in that browser alone', async () => {
    const browser = service.browser()
    const begun = await browser.post<{ url: string }>('/api/v1/auth/openid')
    expect(browser.cookies.get('saitaku-openid')?.attributes).toMatch(/^Max-Age=(899|900); Path=\/; HttpOnly; SameSite=Lax$/)
    provider.resident = { subject: 'once', email: 'once@example.jp', emailVerified: true }
    const back = (await provider.visit(begun.body.url)).replace(BASE_URL, '')
    const other = service.browser()
    expect((await other.get(back)).headers.get('location')).toBe('/sign-in#problem=expired')
    expect((await browser.get(back)).headers.get('location')).toBe('/')
    expect((await browser.get(back)).headers.get('location')).toBe('/sign-in#problem=expired')
    expect(other.cookies.size).toBe(0)
  })

  it('never opens an account that exists by an address alone: its owner links the provider while signed in', async () => {
    const who = await service.somebody()
    const stranger = service.browser()
    expect((await arrive(stranger, { subject: 'linked', email: who.email, emailVerified: true })).to).toBe('/sign-in#problem=openIdUnlinked')
    expect(stranger.cookies.size).toBe(0)

    const owner = await service.signedIn(who)
    const begun = await owner.post<{ url: string }>('/api/v1/me/openid-links', { returnTo: '/settings' })
    expect((await travel(owner, { subject: 'linked' }, begun.body.url)).to).toBe('/settings')
    await arrive(stranger, { subject: 'linked' })
    expect((await stranger.get('/api/v1/me')).body.personId).toBe(who.personId)
    const query = new URLSearchParams({ issuer: provider.issuer, subject: 'linked' }).toString()
    expect((await owner.send('DELETE', `/api/v1/me/openid-links?${query}`)).status).toBe(204)
    expect(await owner.refused(owner.send('DELETE', `/api/v1/me/openid-links?${query}`))).toEqual([404, 'unknownEntry'])
    expect((await arrive(service.browser(), { subject: 'linked' })).to).toBe('/sign-in#problem=openIdUnlinked')
  })

  it('still asks for the second factor that is set, unless the provider has seen two', async () => {
    const who = await service.somebody()
    const owner = await service.signedIn(who)
    const begun = await owner.post<{ url: string }>('/api/v1/me/openid-links')
    await travel(owner, { subject: 'guarded' }, begun.body.url)
    await service.database.query(`INSERT INTO totp_factor (person_id, sealed_secret, confirmed_at) VALUES ($1, '\\x00', now())`, [who.personId])
    const browser = service.browser()
    const { to } = await arrive(browser, { subject: 'guarded' })
    const fragment = new URLSearchParams(to?.replace('/sign-in#', ''))
    expect([fragment.get('methods'), fragment.get('returnTo'), fragment.get('flow')?.length, browser.cookies.size]).toEqual(['totp', '/applications', 43, 0])
    expect(await browser.refused(browser.post('/api/v1/auth/second-factor/recovery-code', { flow: fragment.get('flow'), code: 'wrong' }))).toEqual([422, 'wrongCode'])
    expect((await arrive(browser, { subject: 'guarded', acr: TWO_FACTORS })).to).toBe('/applications')
    expect((await browser.get('/api/v1/me')).body.session).toMatchObject({ methods: ['openId'], secondFactor: true })
  })

  it('sends nobody to another site, whatever the address says', async () => {
    for (const returnTo of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])
      expect([returnTo, (await arrive(service.browser(), { subject: 'new' }, { returnTo })).to]).toEqual([returnTo, '/'])
  })

  it('leads back to the sign-in page with what was wrong when the answer was tampered with or the provider refuses', async () => {
    const browser = service.browser()
    await browser.post<{ url: string }>('/api/v1/auth/openid')
    const forged = await browser.get('/api/v1/auth/openid/callback?code=forged&state=forged')
    expect([forged.status, forged.headers.get('location')]).toEqual([303, '/sign-in#problem=openIdRefused'])
    await browser.post<{ url: string }>('/api/v1/auth/openid')
    const denied = await browser.get('/api/v1/auth/openid/callback?error=access_denied')
    expect(denied.headers.get('location')).toBe('/sign-in#problem=openIdRefused')
  })

  it('answers 503 with when to come again where the provider is away, or none is configured', async () => {
    for (const openId of [undefined, { issuer: 'http://127.0.0.1:1', clientId: CLIENT.id, allowHttp: true }]) {
      const without = await Service.start(server, openId ? { openId } : {})
      try {
        const answer = await without.browser().post('/api/v1/auth/openid')
        expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'openIdUnavailable', '30'])
      } finally {
        await without.stop()
      }
    }
  })
})
