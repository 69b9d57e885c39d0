import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { Database, setClock } from '@saitaku/database'
import { Engine, publishProgramme, Registry, type Answer } from '@saitaku/engine'
import { createTestDatabase, toyProgramme, type TestDatabase } from '@saitaku/testkit'
import { changePreferences, CaseNotices, Inbox, registerNotices, type RegisteredNotices } from './index.js'

const programme = {
  ...toyProgramme,
  'programme.yaml': (toyProgramme['programme.yaml'] ?? '').replace(
    'do: [{ assignNumber: receiptNo }, { notify: { template: received, to: applicant } }]', 'do: [{ assignNumber: receiptNo }, { notify: { template: received, to: [applicant, secretariat] } }]'),
  'notices/received.ja.md': '---\nsubject: "{{ case.title }}を受け付けました"\n---\n{{ url }}\n',
  'notices/received.en.md': '---\nsubject: "We received {{ case.title }}"\n---\n{{ url }}\n',
}
/** Tokyo is nine hours ahead. */
const at = (wallTime: string): Date => new Date(`${wallTime}:00+09:00`)

describe('The daily mail', () => {
  let place: TestDatabase
  let database: Database
  let engine: Engine
  let notices: RegisteredNotices
  let smtp: SMTPServer
  let refused = 0
  let call = ''
  const mails: ParsedMail[] = []
  const people = { taro: randomUUID(), mary: randomUUID(), clerk: randomUUID() }
  const applicant = { id: people.taro, roles: ['applicant'] }

  beforeAll(async () => {
    place = await createTestDatabase()
    database = await Database.connect({ url: place.url, poolSize: 6 })
    await setClock(database, at('2023-06-01T09:00'))
    await database.query(`INSERT INTO person (id, name, email, lang) VALUES ($1, '川崎 太郎', 'taro@example.jp', 'ja'), ($2, 'Mary <Jones>', 'mary@example.jp', 'en'), ($3, '宮前 花子', 'hanako@example.jp', 'ja')`, Object.values(people))
    await database.query(`INSERT INTO role_grant (person_id, programme, role) VALUES ($1, 'toy', 'secretariat')`, [people.clerk])
    const published = await publishProgramme(database, programme)
    if (!published.ok) throw new Error(JSON.stringify(published.problems))
    smtp = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'], logger: false,
      onRcptTo: (_, __, done) => { done(refused === 0 ? null : Object.assign(new Error('not now'), { responseCode: refused })) },
      onData: (stream, _, done) => { simpleParser(stream).then((mail) => { mails.push(mail); done() }, done) },
    })
    await new Promise<void>((resolve) => { smtp.listen(0, '127.0.0.1', resolve) })
    const registry = new Registry()
    notices = registerNotices(registry, { database, baseUrl: 'https://apply.example/', officeName: '川崎市 事務局', smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}` })
    engine = new Engine(database, registry)
    const clerk = { id: people.clerk, roles: ['secretariat'] }
    call = caseOf(await engine.create({ programme: 'toy', chart: 'call', attributes: { closesAt: '2023-06-23T08:00:00.000Z' }, actor: clerk }))
    caseOf(await engine.dispatch({ caseId: call, type: 'open', actor: clerk }))
    await changePreferences(database, people.clerk, { ways: { task: 'daily' } })
    await changePreferences(database, people.mary, { ways: { progress: 'daily' }, digestHour: 18 })
  })
  afterAll(async () => {
    notices.close()
    await new Promise<void>((resolve) => { smtp.close(() => resolve()) })
    await database.close()
    await place.close()
  })
  beforeEach(() => { mails.length = 0 })

  const caseOf = (answer: Answer): string => {
    if (!answer.ok) throw new Error(`${answer.refused.code}: ${answer.refused.reason.en}`)
    return answer.caseId
  }
  async function submitted(title: string): Promise<string> {
    const organisationId = randomUUID()
    await database.query(`INSERT INTO organisation (id, name) VALUES ($1, '高田')`, [organisationId])
    const id = caseOf(await engine.create({ programme: 'toy', chart: 'application', parentId: call, organisationId, title, parties: [[people.taro, 'applicant'], [people.mary, 'applicant']], actor: applicant }))
    caseOf(await engine.dispatch({ caseId: id, type: 'submit', data: { amount: 1 }, actor: applicant }))
    const [row] = await database.query<{ id: string }>(`SELECT id FROM outbox WHERE case_id = $1 AND topic = 'notify'`, [id])
    await engine.performEffect(row?.id ?? '')
    return id
  }
  const to = (mail: ParsedMail): string => (Array.isArray(mail.to) ? '' : (mail.to?.value[0]?.address ?? ''))
  const deliveries = async (id: string): Promise<string[]> => (await new CaseNotices(database).list(id, { limit: 10 })).map(({ address, delivery }) => `${address} ${delivery}`).sort()

  it('holds what came since the last one, for each at their hour and in their language, and sends the rest at once', async () => {
    const [first, second] = [await submitted('緑の*教室*'), await submitted('Café <b>')]
    expect(mails.map(to)).toEqual(['taro@example.jp', 'taro@example.jp']) // a receipt with its number
    expect(await deliveries(first)).toEqual(['hanako@example.jp waitsForDigest', 'mary@example.jp waitsForDigest', 'taro@example.jp mailed'])
    expect(await notices.digests.tend()).toBe(0)
    mails.length = 0

    await setClock(database, at('2023-06-01T18:01'))
    expect(await notices.digests.tend()).toBe(1)
    expect([mails.map(to), mails[0]?.subject]).toEqual([['mary@example.jp'], '川崎市 事務局: 2 notices'])
    expect(mails[0]?.text).toBe(`Dear Mary <Jones>,\n\nSince the last mail there were 2 notices. Each page says more.\n\n- We received 緑の*教室*\n  緑の*教室* / 1 Jun 09:00\n  https://apply.example/cases/${first}\n\n- We received Café <b>\n  Café <b> / 1 Jun 09:00\n  https://apply.example/cases/${second}\n\nYou can choose how you are told here:\nhttps://apply.example/account#notices\n\n川崎市 事務局\n`)
    expect(mails[0]?.html).toContain(`<a href="https://apply.example/cases/${second}">We received Café &lt;b&gt;</a>`)
    expect(mails[0]?.html).not.toContain('<b>')
    expect(await deliveries(first)).toEqual(['hanako@example.jp waitsForDigest', 'mary@example.jp inDigest', 'taro@example.jp mailed'])

    await setClock(database, at('2023-06-02T08:00'))
    await Promise.all([notices.digests.tend(), notices.digests.tend(), notices.digests.tend()])
    expect(mails.map((mail) => [to(mail), mail.subject])).toEqual([['mary@example.jp', '川崎市 事務局: 2 notices'], ['hanako@example.jp', '【川崎市 事務局】お知らせのまとめ(2件)']])
    expect(await notices.digests.tend()).toBe(0)
  })

  it('waits for the next day with what comes after its hour', async () => {
    await setClock(database, at('2023-06-02T08:30'))
    await submitted('遅れて')
    await setClock(database, at('2023-06-02T17:00'))
    expect(await notices.digests.tend()).toBe(0)
    await setClock(database, at('2023-06-03T09:00'))
    expect(await notices.digests.tend()).toBe(2) // Mary's of the evening before as well
    expect((await database.query(`SELECT 1 FROM notice WHERE channel = 'digest' AND digest_id IS NULL`)).length).toBe(0)
  })

  it('is tried again while the server cannot take it, and is not where the address is refused for good', async () => {
    await submitted('再送')
    mails.length = 0
    await setClock(database, at('2023-06-04T19:00'))
    refused = 450
    await expect(notices.digests.tend()).rejects.toThrow('not now')
    refused = 0
    await notices.digests.tend()
    expect(mails).toEqual([]) // its turn has not come yet
    await database.query('UPDATE notice_digest SET next_at = clock_timestamp()')
    await notices.digests.tend()
    expect(mails.map(to).sort()).toEqual(['hanako@example.jp', 'mary@example.jp'])

    const id = await submitted('届かない')
    mails.length = 0
    refused = 550
    await setClock(database, at('2023-06-05T19:00'))
    await notices.digests.tend()
    refused = 0
    await database.query('UPDATE notice_digest SET next_at = clock_timestamp()')
    await notices.digests.tend()
    expect([mails, await deliveries(id)]).toEqual([[], ['hanako@example.jp bounced', 'mary@example.jp bounced', 'taro@example.jp mailed']])
    expect((await new CaseNotices(database).unreached(id)).map(({ address, reason }) => [address, reason]).sort()).toEqual([['hanako@example.jp', '550 not now'], ['mary@example.jp', '550 not now']])
  })

  it('is beside the inbox, where each notice is read by its own person alone', async () => {
    const inbox = new Inbox(database)
    const all = await inbox.list(people.mary, { limit: 50 })
    expect([all.length, await inbox.unread(people.mary), all.at(-1)?.subject]).toEqual([5, 5, 'We received 緑の*教室*'])
    const [newest] = all
    expect((await inbox.read(people.mary, newest?.id ?? ''))?.text).toBe(`https://apply.example/cases/${newest?.caseId}\n`)
    expect(await inbox.read(people.taro, newest?.id ?? '')).toBeUndefined()
    expect([await inbox.markRead(people.taro, { id: newest?.id ?? '' }), await inbox.markRead(people.mary, { id: newest?.id ?? '' }), await inbox.markRead(people.mary, { id: newest?.id ?? '' })]).toEqual([0, 1, 0])
    expect((await inbox.list(people.mary, { limit: 50, unread: true })).length).toBe(4)
    expect((await inbox.list(people.mary, { limit: 2, before: newest?.id })).map(({ id }) => id)).toEqual(all.slice(1, 3).map(({ id }) => id))
    expect([await inbox.markRead(people.mary, { upTo: newest?.id ?? '' }), await inbox.unread(people.mary)]).toEqual([4, 0])
  })
})
