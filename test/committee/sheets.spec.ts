import { setClock } from '@saitaku/database'
import { PanelYear, refusalOf } from './panel-year.js'

describe('Score sheets', () => {
  let year: PanelYear
  const ofFirst = (reviewer = year.reviewers[0]): Parameters<PanelYear['committee']['sheets']['save']>[0] => ({ ...year.key, applicationId: year.applications[0] ?? '', reviewerId: reviewer?.id ?? '' })
  const complete = { points: { need: '4', effect: 7 }, comments: {}, note: '' }

  beforeEach(async () => {
    year = await PanelYear.begin({ applications: [{ title: '川の学校', requested: 900_000 }, { title: '森の学校', requested: 800_000 }] })
    await year.committee.assignments.assign(year.key, year.secretary, {})
  })
  afterEach(() => year.end())

  it('save themselves as drafts, say what is missing, and are handed in once, pinned to what they judged', async () => {
    const { sheets } = year.committee
    const begun = await sheets.save(ofFirst(), { points: { need: '4' } })
    expect({ ...begun, savedAt: null }).toEqual({ version: 1, total: null, savedAt: null, problems: [{ pointer: '/points/effect', code: 'missingPoints', message: expect.objectContaining({ en: 'Score criterion "effect".' }) as object }] })
    expect(await refusalOf(sheets.submit(ofFirst(), year.reviewers[0] as never))).toBe('badInput')
    expect(await sheets.save(ofFirst(), { points: { need: '4', effect: '7' }, expectedVersion: 1 })).toMatchObject({ version: 2, total: '26/1', problems: [] })
    const submitted = await sheets.submit(ofFirst(), year.reviewers[0] as never, { expectedVersion: 2 })
    expect(submitted).toMatchObject({ state: 'submitted', version: 3, total: '26/1', points: { need: '4', effect: '7' }, judged: { plan: { revision: 1, hash: 'hash of 川の学校' } } })
    expect(await refusalOf(sheets.save(ofFirst(), complete))).toBe('submitted')
    expect(await refusalOf(sheets.submit(ofFirst(), year.reviewers[0] as never))).toBe('submitted')
    const [record] = await year.database.query(`SELECT kind, content, actor_id FROM committee_record WHERE kind = 'sheetSubmitted'`)
    expect(record).toMatchObject({ kind: 'sheetSubmitted', actor_id: year.reviewers[0]?.id, content: { application: year.applications[0], points: { need: '4', effect: '7' }, total: '26/1', judged: { plan: { revision: 1 } } } })
  })

  it('are opened again with a reason, and handed in anew', async () => {
    const { sheets } = year.committee
    await sheets.save(ofFirst(), complete)
    await sheets.submit(ofFirst(), year.reviewers[0] as never)
    expect(await refusalOf(sheets.reopen(ofFirst(), year.reviewers[1] as never, '見せて'))).toBe('role')
    expect(await sheets.reopen(ofFirst(), year.reviewers[0] as never, '金額を見落としていた')).toEqual({ version: 3 })
    expect(await refusalOf(sheets.reopen(ofFirst(), year.chair, 'もう一度'))).toBe('notSubmitted')
    await sheets.save(ofFirst(), { points: { need: '3', effect: 7 } })
    expect(await sheets.submit(ofFirst(), year.reviewers[0] as never)).toMatchObject({ total: '23/1' })
    expect((await year.database.query<{ content: { reason?: string } }>(`SELECT content FROM committee_record WHERE kind = 'sheetReopened'`)).map(({ content }) => content.reason)).toEqual(['金額を見落としていた'])
  })

  it.each([
    ['a level that is none', { points: { need: '6' } }, 'offScale'], ['points above the most', { points: { effect: 11 } }, 'offScale'], ['points below 0', { points: { effect: -1 } }, 'offScale'],
    ['full-width digits', { points: { effect: '７' } }, 'fullWidthDigits'], ['a number beyond all', { points: { effect: '1e309' } }, 'notFinite'], ['no number', { points: { effect: 'NaN' } }, 'notANumber'],
    ['a criterion that there is not', { points: { charm: 5 } }, 'unknownCriterion'], ['a comment on a criterion that there is not', { comments: { charm: 'x' } }, 'unknownCriterion'],
  ])('refuse %s and keep what was saved', async (_, change, code) => {
    await year.committee.sheets.save(ofFirst(), complete)
    const refused = await year.committee.sheets.save(ofFirst(), change).then(() => null, (error: { problems: { code: string }[] }) => error.problems.map((one) => one.code))
    expect(refused).toEqual([code])
    expect(await year.committee.sheets.read(ofFirst())).toMatchObject({ version: 1, points: complete.points })
  })

  it('ask for a comment where the rubric does, before they are handed in', async () => {
    const saved = await year.committee.sheets.save(ofFirst(), { points: { need: '1', effect: 7 } })
    expect(saved.problems.map(({ pointer, code }) => [pointer, code])).toEqual([['/comments/need', 'commentRequired']])
    await year.committee.sheets.save(ofFirst(), { comments: { need: '需要の調査がありません' } })
    expect(await year.committee.sheets.submit(ofFirst(), year.reviewers[0] as never)).toMatchObject({ total: '17/1' })
  })

  it('are refused on another version than the one that was seen', async () => {
    await year.committee.sheets.save(ofFirst(), complete)
    expect(await refusalOf(year.committee.sheets.save(ofFirst(), { ...complete, expectedVersion: 7 }))).toBe('stale')
    const both = await Promise.allSettled([1, 1].map((expectedVersion) => year.committee.sheets.save(ofFirst(), { points: { need: '5' }, expectedVersion })))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('are taken only by whom they are assigned to, for what is judged, by the rubric that they see', async () => {
    const { sheets } = year.committee
    expect(await refusalOf(sheets.save({ ...ofFirst(), reviewerId: year.secretary.id }, complete))).toBe('notAssigned')
    expect(await refusalOf(sheets.save({ ...ofFirst(), applicationId: year.callId }, complete))).toBe('notAssigned')
    expect(await refusalOf(sheets.save({ ...ofFirst(), stage: 'finals' }, complete))).toBe('unknownStage')
    expect(await refusalOf(sheets.save(ofFirst(), { ...complete, rubric: 'another' }))).toBe('rubricChanged')
    expect(await year.send({ id: year.applicants[0] ?? '', roles: [] }, 'withdraw', {}, year.applications[0])).toBe('ok')
    expect(await refusalOf(sheets.save(ofFirst(), complete))).toBe('closed')
  })

  it('whose rubric has changed since they were saved are looked at again before they are handed in', async () => {
    await year.committee.sheets.save(ofFirst(), complete)
    await year.database.query(`UPDATE score_sheet SET rubric = 'of an earlier version'`)
    expect(await refusalOf(year.committee.sheets.submit(ofFirst(), year.reviewers[0] as never))).toBe('rubricChanged')
    await year.committee.sheets.save(ofFirst(), complete)
    expect(await year.committee.sheets.submit(ofFirst(), year.reviewers[0] as never)).toMatchObject({ state: 'submitted' })
  })

  it('lock at the deadline, whoever comes, and with the end of scoring', async () => {
    await year.committee.sheets.save(ofFirst(), complete)
    await setClock(year.database, new Date('2099-01-01T07:59:59Z'))
    expect(await year.committee.sheets.submit(ofFirst(), year.reviewers[0] as never)).toMatchObject({ state: 'submitted' })
    await setClock(year.database, new Date('2099-01-01T08:00:00Z'))
    expect(await refusalOf(year.committee.sheets.save(ofFirst(year.reviewers[1]), complete))).toBe('locked')
    expect(await refusalOf(year.committee.sheets.reopen(ofFirst(), year.chair, '遅れた'))).toBe('locked')
    await setClock(year.database, new Date('2098-01-01T00:00:00Z'))
    await year.database.query(`UPDATE cases SET states = '{deliberating}' WHERE id = $1`, [year.callId])
    expect(await refusalOf(year.committee.sheets.save(ofFirst(year.reviewers[1]), complete))).toBe('closed')
  })

  it('of others are hidden until one’s own is in', async () => {
    const [first, second] = year.reviewers
    await year.committee.sheets.save(ofFirst(first), { ...complete, note: '内緒の講評' })
    await year.committee.sheets.submit(ofFirst(first), first as never)
    const view = async (): Promise<unknown> => (await year.committee.reviews.read({ ...year.key, applicationId: year.applications[0] ?? '' }, second as never)).others
    expect(await view()).toBeNull()
    await year.committee.sheets.save(ofFirst(second), complete)
    expect(await view()).toBeNull()
    await year.committee.sheets.submit(ofFirst(second), second as never)
    expect(await view()).toMatchObject([{ reviewerId: first?.id, name: '委員 1', total: '26/1', note: '内緒の講評' }])
  })

  it('that are missing keep the chair from closing the scoring', async () => {
    expect(await year.send(year.chair, 'closeScoring')).toBe('guard')
    await year.scoreAll([['4', 7], ['3', 6]])
    expect(await year.send(year.chair, 'closeScoring')).toBe('ok')
  })
})
