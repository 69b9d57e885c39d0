import { createHash, randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { Database, setClock } from '@saitaku/database'
import { Engine, Registry, publishProgramme, type Answer } from '@saitaku/engine'
import { createTestDatabase, toyProgramme, type TestDatabase } from '@saitaku/testkit'
import { finalRefusal } from './bounces.js'
import { CaseNotices, registerNotices } from './index.js'

const programme = {
  ...toyProgramme,
  'programme.yaml': (toyProgramme['programme.yaml'] ?? '').replace(
    'do: [{ assignNumber: receiptNo }, { notify: { template: received, to: applicant } }]',
    'do: [{ assignNumber: receiptNo }, { issueDocument: { template: receipt, number: documentNo } }, { notify: { template: received, to: [applicant, secretariat], attach: receipt } }]').replace(
    'after: { closing: "#lapsed" }', 'after: { closing: { target: "#lapsed", do: [{ notify: { template: late, to: applicant } }] } }').replace(
    'params:', '  documentNo: { format: "第{seq}号", per: [programme, fiscalYear] }\nparams:'),
  'notices/received.ja.md': '---\nsubject: "{{ case.title }}を受け付けました({{ case.receiptNo }})"\n---\n{{ organisation.name }}\n{{ person.name }} 様\n\n金額 {{ event.amount | yen }}\n状況 {{ case.publicStatus }}\n募集 {{ call.closesAt | datetime_ja }}\n\n{{ url }}\n\n{{ office.name }}\n',
  'notices/received.en.md': '---\nsubject: "We received {{ case.title }} ({{ case.receiptNo }})"\n---\nDear {{ person.name }},\n\nAmount {{ event.amount | yen_en }}, {{ case.publicStatus }}, {{ programme.title }}\n',
  'notices/receipt.ja.md': '---\nsubject: 受領書\n---\n{{ document.number }}\n{{ document.issuedAt | era_date }}\n\n{{ organisation.name }} 様\n',
  'notices/receipt.en.md': '---\nsubject: Receipt\n---\n{{ document.number }}, {{ document.issuedAt | date_en }}\n',
  'notices/late.ja.md': '---\nsubject: 終了\n---\n{{ deadline.label }}({{ deadline.dueAt | datetime_ja }})を過ぎました。\n',
}

describe('A notice of a case', () => {
  let place: TestDatabase
  let database: Database
  let call = ''
  const people = { taro: randomUUID(), mary: randomUUID(), clerk: randomUUID() }
  const clerk = { id: people.clerk, roles: ['secretariat'] }
  const applicant = { id: people.taro, roles: ['applicant'] }
  const options = (): Parameters<typeof registerNotices>[1] => ({ database, baseUrl: 'https://apply.example/', officeName: '川崎市 事務局' })

  beforeAll(async () => {
    place = await createTestDatabase()
    database = await Database.connect({ url: place.url, poolSize: 6 })
    await setClock(database, new Date('2023-06-01T00:00:00Z'))
    await database.query(`INSERT INTO person (id, name, email, lang) VALUES ($1, '川崎 太郎', 'taro@example.jp', 'ja'), ($2, 'Mary Jones', 'mary@example.jp', 'en'), ($3, '宮前 花子', 'hanako@example.jp', 'ja')`, Object.values(people))
    await database.query(`INSERT INTO role_grant (person_id, programme, role) VALUES ($1, 'toy', 'secretariat')`, [people.clerk])
    const published = await publishProgramme(database, programme)
    if (!published.ok) throw new Error(JSON.stringify(published.problems))
    const engine = new Engine(database, new Registry())
    call = caseOf(await engine.create({ programme: 'toy', chart: 'call', attributes: { closesAt: '2023-06-23T08:00:00.000Z' }, actor: clerk }))
    caseOf(await engine.dispatch({ caseId: call, type: 'open', actor: clerk }))
  })
  afterAll(async () => {
    await database.close()
    await place.close()
  })

  const caseOf = (answer: Answer): string => {
    if (!answer.ok) throw new Error(`${answer.refused.code}: ${answer.refused.reason.en}`)
    return answer.caseId
  }
  const submitted = async (engine: Engine): Promise<string> => {
    const organisationId = randomUUID() // its own: the toy takes one application of each
    await database.query(`INSERT INTO organisation (id, name) VALUES ($1, '株式会社<髙>田')`, [organisationId])
    const id = caseOf(await engine.create({
      programme: 'toy', chart: 'application', parentId: call, organisationId, title: '省エネ*診断*', parties: [[people.taro, 'applicant'], [people.mary, 'applicant']], actor: applicant,
    }))
    caseOf(await engine.dispatch({ caseId: id, type: 'submit', data: { amount: 1_234_567 }, actor: applicant }))
    return id
  }
  const effect = async (id: string, topic: string): Promise<string> => (await database.query<{ id: string }>('SELECT id FROM outbox WHERE case_id = $1 AND topic = $2', [id, topic]))[0]?.id ?? ''
  const notices = (id: string): Promise<Record<string, unknown>[]> => database.query('SELECT address, lang, subject, body_text, channel FROM notice WHERE case_id = $1 ORDER BY address', [id])
  const outcome = async (outboxId: string): Promise<unknown> => (await database.query('SELECT state, attempts, error FROM effect_outcome WHERE outbox_id = $1', [outboxId]))[0]
  const receiptNo = async (id: string): Promise<string> => String((await database.query<{ number: string }>('SELECT number FROM cases WHERE id = $1', [id]))[0]?.number)

  describe('without a mail server', () => {
    let engine: Engine
    beforeAll(() => {
      const registry = new Registry()
      registerNotices(registry, options())
      engine = new Engine(database, registry)
    })

    it('lies in the mailbox for everybody it names, each in their language', async () => {
      const id = await submitted(engine)
      const no = await receiptNo(id)
      expect(await engine.performEffect(await effect(id, 'notify'))).toBe('done')
      const ja = (name: string): string => `株式会社<髙>田\n${name} 様\n\n金額 1,234,567円\n状況 受付済み\n募集 2023年6月23日(令和5年)17:00\n\nhttps://apply.example/cases/${id}\n\n川崎市 事務局\n`
      expect(await notices(id)).toEqual([
        { address: 'hanako@example.jp', lang: 'ja', channel: 'mailbox', subject: `省エネ*診断*を受け付けました(${no})`, body_text: ja('宮前 花子') },
        { address: 'mary@example.jp', lang: 'en', channel: 'mailbox', subject: `We received 省エネ*診断* (${no})`, body_text: 'Dear Mary Jones,\n\nAmount ¥1,234,567, Received, Toy\n' },
        { address: 'taro@example.jp', lang: 'ja', channel: 'mailbox', subject: `省エネ*診断*を受け付けました(${no})`, body_text: ja('川崎 太郎') },
      ])
    })

    it('is written once, however often its job runs', async () => {
      const id = await submitted(engine)
      const outboxId = await effect(id, 'notify')
      expect((await Promise.all([1, 2, 3].map(() => engine.performEffect(outboxId)))).sort()).toEqual(['already', 'already', 'done'])
      expect((await notices(id)).length).toBe(3)
    })

    it('has its document issued once, whether the notice or the document’s own job comes first', async () => {
      const id = await submitted(engine)
      await engine.performEffect(await effect(id, 'notify'))
      await engine.performEffect(await effect(id, 'issueDocument'))
      const documents = await database.query<{ body_html: string; sha256: string }>('SELECT template, lang, title, number, body_text, body_html, sha256 FROM document WHERE case_id = $1', [id])
      const [number] = await database.query<{ text: string }>(`SELECT text FROM number_issued WHERE case_id = $1 AND name = 'documentNo'`, [id])
      expect(documents).toEqual([expect.objectContaining({
        template: 'receipt', lang: 'ja', title: '受領書', number: number?.text, body_text: `${String(number?.text)}\n令和5年6月1日\n\n株式会社<髙>田 様\n`,
        sha256: createHash('sha256').update(documents[0]?.body_html ?? '').digest('hex'),
      })])
      expect(documents[0]?.body_html).toContain('<p>株式会社&lt;髙&gt;田 様</p>')
    })

    it('speaks of the deadline that passed', async () => {
      const id = caseOf(await engine.create({ programme: 'toy', chart: 'application', parentId: call, parties: [[people.taro, 'applicant']], actor: applicant, title: '下書き' }))
      const [timer] = await database.query<{ id: string; generation: number }>('SELECT id, generation FROM timer WHERE case_id = $1', [id])
      await setClock(database, new Date('2023-06-23T08:00:01Z'))
      expect(await engine.fireTimers([timer ?? { id: '', generation: 0 }])).toEqual(['fired'])
      await setClock(database, new Date('2023-06-02T00:00:00Z'))
      await engine.performEffect(await effect(id, 'notify'))
      expect((await notices(id)).map((notice) => notice.body_text)).toEqual(['締切(2023年6月23日(令和5年)17:00)を過ぎました。\n'])
    })

    it('fails where its template asks for what nobody declares, and the case is unharmed', async () => {
      const id = await submitted(engine)
      const outboxId = await effect(id, 'notify')
      await database.query(`UPDATE outbox SET payload = payload || '{"template": "missing", "to": ["secretariat"]}' WHERE id = $1`, [outboxId])
      await expect(engine.performEffect(outboxId)).rejects.toMatchObject({ name: 'Defect', message: 'Programme toy has no notices/missing.ja.md' })
      expect(await outcome(outboxId)).toMatchObject({ state: 'failing', attempts: 1 })
      expect(await engine.dispatch({ caseId: id, type: 'withdraw', actor: applicant })).toMatchObject({ ok: true, phase: 'closed' })
    })
  })

  describe('with a mail server', () => {
    let engine: Engine
    let mailer: { close(): void }
    let server: SMTPServer
    let port = 0
    let refused: { address: string; code: number } | undefined
    const inbox: ParsedMail[] = []
    const envelopes: (string | false)[] = []

    const listen = async (on: number): Promise<void> => {
      server = new SMTPServer({
        authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false, closeTimeout: 50,
        onRcptTo: ({ address }, _, done) => { done(address === refused?.address ? Object.assign(new Error('no such mailbox'), { responseCode: refused.code }) : null) },
        onData: (stream, { envelope: { mailFrom } }, done) => {
          envelopes.push(mailFrom && mailFrom.address)
          simpleParser(stream).then((mail) => { inbox.push(mail); done() }, done)
        },
      })
      server.on('error', () => undefined) // a client that goes away
      await new Promise<void>((resolve) => { server.listen(on, '127.0.0.1', resolve) })
      port = (server.server.address() as AddressInfo).port
    }
    const hangUp = (): Promise<void> => new Promise((resolve) => { server.close(resolve) })

    beforeAll(async () => {
      await listen(0)
      const registry = new Registry()
      mailer = registerNotices(registry, { ...options(), smtpUrl: `smtp://127.0.0.1:${port}`, bouncesTo: 'bounces@apply.example' })
      engine = new Engine(database, registry)
    })
    beforeEach(() => {
      inbox.length = 0
      refused = undefined
    })
    afterAll(async () => {
      mailer.close()
      await hangUp()
    })
    const byAddress = (address: string): ParsedMail | undefined => inbox.find((mail) => !Array.isArray(mail.to) && mail.to?.value[0]?.address === address)

    it('is delivered with its Japanese subject, both bodies, its document and a Message-ID of its own', async () => {
      const id = await submitted(engine)
      const outboxId = await effect(id, 'notify')
      await engine.performEffect(outboxId)
      expect(inbox.length).toBe(3)
      const mail = byAddress('taro@example.jp')
      expect(mail?.subject).toBe(`省エネ*診断*を受け付けました(${await receiptNo(id)})`)
      expect(mail?.from?.value).toEqual([{ name: '川崎市 事務局', address: 'no-reply@apply.example' }])
      expect(new Set(envelopes)).toEqual(new Set(['bounces@apply.example'])) // where servers report what they could not deliver
      expect(mail?.messageId).toBe(`<o-${outboxId}-${people.taro}@apply.example>`)
      expect(mail?.text).toContain('川崎 太郎 様')
      expect(mail?.html).toContain(`<a href="https://apply.example/cases/${id}">`)
      expect(mail?.attachments.map((file) => [file.filename, file.contentType])).toEqual([['受領書.html', 'text/html']])
      expect(byAddress('mary@example.jp')?.attachments.map((file) => file.filename)).toEqual(['受領書.html', 'Receipt.html'])
      expect((await notices(id)).map((notice) => notice.channel)).toEqual(['smtp', 'smtp', 'smtp'])
    })

    it('goes again only to those whom it did not reach', async () => {
      const id = await submitted(engine)
      const outboxId = await effect(id, 'notify')
      refused = { address: 'mary@example.jp', code: 450 }
      await expect(engine.performEffect(outboxId)).rejects.toThrow('no such mailbox')
      expect(inbox.map((mail) => !Array.isArray(mail.to) && mail.to?.value[0]?.address).sort()).toEqual(['hanako@example.jp', 'taro@example.jp'])
      expect(await outcome(outboxId)).toMatchObject({ state: 'failing', attempts: 1 })
      refused = undefined
      inbox.length = 0
      expect(await engine.performEffect(outboxId)).toBe('done')
      expect(inbox.map((mail) => !Array.isArray(mail.to) && mail.to?.value[0]?.address)).toEqual(['mary@example.jp'])
    })

    it('does not go again to an address that its server refuses for good, and says so to the office with other ways to reach the person', async () => {
      const id = await submitted(engine)
      const outboxId = await effect(id, 'notify')
      refused = { address: 'mary@example.jp', code: 550 }
      expect(await engine.performEffect(outboxId)).toBe('done')
      refused = undefined
      expect(await engine.performEffect(outboxId)).toBe('already')
      expect(inbox.map((mail) => !Array.isArray(mail.to) && mail.to?.value[0]?.address).sort()).toEqual(['hanako@example.jp', 'taro@example.jp'])
      const record = new CaseNotices(database)
      expect((await record.list(id, { limit: 10 })).map(({ address, delivery, bounce }) => [address, delivery, bounce?.reason]).sort()).toEqual([
        ['hanako@example.jp', 'mailed', undefined], ['mary@example.jp', 'bounced', '550 no such mailbox'], ['taro@example.jp', 'mailed', undefined],
      ])
      expect(await record.unreached(id)).toMatchObject([{ personId: people.mary, name: 'Mary Jones', address: 'mary@example.jp', reason: '550 no such mailbox', otherWays: [{ kind: 'person', name: '川崎 太郎', value: 'taro@example.jp' }] }])
      await database.query(`UPDATE person SET email = 'mary.jones@example.jp' WHERE id = $1`, [people.mary])
      expect((await record.unreached(id))[0]?.otherWays[0]).toEqual({ kind: 'address', value: 'mary.jones@example.jp' })
      await database.query(`UPDATE person SET email = 'mary@example.jp' WHERE id = $1`, [people.mary])
    })

    it('is tried again where the refusal is not about the addressee: a server that does not take our sender', async () => {
      expect(finalRefusal(Object.assign(new Error('x'), { responseCode: 550, command: 'MAIL FROM' }))).toBeUndefined()
      expect(finalRefusal(Object.assign(new Error('x'), { responseCode: 535, command: 'AUTH PLAIN' }))).toBeUndefined()
      expect(finalRefusal(Object.assign(new Error('x'), { responseCode: 450, command: 'RCPT TO' }))).toBeUndefined()
      expect(finalRefusal(new Error('connect ECONNREFUSED'))).toBeUndefined()
      expect(finalRefusal(Object.assign(new Error('x'), { responseCode: 554, command: 'DATA', response: '554 5.7.1\r\n  refused' }))).toBe('554 5.7.1 refused')
    })

    it('waits in the dead letters while the server is down, and leaves on a retry when it is back', async () => {
      const id = await submitted(engine)
      const outboxId = await effect(id, 'notify')
      await hangUp()
      await expect(engine.performEffect(outboxId)).rejects.toThrow('ECONNREFUSED')
      await engine.buryEffect(outboxId, 'connect ECONNREFUSED')
      expect(await outcome(outboxId)).toEqual({ state: 'dead', attempts: 1, error: 'connect ECONNREFUSED' })
      expect(await engine.dispatch({ caseId: id, type: 'note', actor: clerk })).toMatchObject({ ok: true })
      await listen(port)
      await engine.retryEffect(outboxId, clerk)
      expect(await engine.performEffect(outboxId)).toBe('done')
      expect(inbox.length).toBe(3)
      expect(await outcome(outboxId)).toEqual({ state: 'done', attempts: 2, error: null })
    })
  })
})
