import { PanelYear, refusalOf } from './panel-year.js'

describe('A deliberation', () => {
  let year: PanelYear
  const of = (i: number): string => year.applications[i] ?? ''
  const act = (...[actor, one, options]: Parameters<PanelYear['committee']['deliberations']['act']> extends [unknown, ...infer Rest] ? Rest : never): ReturnType<PanelYear['committee']['deliberations']['act']> => year.committee.deliberations.act(year.key, actor, one, options)
  const read = (actor = year.chair): ReturnType<PanelYear['committee']['deliberations']['read']> => year.committee.deliberations.read(year.key, actor)
  const order = async (): Promise<[string, number][]> => (await year.committee.outcomes.ranking(year.key, year.secretary)).view.rows.map(({ application, rank }): [string, number] => [application.title, rank])
  const scored = async (points: readonly (readonly [string, number])[], { budget = 2_000_000, reviewers = 3 } = {}): Promise<void> => {
    year = await PanelYear.begin({ reviewers, budget, applications: points.map((_, i) => ({ title: `申請${i + 1}`, requested: 800_000 })) })
    await year.scoreAll(points)
    expect(await year.send(year.chair, 'closeScoring')).toBe('ok')
    await year.settle()
  }
  afterEach(() => year.end())

  it('changes ranks with reasons, and takes changes back, with the cut line after each', async () => {
    await scored([['5', 10], ['4', 8], ['3', 6], ['3', 4]])
    expect(await order()).toEqual([['申請1', 1], ['申請2', 2], ['申請3', 3], ['申請4', 4]])
    const { seq } = await act(year.chair, { kind: 'rankChanged', application: of(3), to: 2, reason: '地域の偏りを避けるため' })
    expect(await order()).toEqual([['申請1', 1], ['申請4', 2], ['申請2', 3], ['申請3', 4]])
    expect((await year.committee.outcomes.selection(year.key, year.chair)).adopted.map(({ application }) => application.title)).toEqual(['申請1', '申請4'])
    await act(year.secretary, { kind: 'undone', act: seq, reason: '議決を誤って記録したため' })
    expect(await order()).toEqual([['申請1', 1], ['申請2', 2], ['申請3', 3], ['申請4', 4]])
    expect(await refusalOf(act(year.chair, { kind: 'undone', act: seq, reason: 'もう一度' }))).toBe('notNow')
    expect((await read()).undone).toMatchObject([{ act: seq, reason: '議決を誤って記録したため', by: year.secretary.id }])
    expect(await year.database.query(`SELECT count(*)::int AS n FROM committee_record WHERE kind IN ('rankChanged', 'undone')`)).toEqual([{ n: 2 }])
  })

  it('leaves equals equal until the chair, and nobody else, casts the vote; a tie at the cut decides nothing', async () => {
    await scored([['5', 10], ['4', 8], ['4', 8], ['4', 8]])
    expect(await order()).toEqual([['申請1', 1], ...[1, 2, 3].map(() => expect.anything() as [string, number])])
    expect((await year.committee.outcomes.ranking(year.key, year.secretary)).view.rows.map(({ rank, tied }) => [rank, tied])).toEqual([[1, false], [2, true], [2, true], [2, true]])
    expect((await year.committee.outcomes.selection(year.key, year.secretary)).problems.map(({ code }) => code)).toEqual(['tieAtCut'])
    expect(await refusalOf(year.committee.decisions.draft(year.key, year.secretary))).toBe('badInput')
    expect(await refusalOf(act(year.secretary, { kind: 'castingVote', order: [of(2), of(1)], reason: '効果' }))).toBe('role')
    await act(year.chair, { kind: 'castingVote', order: [of(2), of(1)], reason: '効果の広がりによる' })
    const rows = (await year.committee.outcomes.ranking(year.key, year.secretary)).view.rows
    expect(rows.map(({ application, rank, decidedBy }) => [application.title, rank, decidedBy])).toEqual([['申請1', 1, null], ['申請3', 2, 'chair'], ['申請2', 3, 'chair'], ['申請4', 4, 'chair']])
  })

  it('tells who must leave for which item, counts the quorum, and writes minutes for the chair to confirm', async () => {
    await scored([['5', 10], ['4', 8]])
    const [first, second] = year.reviewers
    await year.committee.conflicts.declare(year.key, first as never, of(1), '役員をしています')
    await act(year.chair, { kind: 'meetingOpened', title: '第1回審査委員会', agenda: [{ title: '全体' }, { title: '申請2', application: of(1) }] })
    await act(year.secretary, { kind: 'attendance', present: [year.chair.id] })
    expect((await read()).quorum).toEqual({ needed: 2, present: 1, reached: false })
    await act(year.secretary, { kind: 'attendance', present: [year.chair.id, second?.id ?? ''] })
    await act(year.chair, { kind: 'itemOpened', item: 1 })
    const view = await read()
    expect(view.quorum.reached).toBe(true)
    expect(view.agenda).toMatchObject([{ title: '全体', state: 'waiting', mustLeave: [] }, { title: '申請2', state: 'open', mustLeave: [first?.id] }])
    expect(await refusalOf(act(first as never, { kind: 'itemClosed', item: 1, note: '' }))).toBe('role')
    await act(year.chair, { kind: 'itemClosed', item: 1, note: '条件を付けることとした' })
    await act(year.chair, { kind: 'conditionsSet', application: of(1), conditions: ['安全計画を出すこと'] })
    await act(year.chair, { kind: 'meetingClosed' })
    const { draftMinutes } = await read()
    expect(draftMinutes.split('\n').filter((line) => !line.startsWith('開会'))).toEqual([
      '第1回審査委員会(審査委員会)', '出席:委員3人のうち2人(長谷 修、委員 2)', '議題:全体(未審議)', '議題:申請2。利害関係により委員 1は退室した。条件を付けることとした', `${of(1)}の条件:安全計画を出すこと`,
    ])
    const written = await act(year.secretary, { kind: 'minutesWritten', text: draftMinutes })
    expect(await refusalOf(act(year.secretary, { kind: 'minutesConfirmed', written: written.seq }))).toBe('role')
    await act(year.chair, { kind: 'minutesConfirmed', written: written.seq })
    expect((await read()).minutes).toMatchObject({ by: year.secretary.id, confirmedBy: year.chair.id })
    expect((await read(first as never)).draftMinutes).toBe('') // it tells of what they left the room for
  })

  it('votes: each member once, the last word counts, nobody who is recused, results once it is closed', async () => {
    await scored([['5', 10], ['4', 8]], { reviewers: 4 })
    const [first, second, third] = year.reviewers as [never, never, never]
    await year.committee.conflicts.declare(year.key, third, of(1), '役員をしています')
    const { seq } = await act(year.chair, { kind: 'ballotOpened', question: '申請2を条件付きとする', method: 'majority', options: [], breaksTie: false, about: [of(1)] })
    expect(await refusalOf(act(third, { kind: 'voted', ballot: seq, choice: 'for' }))).toBe('recused')
    expect(await refusalOf(act(year.secretary, { kind: 'voted', ballot: seq, choice: 'for' }))).toBe('role')
    expect(await refusalOf(act(first, { kind: 'voted', ballot: seq, ranking: [of(0)] }))).toBe('badInput')
    await act(first, { kind: 'voted', ballot: seq, choice: 'against' })
    await act(first, { kind: 'voted', ballot: seq, choice: 'abstain' })
    await act(second, { kind: 'voted', ballot: seq, choice: 'against' })
    await act(year.chair, { kind: 'voted', ballot: seq, choice: 'for' })
    expect((await read(first)).ballots).toMatchObject([{ open: true, cast: 3, eligible: 3, own: { choice: 'abstain' }, result: null }])
    await act(year.chair, { kind: 'ballotClosed', ballot: seq })
    expect((await read(first)).ballots[0]?.result?.majority).toEqual({ outcome: 'carried', byCasting: true, quorum: 2, for: 1, against: 1, abstain: 1 })
    expect((await read(third)).ballots[0]?.result).toBeNull()
    expect(await refusalOf(act(first, { kind: 'voted', ballot: seq, choice: 'for' }))).toBe('notNow')
  })

  it('circulates a vote until its instant, and ranks by ballots', async () => {
    await scored([['5', 10], ['4', 8], ['3', 8]])
    const past = await act(year.chair, { kind: 'ballotOpened', question: '持ち回り', method: 'majority', options: [], circulatedUntil: '2000-01-01T00:00:00+09:00', breaksTie: false, about: [] })
    expect(await refusalOf(act(year.chair, { kind: 'voted', ballot: past.seq, choice: 'for' }))).toBe('notNow')
    expect(await refusalOf(act(year.chair, { kind: 'ballotOpened', question: '順位', method: 'schulze', options: [of(0)], breaksTie: false, about: [] }))).toBe('badInput')
    const { seq } = await act(year.chair, { kind: 'ballotOpened', question: '順位', method: 'schulze', options: [of(0), of(1), of(2)], breaksTie: false, about: [] })
    for (const actor of year.panel) await act(actor, { kind: 'voted', ballot: seq, ranking: actor === year.chair ? [of(0)] : [of(2), of(1), of(0)] })
    await act(year.chair, { kind: 'ballotClosed', ballot: seq })
    expect((await read()).ballots[1]?.result?.schulze?.ranking.map(({ option, rank }) => [year.applications.indexOf(option), rank])).toEqual([[2, 1], [1, 2], [0, 3]])
  })

  it('takes an act once under one key, and none on another version than the one that was seen', async () => {
    await scored([['5', 10], ['4', 8]])
    const one = { kind: 'commentSet' as const, application: of(0), comment: 'よい計画です' }
    const first = await act(year.chair, one, { idempotencyKey: 'k1' })
    expect(await act(year.chair, one, { idempotencyKey: 'k1' })).toEqual({ seq: first.seq, repeated: true })
    expect(await act(year.secretary, one, { idempotencyKey: 'k1' })).toMatchObject({ repeated: false })
    expect(await refusalOf(act(year.chair, one, { expectedVersion: first.seq }))).toBe('stale')
    const both = await Promise.all([1, 2].map((n) => refusalOf(act(year.chair, { ...one, comment: `${n}` }, { expectedVersion: first.seq + 1 }))))
    expect(both.sort()).toEqual(['nothing', 'stale'])
  })

  it('changes nothing while the panel scores, nor once its decision is proposed', async () => {
    await scored([['5', 10], ['4', 8]])
    const seq = (await year.committee.decisions.draft(year.key, year.secretary)).seq ?? 0
    await year.committee.decisions.propose(year.key, year.chair, seq, '審議した。')
    expect(await refusalOf(act(year.chair, { kind: 'rankChanged', application: of(1), to: 1, reason: '遅すぎる' }))).toBe('notNow')
    expect(await refusalOf(act(year.chair, { kind: 'meetingOpened', title: '次の会議', agenda: [] }))).toBe('nothing')
  })
})

