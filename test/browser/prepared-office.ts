import type { ApplicationView, CallView, FormView } from '@saitaku/contracts'
import { Citizen } from '../journey/citizen.js'
import { StartedService } from '../journey/started-service.js'
import { pdf } from '../files/sample-files.js'

export const PROGRAMME = 'model-project-subsidy'
const DAY = 86_400_000
const SENTENCE = '地域の子どもたちが、まちの緑を調べて育てる教室を開きます。'

/** Answers to everything that the application's form asks, but for its files. */
export const ANSWERS = {
  organisationKind: 'npo', representativeTitle: '理事長', representativeName: '𠮷田 葉子', representativeKana: 'ヨシダ ヨウコ', postalCode: '210-0001', address: '川崎市川崎区本町1-1', ward: 'kawasaki', partnership: 'applying',
  contactName: '𠮷田 葉子', contactKana: 'ヨシダ ヨウコ', contactPhone: '044-000-0000', contactEmail: 'midori@example.jp', projectTitle: '緑の教室', summary: SENTENCE, issue: SENTENCE, novelty: SENTENCE, effect: SENTENCE, continuity: SENTENCE,
  plannedStart: '2027-01-10', plannedEnd: '2027-02-20', goals: [4, 11], costs: [{ category: 'consumables', content: '苗と土', amount: 450_000 }], requestedAmount: 300_000, ownFunds: 150_000,
  noAntisocialForces: true, noOtherSubsidy: true, trueAnswers: true, consentToPublish: true,
}

/** A service with an office, an open call, and applicants who stand at different places of it. */
export interface PreparedOffice {
  service: StartedService
  administrator: Citizen
  secretariat: Citizen
  applicant: Citizen
  call: string
  /** Begun and not finished; returned for a correction; received. */
  draft: string
  returned: string
  received: string
}

export async function prepareOffice(): Promise<PreparedOffice> {
  const service = await StartedService.start()
  const { url } = service
  const administrator = await Citizen.firstAdministrator(url, service.firstAdministrator)
  const secretariat = await Citizen.invited(url, administrator, PROGRAMME, ['secretariat'], '早野 由紀', 'office@city.example')
  const applicant = await Citizen.signUp(url, '𠮷田 葉子', 'midori@example.jp')
  const at = (days: number): string => new Date(Date.now() + days * DAY).toISOString()
  const { id: call } = await secretariat.post<CallView>('/api/v1/calls', { programme: PROGRAMME, title: '令和8年度 第1次募集', attributes: { closesAt: at(14), scoringEndsAt: at(40), announcesAt: at(60), reserveUntil: at(90), budget: 8_000_000 } }, 201)
  await secretariat.event(call, 'open')
  const begin = async (title: string): Promise<string> => (await applicant.post<ApplicationView>(`/api/v1/calls/${call}/applications`, { title, organisation: { name: `NPO法人 緑の会${'ん'.repeat(190)}` } }, 201)).id
  const submit = async (title: string): Promise<string> => {
    const id = await begin(title)
    const officersList = await applicant.send({ case: id, form: 'application', field: 'officersList' }, '役員名簿.pdf', pdf())
    await applicant.patch<FormView>(`/api/v1/applications/${id}/form`, { ...ANSWERS, officersList: [officersList] })
    await applicant.event(id, 'submit')
    return id
  }
  const [draft, returned, received] = [await begin('🌱緑の教室'), await submit('流域の生きもの調査'), await submit('食品ロスを減らす冷蔵庫の共同利用')]
  await secretariat.event(returned, 'accept')
  await secretariat.event(returned, 'returnApplication', { remarks: [{ field: 'costs', text: '内訳と見積書の金額が違います。どちらが正しいか確かめてください。' }, { field: 'officersList', text: '今年度の名簿を付けてください。' }] })
  return { service, administrator, secretariat, applicant, call, draft, returned, received }
}
