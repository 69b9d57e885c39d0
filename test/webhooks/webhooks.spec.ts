import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Problem, WebhookDeliveryView, WebhookSecret, WebhookView } from '@saitaku/contracts'
import { createPerson, grantRole } from '@saitaku/applications'
import { DeliveryWork, disabledMails, isPublicAddress, readNetworks, SealedSecrets, type Disabled } from '@saitaku/webhooks'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { FileService, type Reply, type Who } from '../files/file-service.js'
import { pdf, sha256 } from '../files/sample-files.js'

interface Received {
  headers: IncomingHttpHeaders
  body: string
}

const LOOPBACK = '127.0.0.0/8'
const SECRETS = ['a secret of the tests that is long enough'] as const

describe('webhooks', () => {
  let service: FileService
  let receiver: Server
  let url: string
  let answer: () => { status: number; headers?: Record<string, string>; body?: string }
  const received: Received[] = []
  const disabled: Disabled[] = []
  const administrator: Who = { person: '', roles: ['administrator'] }

  beforeAll(async () => {
    service = await FileService.start({ WEBHOOK_NETWORKS: LOOPBACK })
    administrator.person = service.stranger.person
    receiver = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(parts).toString() })
        const { status, headers = {}, body = '' } = answer()
        response.writeHead(status, headers).end(body)
      })
    })
    await new Promise<void>((resolve) => { receiver.listen(0, '127.0.0.1', resolve) })
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  })
  afterAll(async () => {
    await service?.stop()
    await new Promise((resolve) => { receiver.close(resolve) })
  })
  beforeEach(async () => {
    received.length = 0
    disabled.length = 0
    answer = () => ({ status: 204 })
    await service.database.query('DELETE FROM webhook')
  })

  const ask = <T = Problem>(method: string, path = '', body?: unknown, who = administrator): Promise<Reply<T>> => service.send<T>(who, method, `/api/v1/webhooks${path}`, body)
  const create = async (eventTypes: string[]): Promise<WebhookSecret> => {
    const { status, body } = await ask<WebhookSecret>('POST', '', { programme: 'file-grant', url, eventTypes })
    expect(status).toBe(201)
    return body
  }
  const worker = (more: Partial<ConstructorParameters<typeof DeliveryWork>[0]> = {}): DeliveryWork => new DeliveryWork({
    database: service.database, secrets: new SealedSecrets(SECRETS), allowed: readNetworks([LOOPBACK]), onDisabled: async (one) => { disabled.push(one) }, ...more,
  })
  const log = async (id: string): Promise<WebhookDeliveryView[]> => (await ask<{ items: WebhookDeliveryView[] }>('GET', `/${id}/deliveries`)).body.items
  const makeDue = (): Promise<unknown> => service.database.query(`UPDATE webhook_delivery SET next_at = clock_timestamp() WHERE state = 'waiting'`)
  const verify = (secret: string, { headers, body }: Received): unknown => new Webhook(secret).verify(body, headers as Record<string, string>)

  const submitted = async (): Promise<string> => {
    const id = await service.draft()
    const bytes = pdf()
    await service.upload(service.applicant, { case: id, field: 'plan', filename: '計画書.pdf' }, bytes)
    await service.save(service.applicant, id, { projectTitle: '秘密の企画', plan: [{ name: '計画書.pdf', size: bytes.length, sha256: sha256(bytes) }] })
    expect((await service.event(service.applicant, id, 'submit')).status).toBe(200)
    return id
  }

  it('tell a receiver of a change of public status, signed, and of nothing else', async () => {
    const { secret, id: webhook } = await create(['application.checking', 'application.adopted'])
    const id = await submitted()
    expect(await worker().deliver()).toBe(1)
    expect(received.map((one) => verify(secret, one))).toEqual([{
      type: 'application.checking', timestamp: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      data: { caseId: id, programme: 'file-grant', chart: 'application', callId: service.call, publicStatus: 'checking', label: { ja: '確認中', en: 'Being checked' } },
    }])
    expect(received[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Saitaku-Webhooks/1', 'webhook-id': `msg_${id.replaceAll('-', '')}_2` })
    expect(() => verify(`whsec_${Buffer.alloc(32).toString('base64')}`, received[0] as Received)).toThrow(WebhookVerificationError)
    expect(await log(webhook)).toMatchObject([{ type: 'application.checking', caseId: id, state: 'delivered', attempts: 1, lastStatus: 204, lastError: null, nextAt: null, body: received[0]?.body }])
  })

  it('say nothing of a result while it is kept back, and nothing at all of drafts and of what one did not ask for', async () => {
    await create(['application.checking', 'application.adopted', 'application.correcting'])
    const id = await submitted()
    await service.event(service.clerk, id, 'decide')
    while ((await worker().deliver()) > 0);
    expect(received.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(['application.checking'])
    expect(received.map(({ body }) => body).join()).not.toMatch(/decided|embargo|秘密の企画|selection/)
    await service.event(service.clerk, id, 'announce')
    while ((await worker().deliver()) > 0);
    expect(received.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual(['application.checking', 'application.adopted'])
  })

  it('show a secret once, and sign with the new and the former one for a day after it was changed', async () => {
    const first = await create(['application.checking'])
    expect(first.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const listed = await ask<{ items: WebhookView[] }>('GET')
    expect([JSON.stringify(listed.body).includes('whsec'), listed.body.items.map(({ id }) => id)]).toEqual([false, [first.id]])
    const [row] = await service.database.query<{ sealed: Buffer }>('SELECT sealed_secret AS sealed FROM webhook')
    expect(row?.sealed.includes(Buffer.from(first.secret.slice(6), 'base64'))).toBe(false)

    const second = await ask<WebhookSecret>('POST', `/${first.id}/secret`)
    expect([second.status, second.body.secret === first.secret, second.body.formerSecretUntil !== null]).toEqual([201, false, true])
    await ask('POST', `/${first.id}/test`)
    await worker().deliver()
    expect([first.secret, second.body.secret].map((secret) => (verify(secret, received[0] as Received) as { type: string }).type)).toEqual(['webhook.test', 'webhook.test'])
    await service.database.query(`UPDATE webhook SET former_until = clock_timestamp() - interval '1 second'`)
    await ask('POST', `/${first.id}/test`)
    await worker().deliver()
    expect(() => verify(first.secret, received[1] as Received)).toThrow(WebhookVerificationError)
    expect(verify(second.body.secret, received[1] as Received)).toMatchObject({ type: 'webhook.test' })
  })

  it('are tried again with growing pauses, the same message under the same id, until the receiver takes it', async () => {
    const { id: webhook, secret } = await create(['application.checking'])
    await submitted()
    answer = () => ({ status: 503, body: 'later' })
    expect(await worker().deliver()).toBe(1)
    expect(await worker().deliver()).toBe(0)
    const [failing] = await log(webhook)
    expect(failing).toMatchObject({ state: 'waiting', attempts: 1, lastStatus: 503, lastError: 'It answered 503', lastAnswer: 'later' })
    const wait = new Date(failing?.nextAt ?? '').getTime() - Date.now()
    expect([wait > 3_000, wait <= 6_500]).toEqual([true, true])
    expect((await ask<WebhookView>('GET', `/${webhook}`)).body.failingSince).not.toBeNull()
    await makeDue()
    answer = () => ({ status: 302, headers: { location: url } })
    await worker().deliver()
    expect(await log(webhook)).toMatchObject([{ attempts: 2, lastError: 'It redirects, which is not followed' }])
    await makeDue()
    answer = () => ({ status: 200 })
    await worker().deliver()
    expect(await log(webhook)).toMatchObject([{ state: 'delivered', attempts: 3 }])
    expect((await ask<WebhookView>('GET', `/${webhook}`)).body.failingSince).toBeNull()
    expect(new Set(received.map((one) => `${one.headers['webhook-id'] as string} ${one.body}`)).size).toBe(1)
    expect(received.map((one) => (verify(secret, one) as { type: string }).type)).toEqual(['application.checking', 'application.checking', 'application.checking'])
  })

  it('give a message up after the last attempt, and send it again from the log when asked', async () => {
    const { id: webhook } = await create(['application.checking'])
    await submitted()
    answer = () => ({ status: 500 })
    const impatient = worker({ retrySeconds: [0] })
    await impatient.deliver()
    await makeDue()
    await impatient.deliver()
    expect(await log(webhook)).toMatchObject([{ state: 'failed', attempts: 2, nextAt: null }])
    answer = () => ({ status: 200 })
    const failed = (await log(webhook))[0]?.id
    expect((await ask('POST', `/${webhook}/deliveries/${failed}/resend`)).status).toBe(202)
    await worker().deliver()
    expect((await log(webhook)).map(({ state, messageId }) => [state, messageId])).toEqual([['delivered', received[0]?.headers['webhook-id']], ['failed', received[0]?.headers['webhook-id']]])
    expect((await ask('POST', `/${webhook}/deliveries/999999/resend`)).body).toMatchObject({ status: 404, code: 'notFound' })
  })

  it('are switched off when the receiver has failed for days or says that it is gone, tell so, and come on again', async () => {
    const { id: webhook } = await create(['application.checking'])
    await ask('POST', `/${webhook}/test`)
    answer = () => ({ status: 500 })
    await worker().deliver()
    expect(disabled).toEqual([])
    await service.database.query(`UPDATE webhook SET failing_since = clock_timestamp() - interval '6 days'`)
    await makeDue()
    await worker().deliver()
    expect(disabled).toEqual([{ id: webhook, url, programme: 'file-grant', reason: 'It has failed for too long; the last answer: It answered 500' }])
    expect((await ask<WebhookView>('GET', `/${webhook}`)).body).toMatchObject({ disabledReason: 'It has failed for too long; the last answer: It answered 500' })
    await submitted()
    expect(await worker().deliver()).toBe(0)
    expect((await ask<WebhookView>('PATCH', `/${webhook}`, { enabled: true })).body).toMatchObject({ disabledAt: null, failingSince: null })
    answer = () => ({ status: 410 })
    await ask('POST', `/${webhook}/test`)
    await worker().deliver()
    expect(disabled.map(({ reason }) => reason)).toEqual(['It has failed for too long; the last answer: It answered 500', 'The receiver answered 410: it is gone'])
  })

  it('have administrators told in their language that one was switched off, and nobody else', async () => {
    const people = await Promise.all([['山田 花子', 'ja'], ['Jane Doe', 'en'], ['別の 職員', 'ja']].map(async ([name = '', lang]) => createPerson(service.database, { name, email: `${lang}-${name.length}@city.example`, lang: lang as 'ja' | 'en' })))
    for (const person of people.slice(0, 2)) await grantRole(service.database, person, '*', 'administrator')
    await grantRole(service.database, people[2] ?? '', 'file-grant', 'secretariat')
    const mails = await disabledMails(service.database, { id: 'w', url: 'https://receiver.example/', programme: 'file-grant', reason: 'It answered 500' })
    expect(mails.map(({ to, lang, subject }) => [to.name, lang, subject]).sort()).toEqual([['Jane Doe', 'en', 'A webhook was switched off'], ['山田 花子', 'ja', 'Webhookを停止しました']])
    for (const { text } of mails) expect([text.includes('https://receiver.example/'), text.includes('It answered 500')]).toEqual([true, true])
  })

  it('are sent once by two workers, and again by another where one died in the middle', async () => {
    const { id: webhook } = await create(['application.checking'])
    for (let i = 0; i < 10; i++) await ask('POST', `/${webhook}/test`)
    const two = [worker(), worker()]
    for (let sent = 1; sent > 0; ) sent = (await Promise.all(two.map((one) => one.deliver()))).reduce((sum, count) => sum + count)
    expect([received.length, new Set(received.map(({ headers }) => headers['webhook-id'])).size]).toEqual([10, 10])
    // leased by a process that is gone: due again once the lease is over
    await service.database.query(`UPDATE webhook_delivery SET state = 'waiting', ended_at = NULL, next_at = clock_timestamp() - interval '1 second' WHERE id = (SELECT max(id) FROM webhook_delivery)`)
    expect(await worker().deliver()).toBe(1)
    expect([received.length, new Set(received.map(({ headers }) => headers['webhook-id'])).size]).toEqual([11, 10])
  })

  describe('where they may not go', () => {
    it('are refused before they are written and before they are sent', async () => {
      const guarded = await FileService.start()
      try {
        for (const [target, code] of [
          ['https://127.0.0.1/x', 'The host has an address that is not public'], ['https://localhost/x', 'The host has an address that is not public'], ['https://[::ffff:10.0.0.1]/', 'The host has an address that is not public'],
          ['https://169.254.169.254/latest/meta-data', 'The host has an address that is not public'], ['https://0x7f000001/', 'The host has an address that is not public'], ['http://192.0.2.1/', 'The host has an address that is not public'],
          ['http://1.1.1.1/', 'The address must begin with https://'], ['https://user:pass@1.1.1.1/', 'It is no address of a receiver'], ['ftp://1.1.1.1/', 'The address must begin with https://'], ['nowhere', 'It is no address of a receiver'],
          ['https://no-such-host.invalid/', 'The host is not known'],
        ] as const) {
          const { status, body } = await guarded.send(administrator, 'POST', '/api/v1/webhooks', { programme: 'file-grant', url: target, eventTypes: ['application.checking'] })
          expect([target, status, body.errors.map(({ pointer, detail }) => [pointer, detail])]).toEqual([target, 422, [['/url', code]]])
        }
      } finally {
        await guarded.stop()
      }
      // allowed when it was written, and no longer when it is sent: as a name that has changed its address
      const { id: webhook } = await create(['application.checking'])
      await ask('POST', `/${webhook}/test`)
      await worker({ allowed: readNetworks([]) }).deliver()
      expect([received, (await log(webhook)).map(({ lastStatus, lastError }) => [lastStatus, lastError])]).toEqual([[], [[null, 'Its host has an address that is not public']]])
    })

    it.each([
      ['8.8.8.8', true], ['10.1.2.3', false], ['100.64.0.1', false], ['172.31.255.255', false], ['172.32.0.1', true], ['192.168.0.1', false], ['224.0.0.1', false], ['255.255.255.255', false],
      ['2606:4700::1111', true], ['::1', false], ['fe80::1', false], ['fc00::1', false], ['::ffff:8.8.8.8', false], ['64:ff9b::a00:1', false], ['2002:a00:1::', false], ['2001:db8::1', false], ['example.jp', false],
    ])('%s is public: %s', (address, isPublic) => {
      expect(isPublicAddress(address)).toBe(isPublic)
    })
  })

  it('are for administrators, of types that the programme has', async () => {
    for (const [method, path] of [['GET', ''], ['POST', ''], ['GET', '/event-types?programme=file-grant']] as const)
      expect([method, path, (await ask(method, path, method === 'POST' ? { programme: 'file-grant', url, eventTypes: ['application.checking'] } : undefined, service.clerk)).status]).toEqual([method, path, 403])
    expect((await ask<{ items: { type: string }[] }>('GET', '/event-types?programme=file-grant')).body.items.map(({ type }) => type).sort()).toEqual([
      'application.adopted', 'application.checking', 'application.correcting', 'application.preparing', 'call.ended', 'call.open',
    ])
    const wrong = await ask('POST', '', { programme: 'file-grant', url, eventTypes: ['application.checking', 'application.decided'] })
    expect([wrong.status, wrong.body.errors.map(({ pointer }) => pointer)]).toEqual([422, ['/eventTypes/1']])
    expect((await ask('POST', '', { programme: 'nothing', url, eventTypes: ['a.b'] })).status).toBe(404)
    const { id } = await create(['call.open'])
    expect([(await ask('DELETE', `/${id}`)).status, (await ask('GET', `/${id}`)).status, (await ask('GET', '/x')).status]).toEqual([204, 404, 404])
  })
})
