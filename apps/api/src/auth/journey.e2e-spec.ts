import type { CallView, CommandResult } from '@saitaku/contracts'
import { publishProgramme, verifyAudit } from '@saitaku/engine'
import { createTestDatabase, toyProgramme, type TestDatabase } from '@saitaku/testkit'
import type { Browser } from '../../test/browser.js'
import { codeIn, PASSWORD, Service, tokenIn } from '../../test/service.js'

describe('from an address to an event of a case, over HTTP alone', () => {
  let server: TestDatabase
  let service: Service

  beforeAll(async () => {
    server = await createTestDatabase()
    service = await Service.start(server)
    const published = await publishProgramme(service.database, toyProgramme)
    if (!published.ok) throw new Error(JSON.stringify(published.problems))
  })
  afterAll(async () => {
    await service.stop()
    await server.close()
  })

  async function signedUp(email: string, name: string): Promise<Browser> {
    const browser = service.browser()
    const { flow } = (await browser.post<{ flow: string }>('/api/v1/auth/sign-up', { email })).body
    const made = await browser.post('/api/v1/auth/sign-up/complete', { flow, code: codeIn(await service.mail('signUpCode', email)), name, password: PASSWORD })
    expect([made.status, made.body.outcome]).toEqual([201, 'signedIn'])
    return browser
  }

  it('leads an administrator, an invited clerk and a resident each to what their role allows, and to nothing beyond', async () => {
    const administrator = service.browser()
    const token = (await service.elsewhere.firstAdministrator.link())?.split('=')[1]
    expect((await administrator.post('/api/v1/auth/first-administrator', { token, email: 'admin@example.jp', name: '管理 太郎', password: PASSWORD })).status).toBe(201)
    expect((await administrator.post('/api/v1/admin/invitations', { email: 'clerk@example.jp', name: '担当 花子', programme: 'toy', role: 'secretariat' })).status).toBe(201)
    const clerk = service.browser()
    expect((await clerk.post('/api/v1/auth/invitation/accept-as-new', { token: tokenIn(await service.mail('invitation', 'clerk@example.jp')), password: PASSWORD })).status).toBe(201)
    const resident = await signedUp('resident@example.jp', '川崎 太郎')

    const newCall = { programme: 'toy', chart: 'call', title: '2026年度の募集', attributes: { closesAt: '2999-03-31T17:00:00+09:00' } }
    expect(await resident.refused(resident.post('/api/v1/calls', newCall))).toEqual([403, 'role'])
    const call = await clerk.post<CallView>('/api/v1/calls', newCall)
    expect(call.status).toBe(201)
    const opened = await clerk.post<CommandResult>(`/api/v1/cases/${call.body.id}/events`, { type: 'open' })
    expect([opened.status, opened.body.states]).toEqual([200, ['accepting']])

    const begun = await resident.post<{ id: string }>(`/api/v1/calls/${call.body.id}/applications`, { title: '緑の教室' })
    expect(begun.status).toBe(201)
    const submit = { type: 'submit', data: { amount: 300_000 } }
    expect(await resident.refused(resident.post(`/api/v1/cases/${begun.body.id}/events`, submit, { 'x-csrf-token': '' }))).toEqual([403, 'forged'])
    expect(await resident.refused(resident.post(`/api/v1/cases/${begun.body.id}/events`, submit, { origin: 'https://evil.example' }))).toEqual([403, 'forged'])
    expect((await resident.post<CommandResult>(`/api/v1/cases/${begun.body.id}/events`, submit)).body).toMatchObject({ moved: true, publicStatus: 'received' })
    expect((await clerk.post<CommandResult>(`/api/v1/cases/${begun.body.id}/events`, { type: 'propose' })).body.states).toEqual(['submitted.proposed'])

    const stranger = await signedUp('stranger@example.jp', '別 花子')
    expect(await stranger.refused(stranger.get(`/api/v1/cases/${begun.body.id}`))).toEqual([404, 'unknownCase'])
    expect((await verifyAudit(service.database)).fault).toBeNull()
  })

  it('ends with the role: whose time is over is refused at the next request, with the session still there', async () => {
    const clerk = await service.somebody({ roles: [['toy', 'secretariat']] })
    const browser = await service.signedIn(clerk)
    const newCall = { programme: 'toy', chart: 'call', title: 'もう一つ', attributes: { closesAt: '2999-03-31T17:00:00+09:00' } }
    expect((await browser.post('/api/v1/calls', newCall)).status).toBe(201)
    await service.database.query(`UPDATE role_period SET ends_at = app_now() WHERE person_id = $1`, [clerk.personId])
    expect(await browser.refused(browser.post('/api/v1/calls', newCall))).toEqual([403, 'role'])
    expect((await browser.get('/api/v1/me')).body.roles).toEqual([])
  })
})
