import { randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import type { Browser } from '../../test/browser.js'
import { PASSWORD, Service, tokenIn, type Somebody } from '../../test/service.js'

describe('the administration of people over HTTP', () => {
  let server: TestDatabase
  let service: Service
  let administrator: Somebody
  let browser: Browser

  beforeAll(async () => {
    server = await createTestDatabase()
    service = await Service.start(server)
    await service.database.query(
      `INSERT INTO programme_version (programme, number, hash, definition, files) VALUES ('small-grant', 1, 'x', $1, '{}')`,
      [JSON.stringify({ title: { ja: '小さな補助金', en: 'Small grant' }, roles: { applicant: { ja: '申請者', en: 'Applicant' }, secretariat: { ja: '事務局', en: 'Secretariat' }, head: { ja: '課長', en: 'Head' } } })],
    )
    const link = await service.elsewhere.firstAdministrator.link()
    expect(link).toMatch(/^http:\/\/localhost:3000\/first-administrator#token=[\w-]{43}$/)
    const token = link?.split('=')[1]
    browser = service.browser()
    expect((await browser.post('/api/v1/auth/first-administrator/check', { token })).body).toEqual({ usable: true })
    administrator = { email: 'admin@example.jp', personId: '' }
    const made = await browser.post<{ session: { personId: string } }>('/api/v1/auth/first-administrator', { token, email: administrator.email, name: '管理 太郎', password: PASSWORD })
    expect(made.status).toBe(201)
    administrator.personId = made.body.session.personId
    expect(await browser.refused(service.browser().post('/api/v1/auth/first-administrator', { token, email: 'b@example.jp', name: '別 太郎', password: PASSWORD }))).toEqual([410, 'expired'])
  })
  afterAll(async () => {
    await service.stop()
    await server.close()
  })

  const rolesOf = async (of: Browser): Promise<unknown> => (await of.get('/api/v1/me')).body.roles

  it('is for administrators alone, and no route of it answers anybody else', async () => {
    const other = await service.signedIn(await service.somebody({ roles: [['small-grant', 'secretariat']] }))
    const id = randomUUID()
    const pair = { from: id, to: randomUUID() }
    const routes: [string, string, unknown?][] = [
      ['GET', 'people'], ['POST', 'people', { name: 'x', email: 'x@example.jp' }], ['POST', `people/${id}/recover`, { reason: 'x', removeSecondFactors: true }], ['POST', `people/${id}/disable`, { reason: 'x' }],
      ['POST', `people/${id}/enable`], ['POST', `people/${id}/unlock`], ['POST', `people/${id}/end-sessions`], ['GET', 'invitations'], ['DELETE', 'invitations/x'], ['GET', 'identity-events'],
      ['POST', 'invitations', { email: 'x@example.jp', name: 'x', programme: 'small-grant', role: 'head' }], ['GET', 'roles?programme=small-grant'], ['POST', 'roles', { personId: id, programme: 'small-grant', role: 'head' }],
      ['POST', `roles/${id}/end`, {}], ['GET', 'hand-overs'], ['POST', 'hand-overs/preview', { at: '2026-04-01T00:00:00+09:00', pairs: [pair] }], ['POST', `hand-overs/${id}/undo`],
      ['POST', 'hand-overs', { at: '2026-04-01T00:00:00+09:00', pairs: [pair], digest: 'x' }], ['GET', `substitutes?personId=${id}`],
      ['POST', 'substitutes', { absentId: id, substituteId: randomUUID(), endsAt: '2030-01-01T00:00:00+09:00' }], ['DELETE', `substitutes/${id}`],
    ]
    for (const [method, path, body] of routes) {
      expect([path, await other.refused(other.send(method, `/api/v1/admin/${path}`, body))]).toEqual([path, [403, 'notAllowed']])
      const nobody = service.browser()
      expect([path, await nobody.refused(nobody.send(method, `/api/v1/admin/${path}`, body))]).toEqual([path, [401, 'unauthenticated']])
    }
  })

  it('invites somebody to a role, who makes an account by the mail’s link and holds it', async () => {
    const asked = { email: 'invited@example.jp', name: '招待 花子', programme: 'small-grant', role: 'secretariat' }
    expect(await browser.refused(browser.post('/api/v1/admin/invitations', { ...asked, role: 'nothing' }))).toEqual([422, 'unknownRole'])
    expect(await browser.refused(browser.post('/api/v1/admin/invitations', { ...asked, role: 'applicant' }))).toEqual([422, 'unknownRole'])
    const invited = await browser.post<{ id: string }>('/api/v1/admin/invitations', asked)
    expect(invited.status).toBe(201)
    expect((await browser.get<{ items: object[] }>('/api/v1/admin/invitations')).body.items).toMatchObject([{ id: invited.body.id, email: 'invited@example.jp' }])
    const mail = await service.mail('invitation', 'invited@example.jp')
    expect(mail.text).toContain('「小さな補助金 事務局」としてのご招待')
    const token = tokenIn(mail)
    const guest = service.browser()
    expect((await guest.post('/api/v1/auth/invitation', { token })).body).toEqual({ name: '招待 花子', email: 'invited@example.jp', programme: 'small-grant', role: 'secretariat', label: '小さな補助金 事務局', hasAccount: false })
    expect((await guest.post('/api/v1/auth/invitation/accept-as-new', { token, password: PASSWORD })).status).toBe(201)
    expect(await rolesOf(guest)).toMatchObject([{ programme: 'small-grant', role: 'secretariat' }])
    expect(await guest.refused(guest.post('/api/v1/auth/invitation', { token }))).toEqual([410, 'expired'])

    const again = await browser.post('/api/v1/admin/invitations', { ...asked, role: 'head' })
    expect(again.status).toBe(201)
    const second = tokenIn(await service.mail('invitation', 'invited@example.jp'))
    expect(await guest.refused(service.browser().post('/api/v1/auth/invitation/accept-as-new', { token: second, password: PASSWORD }))).toEqual([409, 'signInToAccept'])
    expect(await guest.refused(browser.post('/api/v1/auth/invitation/accept', { token: second }))).toEqual([422, 'otherPerson'])
    expect((await guest.post('/api/v1/auth/invitation/accept', { token: second })).status).toBe(204)
    expect(await rolesOf(guest)).toMatchObject([{ role: 'head' }, { role: 'secretariat' }])
  })

  it('grants and ends roles with dates, of which one that is over opens nothing', async () => {
    const clerk = await service.somebody()
    const theirs = await service.signedIn(clerk)
    const future = { personId: clerk.personId, programme: 'small-grant', role: 'head', startsAt: '2999-04-01T00:00:00+09:00' }
    expect((await browser.post('/api/v1/admin/roles', future)).status).toBe(201)
    expect(await rolesOf(theirs)).toEqual([])
    const now = await browser.post<{ id: string }>('/api/v1/admin/roles', { personId: clerk.personId, programme: 'small-grant', role: 'secretariat' })
    expect(await rolesOf(theirs)).toMatchObject([{ role: 'secretariat', until: null }])
    expect((await browser.post(`/api/v1/admin/roles/${now.body.id}/end`, {})).status).toBe(204)
    expect(await rolesOf(theirs)).toEqual([])
    expect(await browser.refused(browser.post(`/api/v1/admin/roles/${now.body.id}/end`, {}))).toEqual([404, 'unknownEntry'])
    const backwards = { ...future, startsAt: '2026-04-01T00:00:00+09:00', endsAt: '2026-03-01T00:00:00+09:00' }
    const bad = await browser.post<{ code: string; errors: { pointer: string }[] }>('/api/v1/admin/roles', backwards)
    expect([bad.status, bad.body.code, bad.body.errors.map(({ pointer }) => pointer)]).toEqual([422, 'badPeriod', ['/endsAt']])
    const { items } = (await browser.get<{ items: { role: string; startsAt: string | null }[] }>(`/api/v1/admin/roles?personId=${clerk.personId}`)).body
    expect(items.map(({ role }) => role)).toEqual(['secretariat', 'head'])
    expect(await browser.refused(browser.get('/api/v1/admin/roles'))).toEqual([400, 'badInput'])
  })

  it('hands roles over as previewed, refuses a plan that has changed, and takes it back', async () => {
    const [former, next] = [await service.somebody({ roles: [['small-grant', 'secretariat']] }), await service.somebody()]
    const rotation = { at: new Date(Date.now() + 60_000).toISOString(), pairs: [{ from: former.personId, to: next.personId }] }
    const preview = await browser.post<{ digest: string; steps: object[] }>('/api/v1/admin/hand-overs/preview', rotation)
    expect([preview.status, preview.body.steps]).toMatchObject([200, [{ from: former.personId, to: next.personId, programme: 'small-grant', role: 'secretariat', successor: 'gets' }]])
    expect(await browser.refused(browser.post('/api/v1/admin/hand-overs', { ...rotation, digest: 'another' }))).toEqual([409, 'planChanged'])
    const applied = await browser.post<{ id: string }>('/api/v1/admin/hand-overs', { ...rotation, digest: preview.body.digest })
    expect(applied.status).toBe(201)
    expect((await browser.get<{ items: object[] }>('/api/v1/admin/hand-overs')).body.items).toMatchObject([{ id: applied.body.id, roles: 1, undoneAt: null }])
    expect((await browser.post(`/api/v1/admin/hand-overs/${applied.body.id}/undo`)).status).toBe(204)
    expect(await browser.refused(browser.post(`/api/v1/admin/hand-overs/${applied.body.id}/undo`))).toEqual([404, 'unknownEntry'])
  })

  it('names a substitute, who holds the role until the day, and whom both can see', async () => {
    const [absent, substitute] = [await service.somebody({ roles: [['small-grant', 'head']] }), await service.somebody()]
    const theirs = await service.signedIn(substitute)
    const named = await browser.post<{ id: string }>('/api/v1/admin/substitutes', { absentId: absent.personId, substituteId: substitute.personId, endsAt: '2999-01-01T00:00:00+09:00' })
    expect(named.status).toBe(201)
    expect(await rolesOf(theirs)).toMatchObject([{ role: 'head', actingFor: absent.personId, until: '2999-01-01T00:00:00+09:00' }])
    for (const either of [theirs, await service.signedIn(absent)]) expect((await either.get<{ items: object[] }>('/api/v1/me/substitutes')).body.items).toMatchObject([{ id: named.body.id, absentId: absent.personId }])
    expect((await browser.send('DELETE', `/api/v1/admin/substitutes/${named.body.id}`)).status).toBe(204)
    expect(await rolesOf(theirs)).toEqual([])
  })

  it('recovers an account with a reason that goes into the record, and the person alone gets the link', async () => {
    const who = await service.somebody()
    const theirs = await service.signedIn(who)
    expect(await browser.refused(browser.post(`/api/v1/admin/people/${administrator.personId}/recover`, { reason: '紛失', removeSecondFactors: true }))).toEqual([422, 'notOneself'])
    const done = await browser.post(`/api/v1/admin/people/${who.personId}/recover`, { reason: '電話で本人確認済み', removeSecondFactors: true, newEmail: `new-${who.email}` })
    expect([done.status, (await theirs.get('/api/v1/me')).status]).toEqual([204, 401])
    const mail = await service.mail('accountRecovered', `new-${who.email}`)
    expect((await theirs.post('/api/v1/auth/password-reset/complete', { token: tokenIn(mail), password: PASSWORD })).status).toBe(204)
    const { items } = (await browser.get<{ items: { kind: string; actorId: string; data: object }[] }>(`/api/v1/admin/identity-events?personId=${who.personId}`)).body
    expect(items.find(({ kind }) => kind === 'accountRecovered')).toMatchObject({ actorId: administrator.personId, data: { reason: '電話で本人確認済み', from: who.email, to: `new-${who.email}` } })
  })

  it('closes an account at once and opens it again, but never the last administrator’s', async () => {
    const who = await service.somebody({ name: '停止 される人' })
    const theirs = await service.signedIn(who)
    expect((await browser.post(`/api/v1/admin/people/${who.personId}/disable`, { reason: '退職' })).status).toBe(204)
    expect((await theirs.get('/api/v1/me')).status).toBe(401)
    expect(await theirs.refused(theirs.post('/api/v1/auth/password', { email: who.email, password: PASSWORD }))).toEqual([403, 'accountDisabled'])
    const found = await browser.get<{ items: object[]; next: string | null }>('/api/v1/admin/people?search=' + encodeURIComponent('停止'))
    expect(found.body).toMatchObject({ items: [{ personId: who.personId, disabled: true, hasPassword: true, sessions: 0 }], next: null })
    expect((await browser.post(`/api/v1/admin/people/${who.personId}/enable`)).status).toBe(204)
    expect((await service.signedIn(who)).cookies.size).toBe(1)
    const [{ id } = { id: '' }] = (await browser.get<{ items: { id: string; role: string }[] }>(`/api/v1/admin/roles?personId=${administrator.personId}`)).body.items
    expect(await browser.refused(browser.post(`/api/v1/admin/roles/${id}/end`, {}))).toEqual([409, 'lastAdministrator'])
    for (const [path, code] of [['people/x/enable', 'notFound'], [`people/${randomUUID()}/enable`, 'unknownPerson']]) expect(await browser.refused(browser.post(`/api/v1/admin/${path}`))).toEqual([404, code])
  })

  it('pages people by key', async () => {
    const seen: string[] = []
    for (let next: string | null = ''; next !== null;) {
      const page: { items: { personId: string }[]; next: string | null } = (await browser.get<{ items: { personId: string }[]; next: string | null }>(`/api/v1/admin/people?limit=2${next === '' ? '' : `&after=${next}`}`)).body
      seen.push(...page.items.map(({ personId }) => personId))
      next = page.next
    }
    const [{ n } = { n: 0 }] = await service.database.query<{ n: number }>('SELECT count(*)::int AS n FROM account')
    expect([seen.length, new Set(seen).size]).toEqual([n, n])
  })
})
