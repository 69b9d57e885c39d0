import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import type { ApplicationView, CallView, FormView, LetterView, WebhookSecret } from '@saitaku/contracts'
import { Citizen, until } from './citizen.js'
import { StartedService } from './started-service.js'
import { pdf, sha256 } from '../files/sample-files.js'

const PROGRAMME = 'model-project-subsidy'
const LONG = '地域の子どもたちが、まちの緑を調べて育てる教室を開きます。'

/** Answers to everything that the form asks, but for its files. */
const ANSWERS = {
  organisationKind: 'npo', representativeTitle: '理事長', representativeName: '緑川 葉子', representativeKana: 'ミドリカワ ヨウコ', postalCode: '210-0001', address: '川崎市川崎区本町1-1', ward: 'kawasaki', partnership: 'applying',
  contactName: '緑川 葉子', contactKana: 'ミドリカワ ヨウコ', contactPhone: '044-000-0000', contactEmail: 'midori@example.jp', projectTitle: '緑の教室', summary: LONG, issue: LONG, novelty: LONG, effect: LONG, continuity: LONG,
  plannedStart: '2027-01-10', plannedEnd: '2027-02-20', goals: [4, 11], costs: [{ category: 'consumables', content: '苗と土', amount: 450_000 }], requestedAmount: 300_000, ownFunds: 150_000,
  noAntisocialForces: true, noOtherSubsidy: true, trueAnswers: true, consentToPublish: true,
}

