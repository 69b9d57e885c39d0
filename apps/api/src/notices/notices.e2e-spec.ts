import { randomUUID } from 'node:crypto'
import { caseNotice, caseNoticePage, inboxPage, noticePreferences } from '@saitaku/contracts'
import { setClock } from '@saitaku/database'
import { Engine, publishProgramme, Registry, type Answer } from '@saitaku/engine'
import { registerNotices, type RegisteredNotices } from '@saitaku/notices'
import { createTestDatabase, toyProgramme, type TestDatabase } from '@saitaku/testkit'
import type { z } from 'zod'
import type { Browser, Reply } from '../../test/browser.js'
import { Service, type Somebody } from '../../test/service.js'

const programme = {
  ...toyProgramme,
  'programme.yaml': (toyProgramme['programme.yaml'] ?? '').replace('    childOf: call\n', '    childOf: call\n    form: application\n'),
  'form.yaml': `
forms:
  application:
    title: { ja: 申請書, en: Application }
    sections:
      - id: contact
        title: { ja: 連絡先, en: Contact }
        fields:
          - { id: contactName, kind: text, required: false, label: { ja: 担当者, en: Contact } }
          - { id: contactPhone, kind: text, required: false, label: { ja: 電話番号, en: Telephone } }
`,
}
const BOUNCED_AT = '2023-06-02T07:30:00+09:00'

type InboxPage = z.output<typeof inboxPage>
type CasePage = z.output<typeof caseNoticePage>
type Preferences = z.output<typeof noticePreferences>

