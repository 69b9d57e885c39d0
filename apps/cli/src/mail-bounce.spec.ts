import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Database } from '@saitaku/database'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { runProgram } from './program.js'

describe('saitaku mail bounce', () => {
  let server: TestDatabase
  let database: Database
  let folder: string
  const messageId = `<o-1-${randomUUID()}@apply.example.jp>`
  const report = (id: string): string => [
    'From: MAILER-DAEMON@mx.example.jp', 'MIME-Version: 1.0', 'Content-Type: multipart/report; report-type=delivery-status; boundary=B', '',
    '--B', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.example.jp', '', 'Final-Recipient: rfc822; mary@example.jp', 'Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 User unknown', '',
    '--B', 'Content-Type: text/rfc822-headers', '', `Message-ID: ${id}`, '', '--B--', '',
  ].join('\r\n')

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 2 })
    folder = await mkdtemp(path.join(tmpdir(), 'saitaku-bounce-'))
    await database.query(
      `INSERT INTO notice (outbox_id, case_id, person_id, address, lang, template, subject, body_text, body_html, message_id, channel, sent_at)
       SELECT n, gen_random_uuid(), gen_random_uuid(), 'mary@example.jp', 'ja', 'received', '', '', '', id, channel, app_now() FROM unnest($1::int[], $2::text[], $3::text[]) AS t(n, id, channel)`,
      [[1, 2], [messageId, '<o-2-local@apply.example.jp>'], ['smtp', 'mailbox']],
    )
  })
  afterAll(async () => {
    await database.close()
    await server.close()
    await rm(folder, { recursive: true })
  })

  async function bounce(text: string, file = 'mail.eml'): Promise<{ code: number; out: string; err: string }> {
    let out = '', err = ''
    if (file === 'mail.eml') await writeFile(path.join(folder, file), text)
    const code = await runProgram(['mail', 'bounce', file], { out: (said) => { out += said }, err: (said) => { err += said }, cwd: folder, variables: { DATABASE_URL: server.url } })
    return { code, out, err }
  }
  const bounced = (): Promise<object[]> => database.query(`SELECT message_id AS id, bounce FROM notice WHERE bounced_at IS NOT NULL ORDER BY id`)

  it('notes the notice that a report says was not delivered, once', async () => {
    expect(await bounce(report(messageId))).toEqual({ code: 0, out: `${messageId} was not delivered: 550 User unknown\n`, err: '' })
    expect(await bounced()).toEqual([{ id: messageId, bounce: '550 User unknown' }])
    expect(await bounce(report(messageId).replace('User unknown', 'again'))).toMatchObject({ code: 0, out: 'no failed delivery of a mail of ours\n' })
    expect(await bounced()).toEqual([{ id: messageId, bounce: '550 User unknown' }])
  })

  it('leaves alone what is no report, what is not ours, and what never left this machine', async () => {
    for (const text of [report('<another@example.jp>'), report('<o-2-local@apply.example.jp>'), 'From: a@example.jp\r\n\r\n不在です\r\n', ''])
      expect(await bounce(text)).toEqual({ code: 0, out: 'no failed delivery of a mail of ours\n', err: '' })
    expect(await bounced()).toHaveLength(1)
  })

  it('says what it cannot read', async () => {
    expect(await bounce('', 'missing.eml')).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^missing\.eml cannot be read: (Error: )?ENOENT/) as string })
    expect(await bounce('x'.repeat(5_000_001))).toEqual({ code: 1, out: '', err: 'mail.eml is longer than a report of a failed delivery\n' })
  })
})