describe('one application over HTTP alone, against what npm start makes', () => {
  let service: StartedService
  let receiver: Server
  const told: { headers: Record<string, string>; body: string }[] = []
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => { body += part.toString() })
      request.on('end', () => {
        told.push({ headers: request.headers as Record<string, string>, body })
        response.writeHead(204).end()
      })
    })
    await new Promise<void>((resolve) => { receiver.listen(0, '127.0.0.1', resolve) })
    service = await StartedService.start()
  }, 240_000)
  afterAll(async () => {
    await service?.stop()
    await new Promise((resolve) => { receiver.close(resolve) })
  }, 60_000)

  it('goes from sign-up over a file, a correction and a decision to its adoption', async () => {
    const { url } = service
    const administrator = await Citizen.firstAdministrator(url, service.firstAdministrator)
    const staff = (name: string, email: string, ...roles: [string, ...string[]]): Promise<Citizen> => Citizen.invited(url, administrator, PROGRAMME, roles, name, `${email}@city.example`)
    const office = await staff('事務 花子', 'office', 'secretariat')
    const sectionHead = await staff('課長 一郎', 'section', 'approver', 'sectionHead')
    const departmentHead = await staff('部長 次郎', 'department', 'approver', 'departmentHead')
    const chair = await staff('委員長 学', 'chair', 'chair', 'reviewer')
    const reviewers = [chair]
    for (const i of [2, 3, 4, 5]) reviewers.push(await staff(`委員 ${i}号`, `reviewer${i}`, 'reviewer'))
    const applicant = await Citizen.signUp(url, '緑川 葉子', 'midori@example.jp')

    const webhook = await administrator.post<WebhookSecret>('/api/v1/webhooks', { programme: PROGRAMME, url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`, eventTypes: ['application.adopted'] }, 201)

    const day = 86_400_000
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString()
    const closesAt = at(8_000)
    const call = await office.post<CallView>('/api/v1/calls', { programme: PROGRAMME, title: '令和8年度 第2回', attributes: { closesAt, scoringEndsAt: at(10 * day), announcesAt: at(20 * day), reserveUntil: at(60 * day), budget: 1_000_000 } }, 201)
    await office.event(call.id, 'open')

    // the applicant writes, sends a file and submits
    const { id } = await applicant.post<ApplicationView>(`/api/v1/calls/${call.id}/applications`, { title: '緑の教室', organisation: { name: 'NPO法人 緑の会' } }, 201)
    await applicant.patch<FormView>(`/api/v1/applications/${id}/form`, ANSWERS)
    const officers = pdf(250_000)
    const named = await applicant.send({ case: id, form: 'application', field: 'officersList' }, '役員名簿.pdf', officers)
    expect(named.sha256).toBe(sha256(officers))
    expect((await applicant.patch<FormView>(`/api/v1/applications/${id}/form`, { officersList: [named] })).complete).toBe(true)
    expect(await applicant.event(id, 'submit')).toMatchObject({ publicStatus: 'received' })
    const receipt = await applicant.mail('received')
    expect(receipt).toContain('緑の教室')
    expect((await applicant.get<ApplicationView>(`/api/v1/applications/${id}`)).number).toMatch(/^R\d+-MS-0001$/)

    // the office reads the file and asks for a correction; the applicant corrects
    const status = async (): Promise<string | null> => (await applicant.get<ApplicationView>(`/api/v1/applications/${id}`)).publicStatus
    await until(async () => ((await office.get<CallView>(`/api/v1/calls/${call.id}`)).office?.states.includes('screening') ? true : undefined), 'the call to close')
    await office.event(id, 'accept')
    const [file] = (await office.get<{ items: { id: string; kind: string; name: string }[] }>(`/api/v1/cases/${id}/documents`)).items
    expect(file).toMatchObject({ kind: 'attachment', name: '役員名簿.pdf' })
    expect((await fetch(`${url}/api/v1/documents/${file?.id}`)).status).toBe(401)
    await office.event(id, 'returnApplication', { remarks: [{ field: 'summary', text: '実施する場所を書いてください。' }] })
    expect(await status()).toBe('correcting')
    await applicant.mail('returned')
    await applicant.patch<FormView>(`/api/v1/applications/${id}/form`, { summary: `${LONG}場所は区役所です。` })
    await applicant.event(id, 'resubmit')
    await office.event(id, 'screen', { partnerEvidence: '登録申請の控えを確認' })

    // the committee judges
    await office.event(call.id, 'startJudging')
    await until(async () => ((await status()) === 'underReview' ? true : undefined), 'the application to be judged')
    await office.put(`/api/v1/calls/${call.id}/panel?stage=stage1`, { members: reviewers.map(({ personId }) => ({ personId, role: personId === chair.personId ? 'chair' : 'member' })) })
    await office.post(`/api/v1/calls/${call.id}/assignments?stage=stage1`, {})
    const attached = `/api/v1/calls/${call.id}/reviews/stage1/${id}/files/application/officersList/0`
    const read = await reviewers[1]?.download(attached)
    expect([read?.status, read && sha256(read.bytes), read?.headers.get('content-disposition')]).toEqual([200, named.sha256, `inline; filename="____.pdf"; filename*=UTF-8''%E5%BD%B9%E5%93%A1%E5%90%8D%E7%B0%BF.pdf`])
    expect((await applicant.browser.get(attached)).status).toBe(403)
    for (const reviewer of reviewers) {
      const sheet = `/api/v1/calls/${call.id}/reviews/stage1/${id}`
      await reviewer.put(sheet, { points: { purpose: '4', novelty: '5', feasibility: '4', effect: '4', continuity: '3' } })
      await reviewer.post(`${sheet}/submit`, {})
    }
    await chair.event(call.id, 'closeScoring')

    // the decision: drafted, proposed, approved by two, published
    const drafted = await until(async () => {
      const { status: code, body } = await chair.browser.post<{ seq: number }>(`/api/v1/calls/${call.id}/decisions?stage=stage1`, {})
      return code < 300 ? body : undefined
    }, 'a draft of the decision')
    const decision = `/api/v1/calls/${call.id}/decisions/${drafted.seq}`
    await chair.post(`${decision}/propose?stage=stage1`, { minutes: '全員一致で採択とした。' }, 204)
    expect(await sectionHead.post(`${decision}/approve?stage=stage1`, {})).toEqual({ complete: false })
    expect(await departmentHead.post(`${decision}/approve?stage=stage1`, {})).toEqual({ complete: true })
    await until(async () => ((await office.get<ApplicationView>(`/api/v1/applications/${id}`)).office?.tags.includes('embargoed') ? true : undefined), 'the result to be held')
    expect(await status()).toBe('underReview')
    await office.post(`/api/v1/calls/${call.id}/decisions/publish?stage=stage1`, {}, 204)
    await until(async () => ((await status()) === 'adopted' ? true : undefined), 'the adoption')

    // another system is told, and of nothing before
    const [message] = await until(async () => (told.length > 0 ? told : undefined), 'the webhook')
    expect(new Webhook(webhook.secret).verify(message?.body ?? '', message?.headers ?? {})).toMatchObject({ type: 'application.adopted', data: { caseId: id, publicStatus: 'adopted', label: { ja: '採択', en: 'Adopted' } } })
    expect(told).toHaveLength(1)

    // the applicant reads the letter
    expect(await applicant.mail('adopted')).toContain('採択')
    const letter = await until(async () => (await applicant.get<{ items: LetterView[] }>(`/api/v1/cases/${id}/documents`)).items.find(({ kind }) => kind === 'letter'), 'the letter')
    const { body, headers } = await applicant.browser.get<string>(`/api/v1/documents/${letter.id}`)
    expect([letter.number, headers.get('content-type'), body === undefined]).toEqual([expect.stringMatching(/川総SDGs第\d+号$/) as string, 'text/html; charset=utf-8', true])
  }, 180_000)
})
