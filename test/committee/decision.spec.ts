import { verifyAudit } from '@saitaku/engine'
import { Database } from '@saitaku/database'
import { PanelYear, refusalOf } from './panel-year.js'

const APPLICATIONS = [
  { title: '川の学校', requested: 900_000 }, { title: '森の学校', requested: 800_000 }, { title: '海の学校', requested: 700_000 }, { title: '空の学校', requested: 600_000 }, { title: '土の学校', requested: 500_000 },
]
/** Totals 35, 29, 24, 15 and 9: the last falls under the threshold of 12. */
const POINTS = [['5', 10], ['5', 7], ['4', 6], ['3', 3], ['1', 3]] as const

describe('A decision', () => {
  let year: PanelYear
  const outcomes = async (): Promise<Record<string, string | null>> =>
    Object.fromEntries((await year.database.query<{ title: string; public_status: string | null }>('SELECT title, public_status FROM cases WHERE parent_id = $1 ORDER BY title', [year.callId])).map((row) => [row.title, row.public_status]))
  const audit = async (): Promise<string> => {
    const { fault } = await verifyAudit(year.database, {}, year.engine.registry.verifications)
    return fault ? fault.reason : 'ok'
  }
  const draft = async (): Promise<number> => (await year.committee.decisions.draft(year.key, year.secretary)).seq ?? 0
  const of = (i: number): string => year.applications[i] ?? ''

  beforeEach(async () => {
    year = await PanelYear.begin({ applications: APPLICATIONS, budget: 2_000_000 })
    await year.scoreAll(POINTS)
    expect(await year.send(year.chair, 'closeScoring')).toBe('ok')
    await year.settle()
  })
  afterEach(() => year.end())

  it('is drawn from the scores and the budget, approved along the chain, published, and computed again by the audit', async () => {
    const { decisions } = year.committee
    const dry = await decisions.draft(year.key, year.secretary, { dryRun: true })
    expect(dry.seq).toBeNull()
    expect(dry.items.map(({ application, outcome, data, problem }) => [year.applications.indexOf(application.id), outcome, data, problem])).toEqual([
      [0, 'adopted', { amount: 900_000 }, null], [1, 'adopted', { amount: 800_000 }, null], [2, 'reserve', { amount: 700_000, rank: 1 }, null],
      [3, 'notAdopted', { reason: '「効果」の評点が採択の水準に届きませんでした。' }, null], [4, 'notAdopted', { reason: '平均点が12点未満でした。' }, null],
    ])
    const seq = await draft()
    await decisions.propose(year.key, year.chair, seq, '審議した。')
    expect(await refusalOf(decisions.approve(year.key, year.director, seq))).toBe('notNow') // the section head comes first
    expect(await decisions.approve(year.key, year.head, seq)).toEqual({ complete: false })
    expect(await decisions.approve(year.key, year.director, seq)).toEqual({ complete: true })
    await year.settle()
    const [decision] = (await decisions.list(year.key, year.secretary)).decisions
    expect(decision).toMatchObject({ seq, state: 'approved', minutes: '審議した。', approvals: [{ by: year.head.id, counts: true }, { by: year.director.id, counts: true }] })
    expect(decision?.items.map(({ told }) => told?.outcome)).toEqual(['done', 'done', 'done', 'done', 'done'])
    expect(new Set(Object.values(await outcomes()))).toEqual(new Set(['underReview']))
    await decisions.move(year.key, year.secretary, 'publish')
    await year.settle()
    expect(await outcomes()).toEqual({ 川の学校: 'adopted', 森の学校: 'adopted', 海の学校: 'reserve', 空の学校: 'notAdopted', 土の学校: 'notAdopted' })
    expect((await decisions.list(year.key, year.secretary)).decisions.map(({ state }) => state)).toEqual(['published'])
    expect(await audit()).toBe('ok')
  })

  it('that is sent back keeps the approvals on record, and they count no more', async () => {
    const { decisions } = year.committee
    const first = await draft()
    await decisions.propose(year.key, year.chair, first, '審議した。')
    await decisions.approve(year.key, year.head, first)
    await decisions.move(year.key, year.director, 'sendBack', '予算の残りの使い道を検討すること')
    expect((await decisions.list(year.key, year.secretary)).decisions).toMatchObject([{ state: 'returned', returnedFor: '予算の残りの使い道を検討すること', approvals: [{ by: year.head.id, counts: false }] }])
    const second = await draft()
    await decisions.propose(year.key, year.chair, second, '再び審議した。')
    expect(await refusalOf(decisions.approve(year.key, year.head, first))).toBe('stale')
    expect(await decisions.approve(year.key, year.head, second)).toEqual({ complete: false })
    expect(await decisions.approve(year.key, year.director, second)).toEqual({ complete: true })
    await year.settle()
    expect((await decisions.list(year.key, year.secretary)).decisions.map(({ state, approvals }) => [state, approvals.length])).toEqual([['returned', 1], ['approved', 2]])
    expect(await audit()).toBe('ok')
  })

  it('is taken back until it is published, and drawn again', async () => {
    const { decisions } = year.committee
    const first = await draft()
    await decisions.propose(year.key, year.chair, first, '審議した。')
    await decisions.approve(year.key, year.head, first)
    await decisions.approve(year.key, year.director, first)
    await year.settle()
    await decisions.move(year.key, year.director, 'withdraw', '誤りが見つかったため')
    await year.settle()
    await year.committee.deliberations.act(year.key, year.chair, { kind: 'rankChanged', application: of(2), to: 2, reason: '地域の偏りを避けるため' })
    const second = await draft()
    await decisions.propose(year.key, year.chair, second, '再び審議した。')
    await decisions.approve(year.key, year.head, second)
    await decisions.approve(year.key, year.director, second)
    await year.settle()
    await decisions.move(year.key, year.secretary, 'publish')
    await year.settle()
    expect(await outcomes()).toEqual({ 川の学校: 'adopted', 海の学校: 'adopted', 森の学校: 'reserve', 空の学校: 'notAdopted', 土の学校: 'notAdopted' })
    expect((await decisions.list(year.key, year.secretary)).decisions.map(({ state }) => state)).toEqual(['withdrawn', 'published'])
    expect(await refusalOf(decisions.move(year.key, year.director, 'withdraw', '遅すぎる'))).toBe('notNow')
    expect(await audit()).toBe('ok')
  })

  it('is approved neither by whoever drafted it nor by whoever proposed it', async () => {
    const { decisions } = year.committee
    const both = { id: year.head.id, roles: ['secretariat', 'approver', 'sectionHead'] }
    const seq = (await decisions.draft(year.key, both)).seq ?? 0
    await decisions.propose(year.key, year.chair, seq, '審議した。')
    expect(await refusalOf(decisions.approve(year.key, both, seq))).toBe('separation')
    expect(await refusalOf(decisions.approve(year.key, { id: year.chair.id, roles: ['approver', 'sectionHead'] }, seq))).toBe('separation')
  })

  it('is proposed as it is true now: a later act of the panel asks for a new draft', async () => {
    const seq = await draft()
    await year.committee.deliberations.act(year.key, year.chair, { kind: 'conditionsSet', application: of(1), conditions: ['安全計画を出すこと'] })
    expect(await refusalOf(year.committee.decisions.propose(year.key, year.chair, seq, '審議した。'))).toBe('stale')
    const items = (await year.committee.decisions.draft(year.key, year.secretary)).items
    expect(items.find(({ application }) => application.id === of(1))).toMatchObject({ outcome: 'conditional', data: { amount: 800_000, conditions: ['安全計画を出すこと'] } })
  })

  it('follows the scores: exchanged scores exchange the outcomes, half the budget adopts fewer', async () => {
    const other = await PanelYear.begin({ applications: APPLICATIONS.map((one) => ({ ...one, requested: 800_000 })), budget: 2_000_000 })
    try {
      await other.scoreAll([POINTS[3], POINTS[1], POINTS[2], POINTS[0], POINTS[4]])
      await other.send(other.chair, 'closeScoring')
      await other.settle()
      const adopted = async (): Promise<number[]> => (await other.committee.decisions.draft(other.key, other.secretary, { dryRun: true })).items.filter(({ outcome }) => outcome === 'adopted').map(({ application }) => other.applications.indexOf(application.id)).sort()
      expect(await adopted()).toEqual([1, 3])
      expect((await other.committee.outcomes.selection(other.key, other.secretary, { budget: 1_000_000 })).adopted.map(({ application }) => application.title)).toEqual(['空の学校'])
    } finally {
      await other.end()
    }
  })

  it.each([
    ['a sheet', `UPDATE score_sheet SET points = '{"need":"5","effect":10}' WHERE total = '9/1' AND reviewer_id = (SELECT min(reviewer_id::text)::uuid FROM score_sheet)`, /^panel: the sheet of reviewer .* is not the one that was handed in$/],
    ['an entry', `UPDATE committee_record SET content = jsonb_set(content, '{outcomes,3,outcome}', '"adopted"') WHERE kind = 'decisionDrafted'`, /^panel: the content of entry \d+ does not match its hash$/],
    ['the place of an entry', `UPDATE committee_record SET seq = 1000 WHERE seq = (SELECT max(seq) FROM committee_record)`, /^panel: entry \d+ is missing$/],
    ['the end of the journal', `UPDATE review_stage SET version = version - 1`, /^panel: the stage does not point at its last entry$/],
  ])('is found out by the audit when %s is changed', async (_, sql, reason) => {
    await draft()
    expect(await audit()).toBe('ok')
    const owner = await Database.connect({ url: year.url, poolSize: 1, asOwner: true })
    try {
      await owner.query('ALTER TABLE committee_record DISABLE TRIGGER append_only')
      await owner.query(sql)
    } finally {
      await owner.close()
    }
    expect(await audit()).toMatch(reason)
  })

  it('is found out when somebody proposes what was not drafted', async () => {
    await draft()
    const forged = Object.fromEntries(year.applications.map((id) => [id, { event: 'adopt', data: { amount: 1 } }]))
    expect(await year.send(year.chair, 'resolve', { minutes: '審議した。', outcomes: forged })).toBe('ok')
    expect(await audit()).toMatch(/^panel: the call proposed in its event \d+ what no draft says$/)
  })

  it('lets nobody change or delete what the journal says', async () => {
    await expect(year.database.query(`UPDATE committee_record SET kind = 'x'`)).rejects.toThrow(/permission denied/)
    await expect(year.database.query('DELETE FROM committee_record')).rejects.toThrow(/permission denied/)
  })

  it('is corrected beside the first after publication, by a draft and another person’s approval, and answers requests for review', async () => {
    const { decisions, corrections } = year.committee
    const seq = await draft()
    await decisions.propose(year.key, year.chair, seq, '審議した。')
    await decisions.approve(year.key, year.head, seq)
    await decisions.approve(year.key, year.director, seq)
    await year.settle()
    const correction = { corrects: seq, application: of(3), outcome: 'adopted' as const, reason: '評点の集計に誤りがありました。' }
    expect(await refusalOf(corrections.draft(year.key, year.secretary, correction))).toBe('notNow')
    await decisions.move(year.key, year.secretary, 'publish')
    await year.settle()
    const request = await corrections.receive(year.key, year.secretary, { application: of(3), text: '評点の説明を求めます。', receivedOn: '2026-12-01' })
    expect(await refusalOf(corrections.draft(year.key, year.secretary, { ...correction, outcome: 'notAdopted' }))).toBe('badInput')
    expect(await refusalOf(corrections.draft(year.key, year.secretary, { ...correction, corrects: 1 }))).toBe('unknownThing')
    const both = { id: year.head.id, roles: ['secretariat', 'approver', 'sectionHead'] }
    const { seq: drafted } = await corrections.draft(year.key, both, correction)
    expect(await refusalOf(corrections.approve(year.key, both, drafted))).toBe('separation')
    expect(await refusalOf(corrections.approve(year.key, year.secretary, drafted))).toBe('role')
    await corrections.approve(year.key, year.director, drafted)
    expect(await refusalOf(corrections.approve(year.key, year.director, drafted))).toBe('notNow')
    await corrections.answer(year.key, year.director, request.seq, 'granted', '集計を改めました。')
    expect(await refusalOf(corrections.answer(year.key, year.director, request.seq, 'dismissed', '再び'))).toBe('notNow')
    expect(await corrections.list(year.key, year.secretary)).toMatchObject({
      corrections: [{ corrects: seq, application: of(3), outcome: 'adopted', draftedBy: year.head.id, approvedBy: year.director.id }],
      requests: [{ application: of(3), verdict: 'granted', answer: '集計を改めました。', answeredBy: year.director.id }],
    })
    const [first] = (await decisions.list(year.key, year.secretary)).decisions
    expect([first?.state, first?.items.find(({ application }) => application.id === of(3))?.outcome]).toEqual(['published', 'notAdopted']) // as it was
    expect(await audit()).toBe('ok')
  })

  it('offers a reserve the place of whoever declines, with a deadline, and goes on to the next', async () => {
    const { decisions } = year.committee
    const seq = await draft()
    await decisions.propose(year.key, year.chair, seq, '審議した。')
    await decisions.approve(year.key, year.head, seq)
    await decisions.approve(year.key, year.director, seq)
    await year.settle()
    await decisions.move(year.key, year.secretary, 'publish')
    await year.settle()
    expect((await year.engine.dispatch({ caseId: year.callId, type: 'promoteReserve', actor: { id: null, roles: ['application'] } })).ok).toBe(true)
    await year.settle()
    expect((await outcomes()).海の学校).toBe('promoted')
    const timers = await year.database.query<{ id: string; generation: number }>('SELECT id, generation FROM timer WHERE case_id = $1', [of(2)])
    expect(timers).toHaveLength(1)
    expect(await year.send({ id: year.applicants[2] ?? '', roles: [] }, 'acceptPlace', {}, of(2))).toBe('ok')
    expect((await outcomes()).海の学校).toBe('adopted')
  })
})