describe('A conflict of interest', () => {
  let year: PanelYear
  const list = async (): Promise<(string | null)[][]> => (await year.committee.conflicts.list(year.callId, year.secretary)).map(({ reviewerName, kind, state, reason }) => [reviewerName, kind, state, reason])
  beforeEach(async () => {
    year = await PanelYear.begin({ applications: [{ title: '川の学校', requested: 1, organisation: { name: '株式会社ミナトリサイクル', corporateNumber: '6990001000101' } }, { title: '森の学校', requested: 1, applicant: '委員 2' }] })
    await year.committee.panels.setAffiliations(year.key, year.secretary, year.reviewers[0]?.id ?? '', [{ organisation: '(株)ミナトリサイクル', corporateNumber: '6990001000101', address: null, note: null }])
  })
  afterEach(() => year.end())

  it('is found, confirmed or dismissed with a reason, and never raised again', async () => {
    expect(await year.committee.conflicts.match(year.key, year.secretary)).toEqual({ found: 3, raised: 3 })
    expect(await list()).toEqual(expect.arrayContaining([['委員 1', 'corporateNumber', 'suspected', null], ['委員 1', 'organisation', 'suspected', null], ['委員 2', 'name', 'suspected', null]]))
    const [conflict] = (await year.committee.conflicts.list(year.callId, year.secretary)).filter(({ kind }) => kind === 'name')
    await year.committee.conflicts.decide(year.key, year.secretary, conflict?.id ?? '', 'dismissed', '同姓同名の別人')
    expect(await year.committee.conflicts.match(year.key, year.secretary)).toEqual({ found: 3, raised: 0 })
    expect((await list()).filter(([, kind]) => kind === 'name')).toEqual([['委員 2', 'name', 'dismissed', '同姓同名の別人']])
    expect(await refusalOf(year.committee.conflicts.match(year.key, year.chair))).toBe('role')
  })

  it('keeps a reviewer out of what they are suspected of, and in it again once it is dismissed', async () => {
    await year.committee.conflicts.match(year.key, year.secretary)
    const { assigned } = await year.committee.assignments.assign(year.key, year.secretary, {})
    expect(assigned).toHaveLength(4) // 3 reviewers, 2 applications, 2 suspected pairs
    const mine = (await year.committee.conflicts.list(year.callId, year.secretary)).filter(({ reviewerName }) => reviewerName === '委員 1')
    for (const { id } of mine) await year.committee.conflicts.decide(year.key, year.secretary, id, 'dismissed', '昨年度で退職')
    expect((await year.committee.assignments.assign(year.key, year.secretary, {})).assigned).toHaveLength(1)
  })

  it('in the middle of a review takes the sheet out of the ranking and seals it; dismissed, it counts again', async () => {
    await year.scoreAll([['5', 10], ['4', 8]])
    const [first] = year.reviewers as [never]
    const scoredBy = async (): Promise<string | null | undefined> => (await year.committee.outcomes.ranking(year.key, year.secretary, { provisional: true })).view.rows.find(({ application }) => application.title === '川の学校')?.exact
    const conflict = await year.committee.conflicts.declare(year.key, first, year.applications[0] ?? '', '社外取締役です')
    expect(await year.committee.conflicts.declare(year.key, first, year.applications[0] ?? '', '社外取締役です')).toMatchObject({ id: conflict.id })
    expect(await scoredBy()).toBe('35/1')
    expect((await year.committee.outcomes.ranking(year.key, year.secretary, { provisional: true })).view.committee?.severity.map(({ scored }) => scored).sort()).toEqual([1, 2, 2])
    expect(await refusalOf(year.committee.reviews.read({ ...year.key, applicationId: year.applications[0] ?? '' }, first))).toBe('recused')
    expect(await refusalOf(year.committee.sheets.save({ ...year.key, applicationId: year.applications[0] ?? '', reviewerId: (first as { id: string }).id }, { note: 'x' }))).toBe('recused')
    expect(await refusalOf(year.committee.conflicts.decide(year.key, { id: (first as { id: string }).id, roles: ['chair'] }, conflict.id, 'dismissed', '自分で'))).toBe('role')
    await year.committee.conflicts.decide(year.key, year.secretary, conflict.id, 'dismissed', '就任前に辞退')
    expect((await year.committee.outcomes.ranking(year.key, year.secretary, { provisional: true })).view.committee?.severity.map(({ scored }) => scored).sort()).toEqual([2, 2, 2])
  })

  it('of everybody leaves an application without a score: the ranking says so, and nothing is decided', async () => {
    await year.scoreAll([['5', 10], ['4', 8]])
    for (const actor of year.panel) await year.committee.conflicts.declare(year.key, actor, year.applications[0] ?? '', '利害関係があります')
    await year.send(year.chair, 'closeScoring')
    await year.settle()
    expect((await year.committee.outcomes.ranking(year.key, year.secretary)).view.problems.map(({ code }) => code)).toEqual(['noScores'])
    expect(await refusalOf(year.committee.decisions.draft(year.key, year.secretary))).toBe('badInput')
  })
})