describe('notices over HTTP', () => {
  let server: TestDatabase
  let service: Service
  let engine: Engine
  let notices: RegisteredNotices
  let people: Record<'taro' | 'mary' | 'clerk' | 'colleague' | 'stranger', Somebody>
  let browsers: Record<'taro' | 'mary' | 'clerk' | 'colleague' | 'stranger', Browser>
  let id = ''

  beforeAll(async () => {
    server = await createTestDatabase()
    service = await Service.start(server)
    await setClock(service.database, new Date('2023-06-01T00:00:00Z'))
    const secretariat = [['toy', 'secretariat']] as [string, string][]
    people = {
      taro: await service.somebody({ name: '川崎 太郎' }), mary: await service.somebody({ name: 'Mary' }), stranger: await service.somebody(),
      clerk: await service.somebody({ name: '担当 花子', roles: secretariat }), colleague: await service.somebody({ name: '同僚 次郎', roles: secretariat }),
    }
    browsers = Object.fromEntries(await Promise.all(Object.entries(people).map(async ([name, who]) => [name, await service.signedIn(who)] as const))) as typeof browsers
    const published = await publishProgramme(service.database, programme)
    if (!published.ok) throw new Error(JSON.stringify(published.problems))
    const registry = new Registry()
    notices = registerNotices(registry, { database: service.database, baseUrl: 'http://localhost:3000', officeName: '事務局' })
    engine = new Engine(service.database, registry)
    id = await submitted()
  })
  afterAll(async () => {
    notices.close()
    await service.stop()
    await server.close()
  })

  const caseOf = (answer: Answer): string => {
    if (!answer.ok) throw new Error(`${answer.refused.code}: ${answer.refused.reason.en}`)
    return answer.caseId
  }
  async function submitted(): Promise<string> {
    const clerk = { id: people.clerk.personId, roles: ['secretariat'] }
    const applicant = { id: people.taro.personId, roles: [] }
    const call = caseOf(await engine.create({ programme: 'toy', chart: 'call', attributes: { closesAt: '2023-06-23T08:00:00.000Z' }, actor: clerk }))
    caseOf(await engine.dispatch({ caseId: call, type: 'open', actor: clerk }))
    const organisationId = randomUUID()
    await service.database.query(`INSERT INTO organisation (id, name) VALUES ($1, '高田')`, [organisationId])
    const made = caseOf(await engine.create({ programme: 'toy', chart: 'application', parentId: call, organisationId, title: '緑の教室', parties: [[people.taro.personId, 'applicant'], [people.mary.personId, 'applicant']], actor: applicant }))
    const form = await browsers.taro.send('PATCH', `/api/v1/applications/${made}/form`, { contactName: '川崎', contactPhone: '044-200-0000' })
    expect(form.status).toBe(200)
    caseOf(await engine.dispatch({ caseId: made, type: 'submit', data: { amount: 1 }, actor: applicant }))
    await work(made)
    return made
  }
  /** What a worker would do. */
  async function work(caseId: string): Promise<void> {
    const rows = await service.database.query<{ id: string }>(`SELECT o.id FROM outbox o LEFT JOIN effect_outcome e ON e.outbox_id = o.id WHERE o.case_id = $1 AND o.topic = 'notify' AND e.state IS NULL ORDER BY o.id`, [caseId])
    for (const row of rows) await engine.performEffect(row.id)
  }
  async function note(): Promise<void> {
    caseOf(await engine.dispatch({ caseId: id, type: 'note', actor: { id: people.clerk.personId, roles: ['secretariat'] } }))
    await work(id)
  }
  const inbox = async (browser: Browser, query = ''): Promise<InboxPage> => (await browser.get<InboxPage>(`/api/v1/me/notices${query}`)).body
  const record = (browser: Browser): Promise<Reply<CasePage>> => browser.get<CasePage>(`/api/v1/cases/${id}/notices`)

  it('are in the inbox of those whom they are for, and of nobody else', async () => {
    const taros = await inbox(browsers.taro)
    expect(inboxPage.strict().safeParse(taros).error).toBeUndefined()
    expect(taros).toMatchObject({ unread: 1, next: null, items: [{ kind: 'letter', subject: '受け付けました', caseId: id, programme: 'toy', caseTitle: '緑の教室', readAt: null, sentAt: expect.stringMatching(/^2023-06-01T09:0.*\+09:00$/) as string }] })
    const mine = taros.items[0]?.id ?? ''
    expect((await browsers.taro.get(`/api/v1/me/notices/${mine}`)).body).toMatchObject({ id: mine, text: expect.stringMatching(/^R5-0001を受け付けました。\n$/) as string })
    expect(await browsers.stranger.refused(browsers.stranger.get(`/api/v1/me/notices/${mine}`))).toEqual([404, 'notFound'])
    expect(await inbox(browsers.stranger)).toEqual({ items: [], next: null, unread: 0 })
    const nobody = service.browser()
    for (const path of ['me/notices', `me/notices/${mine}`, 'me/notice-preferences', `cases/${id}/notices`]) expect([path, await nobody.refused(nobody.get(`/api/v1/${path}`))]).toEqual([path, [401, 'unauthenticated']])
  })

  it('count as unread until they are read, one by one or all until one', async () => {
    await note()
    await note()
    const [newest, older] = (await inbox(browsers.colleague)).items
    expect((await browsers.colleague.post(`/api/v1/me/notices/${older?.id}/read`)).body).toEqual({ unread: 1 })
    expect((await inbox(browsers.colleague, '?unread=true')).items.map((item) => item.id)).toEqual([newest?.id])
    expect((await browsers.stranger.post(`/api/v1/me/notices/${newest?.id}/read`)).body).toEqual({ unread: 0 })
    expect((await inbox(browsers.colleague)).unread).toBe(1)
    expect((await browsers.colleague.post('/api/v1/me/notices/read', { upTo: newest?.id })).body).toEqual({ unread: 0 })
    const first = await inbox(browsers.colleague, '?limit=1')
    expect((await inbox(browsers.colleague, `?limit=1&after=${first.next}`)).items.map((item) => item.id)).toEqual([older?.id])
    expect(await browsers.colleague.refused(browsers.colleague.post('/api/v1/me/notices/read', { upTo: 'x' }))).toEqual([400, 'badInput'])
  })

  it('are not mailed to those who did it themselves, and the office sees what went to whom and how', async () => {
    const { status, body } = await record(browsers.clerk)
    expect([status, caseNoticePage.strict().safeParse(body).error]).toEqual([200, undefined])
    const told = body.items.filter(({ template }) => template === 'noted').map(({ name, kind, delivery }) => [name, kind, delivery])
    expect(told).toEqual(expect.arrayContaining([['担当 花子', 'ownAct', 'inboxOnly'], ['同僚 次郎', 'task', 'mailed']]))
    expect(body).toMatchObject({ next: null, pending: [], unreached: [] })
    const one = await browsers.clerk.get(`/api/v1/cases/${id}/notices/${body.items[0]?.id}`)
    expect([one.status, one.body.text]).toEqual([200, 'お知らせします。\n'])
    expect(caseNotice.safeParse(one.body).error).toBeUndefined()
  })

  it('are on record for the office alone: to applicants it says so, to others the case is not there', async () => {
    for (const path of [`cases/${id}/notices`, `cases/${id}/notices/1`]) {
      expect(await browsers.taro.refused(browsers.taro.get(`/api/v1/${path}`))).toEqual([403, 'role'])
      expect(await browsers.stranger.refused(browsers.stranger.get(`/api/v1/${path}`))).toEqual([404, 'unknownCase'])
    }
    expect(await browsers.clerk.refused(browsers.clerk.get(`/api/v1/cases/${id}/notices/999999`))).toEqual([404, 'notFound'])
  })

  it('show what has not gone out yet, and why', async () => {
    caseOf(await engine.dispatch({ caseId: id, type: 'note', actor: { id: people.colleague.personId, roles: ['secretariat'] } }))
    const [row] = await service.database.query<{ id: string }>(`SELECT max(id) AS id FROM outbox WHERE topic = 'notify'`)
    expect((await record(browsers.clerk)).body.pending).toEqual([{ template: 'noted', at: expect.stringMatching(/^2023-06-01T09:0.*\+09:00$/) as string, state: 'waiting', attempts: 0, error: null }])
    await engine.buryEffect(row?.id ?? '', 'connect ECONNREFUSED')
    expect((await record(browsers.clerk)).body.pending).toMatchObject([{ state: 'dead', attempts: 1, error: 'connect ECONNREFUSED' }])
    await engine.retryEffect(row?.id ?? '', { id: null, roles: [] })
    await engine.performEffect(row?.id ?? '')
    expect((await record(browsers.clerk)).body.pending).toEqual([])
  })

  it('come as their person chooses, in the language that they choose', async () => {
    const before = await browsers.clerk.get<Preferences>('/api/v1/me/notice-preferences')
    expect(noticePreferences.strict().safeParse(before.body).error).toBeUndefined()
    expect(before.body).toMatchObject({ lang: 'ja', digestHour: 8, ways: { letter: 'atOnce', task: 'atOnce', ownAct: 'inbox' }, choices: { letter: ['atOnce'], deadline: ['atOnce', 'daily'] }, address: { email: people.clerk.email, bounce: null } })
    const after = await browsers.clerk.send<Preferences>('PATCH', '/api/v1/me/notice-preferences', { lang: 'en', digestHour: 7, ways: { ownAct: 'daily' } })
    expect(after.body).toMatchObject({ lang: 'en', digestHour: 7, ways: { task: 'atOnce', ownAct: 'daily' } })
    const refused = await browsers.clerk.send<{ errors: { pointer: string }[] }>('PATCH', '/api/v1/me/notice-preferences', { digestHour: 24, ways: { letter: 'inbox', deadline: 'inbox', other: 'daily' } })
    expect([refused.status, refused.body.errors.map(({ pointer }) => pointer).sort()]).toEqual([400, ['/digestHour', '/ways', '/ways/deadline', '/ways/letter']])

    await note()
    expect((await record(browsers.clerk)).body.items.filter(({ personId }) => personId === people.clerk.personId)[0]).toMatchObject({ delivery: 'waitsForDigest', kind: 'ownAct', lang: 'en' })
    await setClock(service.database, new Date('2023-06-01T22:30:00Z'))
    expect(await notices.digests.tend()).toBe(1)
    expect((await record(browsers.clerk)).body.items.filter(({ personId }) => personId === people.clerk.personId)[0]).toMatchObject({ delivery: 'inDigest' })
    const mailbox = JSON.parse(await (await fetch(`${service.url}/api/v1/mailbox?to=${encodeURIComponent(people.clerk.email)}`)).text()) as { items: { id: string; template: string; caseId: null; subject: string }[] }
    expect(mailbox.items[0]).toMatchObject({ template: 'digest', caseId: null, subject: '事務局: 1 notice' })
    const mail = await (await fetch(`${service.url}/mailbox/${mailbox.items[0]?.id}`)).text()
    expect(mail).toContain(`http://localhost:3000/cases/${id}`)
  })

  it('that did not arrive are told to the office with other ways to reach the person, and to the person when they sign in', async () => {
    await service.database.query(`UPDATE notice SET channel = 'smtp', bounced_at = '2023-06-02T07:30:00+09:00', bounce = '550 no such mailbox' WHERE person_id = $1`, [people.mary.personId])
    expect((await record(browsers.clerk)).body.unreached).toEqual([{
      personId: people.mary.personId, name: 'Mary', address: people.mary.email, at: BOUNCED_AT, reason: '550 no such mailbox',
      otherWays: [
        { kind: 'answer', form: 'application', label: { ja: '電話番号', en: 'Telephone' }, value: '044-200-0000' },
        { kind: 'person', personId: people.taro.personId, name: '川崎 太郎', value: people.taro.email },
      ],
    }])
    expect((await browsers.mary.get<Preferences>('/api/v1/me/notice-preferences')).body.address).toEqual({ email: people.mary.email, bounce: { at: BOUNCED_AT, reason: '550 no such mailbox' } })
    expect((await browsers.taro.get<Preferences>('/api/v1/me/notice-preferences')).body.address.bounce).toBeNull()

    const unreached = async (browser: Browser): Promise<object[]> => (await browser.get<{ items: object[] }>('/api/v1/notices/unreached')).body.items
    expect(await unreached(browsers.colleague)).toEqual([{ caseId: id, programme: 'toy', caseTitle: '緑の教室', personId: people.mary.personId, name: 'Mary', address: people.mary.email, at: BOUNCED_AT, reason: '550 no such mailbox' }])
    for (const other of [browsers.taro, browsers.mary, browsers.stranger]) expect(await unreached(other)).toEqual([])
    const elsewhere = await service.signedIn(await service.somebody({ roles: [['another', 'secretariat']] }))
    expect(await unreached(elsewhere)).toEqual([])
    await service.database.query(`UPDATE person SET email = 'mary.new@example.jp' WHERE id = $1`, [people.mary.personId])
    expect(await unreached(browsers.colleague)).toEqual([])
  })
})
