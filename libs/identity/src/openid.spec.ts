import { jest } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { CLIENT, OpenIdProvider, TWO_FACTORS, type Resident } from '../test/openid-provider.js'
import { aVisit, BASE_URL, codeOf, must, signedIn, Stage, verdict } from '../test/stage.js'
import type { OpenIdAnswer, Visit } from './index.js'

const CALLBACK = `${BASE_URL}/api/v1/auth/openid/callback`

describe('sign-in by an OpenID provider', () => {
  let server: TestDatabase
  let provider: OpenIdProvider
  let stage: Stage

  beforeAll(async () => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined) // the provider says that its keys are for development
    server = await createTestDatabase()
    provider = await OpenIdProvider.start(CALLBACK)
    stage = await Stage.open(server.url, {
      openId: { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, secondFactorAcr: [TWO_FACTORS], acrValues: TWO_FACTORS, allowHttp: true },
    })
  })
  afterAll(async () => {
    await stage.close()
    await provider.stop()
    await server.close()
  })

  const arrive = async (resident: Resident, visit: Visit = aVisit()): Promise<OpenIdAnswer> => {
    provider.resident = resident
    const { flow, url } = must(await stage.identity.openId.begin({ returnTo: '/applications' }, visit))
    return stage.identity.openId.finish({ flow, callbackUrl: await provider.visit(url) }, visit)
  }
  const linked = async (resident: Resident): Promise<{ personId: string; email: string }> => {
    const who = await stage.somebody()
    const { session } = await stage.signIn(who)
    provider.resident = resident
    const { flow, url } = must(await stage.identity.openId.beginLink(session, {}))
    expect(await stage.identity.openId.finish({ flow, callbackUrl: await provider.visit(url) }, aVisit())).toEqual({ ok: true, outcome: 'linked', returnTo: '/' })
    return who
  }

  it('lets in who was linked while signed in, by issuer and subject alone', async () => {
    const who = await linked({ subject: 'linked' })
    const answer = must(await arrive({ subject: 'linked', email: 'somebody.else@example.jp', emailVerified: true }))
    expect(answer.outcome === 'signedIn' && [answer.session.personId, answer.session.methods, answer.session.secondFactor, answer.returnTo]).toEqual([who.personId, ['openId'], false, '/applications'])
    expect((await stage.mail('openIdLinked', who.email)).text).toContain('127.0.0.1')
  })

  it('sends PKCE, a state and a nonce, and nothing secret, in the address', async () => {
    const { url, flow } = must(await stage.identity.openId.begin({}, aVisit()))
    const asked = Object.fromEntries(new URL(url).searchParams)
    expect(Object.keys(asked).sort()).toEqual(['acr_values', 'client_id', 'code_challenge', 'code_challenge_method', 'nonce', 'redirect_uri', 'response_type', 'scope', 'state'])
    expect([asked.code_challenge_method, asked.redirect_uri, url.includes(flow)]).toEqual(['S256', CALLBACK, false])
  })

  it('makes an account for somebody new whose address the provider has verified', async () => {
    const first = must(await arrive({ subject: 'new', email: 'New.Person@example.jp', emailVerified: true, name: '新規 太郎' }))
    const again = must(await arrive({ subject: 'new', email: 'changed@example.jp', emailVerified: true }))
    expect([first.outcome, again.outcome]).toEqual(['signedIn', 'signedIn'])
    const profile = again.outcome === 'signedIn' ? await stage.identity.profile.read(again.session) : undefined
    expect([profile?.name, profile?.email, first.outcome === 'signedIn' && first.session.personId]).toEqual(['新規 太郎', 'New.Person@example.jp', profile?.personId])
  })

  it('never opens an account by its address, verified or not, nor makes one without a verified address', async () => {
    const who = await stage.somebody()
    expect(verdict(await arrive({ subject: 'same address', email: who.email, emailVerified: true }))).toBe('openIdUnlinked')
    expect(verdict(await arrive({ subject: 'same address in capitals', email: who.email.toUpperCase(), emailVerified: true }))).toBe('openIdUnlinked')
    expect(verdict(await arrive({ subject: 'unverified', email: 'unverified@example.jp', emailVerified: false }))).toBe('openIdUnlinked')
    expect(verdict(await arrive({ subject: 'without address' }))).toBe('openIdUnlinked')
    expect(await stage.database.query('SELECT 1 FROM openid_link WHERE person_id = $1', [who.personId])).toEqual([])
  })

  it('asks for the second factor that is set, unless the provider says it had one', async () => {
    const who = await linked({ subject: 'careful' })
    const { secret } = await stage.withTotp(who)
    const half = must(await arrive({ subject: 'careful' }))
    expect(half.outcome).toBe('secondFactor')
    expect(verdict(await arrive({ subject: 'careful', acr: 'something else' }))).toBe('secondFactor')
    const whole = must(await arrive({ subject: 'careful', acr: TWO_FACTORS }))
    expect(whole.outcome === 'signedIn' && whole.session.secondFactor).toBe(true)
    const { session } = signedIn(await stage.identity.signIn.withTotp({ flow: half.outcome === 'secondFactor' ? half.flow : '', code: await codeOf(secret) }, aVisit()))
    expect(session.methods).toEqual(['openId', 'totp'])
  })

  it('passes once, in the browser that began it, with the state it was given', async () => {
    await linked({ subject: 'once' })
    const visit = aVisit()
    const { flow, url } = must(await stage.identity.openId.begin({}, visit))
    const other = must(await stage.identity.openId.begin({}, aVisit()))
    const callbackUrl = await provider.visit(url)
    const finish = async (given: { flow: string; callbackUrl: string }): Promise<string> => verdict(await stage.identity.openId.finish(given, visit))
    expect(await finish({ flow: other.flow, callbackUrl })).toBe('openIdRefused')
    expect(await finish({ flow: 'A'.repeat(43), callbackUrl })).toBe('expired')
    expect(await finish({ flow, callbackUrl })).toBe('signedIn')
    expect(await finish({ flow, callbackUrl })).toBe('expired')
  })

  it.each(['?error=access_denied&state=STATE', '?code=invented&state=STATE', '?code=x&state=wrong', '', '?state=STATE', '?code=a&code=b&state=STATE'])('refuses to go on with %j', async (search) => {
    const { flow, url } = must(await stage.identity.openId.begin({}, aVisit()))
    const callbackUrl = `${CALLBACK}${search.replace('STATE', new URL(url).searchParams.get('state') ?? '')}`
    expect(verdict(await stage.identity.openId.finish({ flow, callbackUrl }, aVisit()))).toBe('openIdRefused')
  })

  it('proves anew who somebody is, and the session goes on under a new token', async () => {
    await linked({ subject: 'step up' })
    const before = must(await arrive({ subject: 'step up' }))
    if (before.outcome !== 'signedIn') throw new Error(before.outcome)
    await stage.pass(700)
    provider.resident = { subject: 'step up' }
    const visit = aVisit({ token: before.token })
    const { flow, url } = must(await stage.identity.openId.begin({ again: true }, visit))
    expect([new URL(url).searchParams.get('prompt'), new URL(url).searchParams.get('max_age')]).toEqual(['login', '0'])
    const after = must(await stage.identity.openId.finish({ flow, callbackUrl: await provider.visit(url) }, visit))
    expect(after.outcome === 'signedIn' && after.session.sessionId).toBe(before.session.sessionId)
    expect(verdict(await stage.identity.totp.begin(before.session))).toBe('ok')
  })

  it('links an account of the provider to one account here, and unlinks it', async () => {
    const who = await linked({ subject: 'contested' })
    const other = await stage.signIn(await stage.somebody())
    provider.resident = { subject: 'contested' }
    const { flow, url } = must(await stage.identity.openId.beginLink(other.session, {}))
    expect(verdict(await stage.identity.openId.finish({ flow, callbackUrl: await provider.visit(url) }, aVisit()))).toBe('openIdTaken')
    const { session } = await stage.signIn(who)
    expect((await stage.identity.openId.links(session)).map(({ subject }) => subject)).toEqual(['contested'])
    must(await stage.identity.openId.unlink(session, { issuer: provider.issuer, subject: 'contested' }))
    expect(verdict(await arrive({ subject: 'contested' }))).toBe('openIdUnlinked')
  })

  it.each(['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)', '/a\nb'])('never sends anybody on to %j', async (returnTo) => {
    await stage.database.query(`DELETE FROM openid_link WHERE subject = 'onward'`)
    await linked({ subject: 'onward' })
    provider.resident = { subject: 'onward' }
    const { flow, url } = must(await stage.identity.openId.begin({ returnTo }, aVisit()))
    expect(must(await stage.identity.openId.finish({ flow, callbackUrl: await provider.visit(url) }, aVisit())).returnTo).toBe('/')
  })

  it('says that the provider is away, at the beginning and at the end', async () => {
    const away = await OpenIdProvider.start(CALLBACK)
    const waiting = await Stage.open(server.url, { openId: { issuer: away.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, allowHttp: true } })
    const begun = must(await waiting.identity.openId.begin({}, aVisit()))
    const callbackUrl = await away.visit(begun.url)
    await away.stop()
    expect(verdict(await waiting.identity.openId.finish({ flow: begun.flow, callbackUrl }, aVisit()))).toBe('openIdUnavailable')
    const nowhere = await Stage.open(server.url, { openId: { issuer: away.issuer, clientId: CLIENT.id, allowHttp: true } })
    expect(verdict(await nowhere.identity.openId.begin({}, aVisit()))).toBe('openIdUnavailable')
    await waiting.close()
    await nowhere.close()
  })

  it('is refused where no provider is configured', async () => {
    const without = await Stage.open(server.url)
    expect([without.identity.openId.configured, verdict(await without.identity.openId.begin({}, aVisit()))]).toEqual([false, 'openIdUnavailable'])
    await without.close()
  })
})
