import { assign, type Assigned, type AssignInput, type InfeasibleReason } from './index.js'

async function assigned(input: AssignInput): Promise<Assigned> {
  const outcome = await assign(input)
  if (!outcome.ok) throw new Error([...outcome.problems, ...outcome.infeasible].map((p) => p.message.en).join('\n'))
  return outcome.result
}

async function reasons(input: AssignInput): Promise<InfeasibleReason[]> {
  const outcome = await assign(input)
  return outcome.ok ? [] : outcome.infeasible
}

const faults = async (input: unknown): Promise<[string, string][]> => {
  const outcome = await assign(input)
  return outcome.ok ? [] : outcome.problems.map((p) => [p.pointer, p.code])
}

const pairs = (text: string): { reviewer: string; application: string }[] => text.split(' ').map((pair) => ({ reviewer: pair.split('-')[0] ?? '', application: pair.split('-')[1] ?? '' }))
const written = ({ assignments }: Assigned): string => assignments.map((a) => `${a.reviewer}-${a.application}`).join(' ')
const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)

/** A drawn round; the numbers come from a fixed sequence. */
function round(applications: number, reviewers: number): AssignInput {
  let state = 1
  const next = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below
  const all = names('A', applications).flatMap((application) => names('r', reviewers).map((reviewer) => ({ application, reviewer })))
  return {
    perApplication: 3, applications: names('A', applications), reviewers: names('r', reviewers), seed: 1,
    conflicts: all.filter(() => next(20) === 0), affinity: all.filter(() => next(3) === 0).map((pair) => ({ ...pair, value: next(5) - 2 })),
  }
}

describe('assign', () => {
  it('gives every application its number, nobody a conflict, and loads that differ by at most 1', async () => {
    const input = round(20, 7)
    const { assignments, load } = await assigned(input)
    expect(load).toEqual({ min: 8, max: 9 })
    expect(names('A', 20).map((id) => new Set(assignments.filter((a) => a.application === id).map((a) => a.reviewer)).size)).toEqual(names('A', 20).map(() => 3))
    expect(assignments.filter((a) => input.conflicts?.some((c) => c.reviewer === a.reviewer && c.application === a.application))).toEqual([])
  })
  it('maximises affinity, with decimals exactly', async () => {
    const affinity = [['r1', 'A', '0.1'], ['r2', 'B', '0.2'], ['r1', 'B', '-3'], ['r2', 'A', 0]].map(([reviewer, application, value]) => ({ reviewer: String(reviewer), application: String(application), value: value ?? 0 }))
    const result = await assigned({ perApplication: 1, applications: ['A', 'B'], reviewers: ['r1', 'r2'], affinity })
    expect([written(result), result.objective]).toEqual(['r1-A r2-B', 0.3])
  })
  it('keeps a hard maximum and minimum', async () => {
    const result = await assigned({ perApplication: 1, applications: names('A', 6), reviewers: [{ id: 'r1', max: 1 }, { id: 'r2', min: 4 }, 'r3'], balance: null })
    const load = (id: string): number => result.assignments.filter((a) => a.reviewer === id).length
    expect([load('r1') <= 1, load('r2') >= 4, result.assignments.length]).toEqual([true, true, 6])
  })
  it('counts a field in common, and asks for as many experts as it is told', async () => {
    const input: AssignInput = { perApplication: 1, applications: [{ id: 'A', fields: ['energy'] }, { id: 'B', fields: ['care'] }], reviewers: [{ id: 'r1', fields: ['care'] }, { id: 'r2', fields: ['energy'] }] }
    expect(await assigned({ ...input, expertise: { weight: 2 } })).toMatchObject({ objective: 4, assignments: pairs('r2-A r1-B') })
    expect(written(await assigned({ ...input, expertise: { weight: 0, atLeast: 1 }, affinity: [{ reviewer: 'r1', application: 'A', value: 5 }] }))).toBe('r2-A r1-B')
  })
  it('keeps together and apart, applications and reviewers', async () => {
    const input: AssignInput = { perApplication: 2, applications: ['A', 'B'], reviewers: ['r1', 'r2', 'r3', 'r4'], balance: null }
    const of = (result: Assigned, id: string): string => result.assignments.filter((a) => a.application === id).map((a) => a.reviewer).join()
    const together = await assigned({ ...input, keepTogether: [{ applications: ['A', 'B'] }], affinity: [{ reviewer: 'r1', application: 'A', value: 1 }, { reviewer: 'r4', application: 'B', value: 1 }] })
    expect([of(together, 'A'), of(together, 'B')]).toEqual(['r1,r4', 'r1,r4'])
    const apart = await assigned({ ...input, keepApart: [{ applications: ['A', 'B'] }, { reviewers: ['r1', 'r2'] }] })
    expect([new Set(apart.assignments.map((a) => a.reviewer)).size, of(apart, 'A') === 'r1,r2', of(apart, 'B') === 'r1,r2']).toEqual([4, false, false])
    const pair = await assigned({ ...input, keepTogether: [{ reviewers: ['r1', 'r2'] }], affinity: [{ reviewer: 'r1', application: 'A', value: 1 }] })
    expect(of(pair, 'A')).toBe('r1,r2')
  })
  it('keeps what is fixed', async () => expect(written(await assigned({ perApplication: 1, applications: ['A', 'B'], reviewers: ['r1', 'r2'], fixed: pairs('r2-A'), affinity: [{ reviewer: 'r1', application: 'A', value: 9 }] }))).toBe('r2-A r1-B'))

  it('moves as few as possible when someone drops out', async () => {
    const input = round(30, 8)
    const before = await assigned(input)
    const without = <T extends { reviewer: string }>(list: T[] = []): T[] => list.filter((x) => x.reviewer !== 'r1')
    const after = await assigned({ ...input, reviewers: names('r', 8).slice(1), conflicts: without(input.conflicts), affinity: without(input.affinity), previous: before.assignments })
    const left = without(before.assignments).length
    expect([after.kept, after.moved, after.assignments.length]).toEqual([left, 0, 90])
  })
  it('weighs keeping against affinity where it is told what keeping is worth', async () => {
    const input: AssignInput = { perApplication: 1, applications: ['A', 'B'], reviewers: ['r1', 'r2'], previous: pairs('r1-A r2-B'), affinity: pairs('r1-B r2-A').map((pair) => ({ ...pair, value: 2 })) }
    expect(await assigned(input)).toMatchObject({ kept: 2, moved: 0, objective: 0 })
    expect(await assigned({ ...input, stability: 1 })).toMatchObject({ kept: 0, moved: 2, objective: 4 })
    expect(await assigned({ ...input, stability: '2.5' })).toMatchObject({ kept: 2, moved: 0, objective: 0 })
  })

  it('gives the same answer again, whatever the order of the lists, and of equal ones another by another seed', async () => {
    const input = round(20, 7)
    const first = await assigned(input)
    expect(await assigned(input)).toEqual(first)
    expect(await assigned({ ...input, applications: [...input.applications].reverse(), reviewers: [...input.reviewers].reverse(), conflicts: [...(input.conflicts ?? [])].reverse() })).toEqual(first)
    const seeds = await Promise.all([2, 3, 4].map((seed) => assigned({ ...input, seed })))
    expect(seeds.map((s) => s.objective)).toEqual([first.objective, first.objective, first.objective])
    expect(new Set([first, ...seeds].map(written)).size).toBeGreaterThan(1)
  })
  it('answers for 200 applications, 30 reviewers and 3 each', async () => {
    expect(await assigned(round(200, 30))).toMatchObject({ load: { min: 20, max: 20 } })
  })
})

describe('where no assignment fulfils everything', () => {
  it('says that there are too few reviewers', async () => {
    expect(await reasons({ perApplication: 3, applications: ['A', 'B'], reviewers: ['r1', 'r2'] })).toEqual([{
      code: 'perApplication', message: { ja: '応募2件に委員が3人ずつ必要です(延べ6人)。委員は2人です。', en: '2 applications need 3 reviewers each (6 in all); there are 2 reviewers.' },
    }])
  })
  it('names the conflicts that leave too few, and no other', async () => {
    const found = await reasons({ perApplication: 2, applications: ['A', 'B'], reviewers: ['r1', 'r2', 'r3'], conflicts: pairs('r1-A r2-A r1-B') })
    expect(found.map((r) => r.code)).toEqual(['perApplication', 'conflicts'])
    expect(found[1]).toEqual({ code: 'conflicts', pairs: pairs('r1-A r2-A'), message: { ja: '利害関係のため担当できません: r1–A、r2–A。', en: 'Conflicts of interest: r1–A, r2–A.' } })
  })
  it('adds up the maxima that are too low together', async () => {
    expect(await reasons({ perApplication: 2, applications: names('A', 3), reviewers: [{ id: 'r1', max: 3 }, { id: 'r2', max: 1 }, { id: 'r3', max: 1 }] })).toEqual([
      { code: 'perApplication', message: { ja: '応募3件に委員が2人ずつ必要です(延べ6人)。委員は3人です。', en: '3 applications need 2 reviewers each (6 in all); there are 3 reviewers.' } },
      { code: 'max', reviewers: ['r2', 'r3'], message: { ja: '担当件数の上限: r2 (1)、r3 (1)。合わせて2件までです。', en: 'The most that reviewers take: r2 (1), r3 (1); 2 together.' } },
    ])
  })
  it('adds up minima that are too high', async () => {
    const found = await reasons({ perApplication: 1, applications: ['A', 'B'], reviewers: [{ id: 'r1', min: 2 }, { id: 'r2', min: 1 }], balance: null })
    expect(found.map((r) => [r.code, r.reviewers, r.message.en])).toEqual([
      ['perApplication', undefined, '2 applications need 1 reviewers each (2 in all); there are 2 reviewers.'], ['min', ['r1', 'r2'], 'The least that reviewers take: r1 (2), r2 (1); 3 together.'],
    ])
  })
  it('names balance only where it is needed', async () => {
    const found = await reasons({ perApplication: 1, applications: names('A', 6), reviewers: [{ id: 'r1', max: 1 }, 'r2'] })
    expect(found.map((r) => r.message.en)).toEqual(['The most that reviewers take: r1 (1); 1 together.', 'Loads differ by at most 1, so that everybody takes 3.'])
  })
  it.each<[string, Partial<AssignInput>, string[]]>([
    ['kept apart', { keepApart: [{ applications: ['A', 'B'] }] }, ['perApplication', 'apart']],
    ['kept together', { keepTogether: [{ reviewers: ['r1', 'r2', 'r3'] }] }, ['perApplication', 'together']],
    ['fixed against a conflict', { fixed: pairs('r1-A'), conflicts: pairs('r1-A') }, ['conflicts', 'fixed']],
    ['without experts', { expertise: { atLeast: 1 } }, ['expertise']],
    ['that cannot be balanced', { balance: 0 }, ['perApplication', 'balance']],
  ])('%s', async (_, more, codes) => {
    expect((await reasons({ perApplication: 2, applications: ['A', 'B'], reviewers: ['r1', 'r2', 'r3'], ...more })).map((r) => r.code)).toEqual(codes)
  })
  it('explains a large round in words of a bearable length', async () => {
    const [, max] = await reasons({ ...round(60, 30), reviewers: names('r', 30).map((id) => ({ id, max: 5 })) })
    expect(max?.message.en).toBe('The most that reviewers take: r1 (5), r10 (5), r11 (5), r12 (5), r13 (5), r14 (5), r15 (5), r16 (5), r17 (5), r18 (5) and 20 more; 150 together.')
  })
})

describe('at the edges', () => {
  it('assigns nobody to nothing', async () => {
    expect(await assigned({ perApplication: 1, applications: [], reviewers: ['r1'] })).toEqual({ assignments: [], load: { min: 0, max: 0 }, objective: 0 })
    expect(await assigned({ perApplication: 1, applications: [], reviewers: [] })).toEqual({ assignments: [], load: { min: 0, max: 0 }, objective: 0 })
  })
  it('explains that there are no reviewers, or no applications for a minimum', async () => {
    expect((await reasons({ perApplication: 1, applications: ['A'], reviewers: [] })).map((r) => r.code)).toEqual(['perApplication'])
    expect((await reasons({ perApplication: 1, applications: [], reviewers: [{ id: 'r1', min: 1 }] })).map((r) => r.code)).toEqual(['min'])
  })
  it('takes previous assignments of people and applications that are gone as gone', async () => {
    expect(await assigned({ perApplication: 1, applications: ['A'], reviewers: ['r1'], previous: pairs('r9-A r1-Z') })).toEqual({ assignments: pairs('r1-A'), load: { min: 1, max: 1 }, objective: 0 })
  })
  it.each<[string, object, [string, string][]]>([
    ['an id twice', { applications: ['A', 'A'], reviewers: ['r1', { id: 'r1' }] }, [['/applications/1', 'duplicateId'], ['/reviewers/1', 'duplicateId']]],
    ['an unknown id', { conflicts: pairs('r9-Z') }, [['/conflicts/0/reviewer', 'unknownId'], ['/conflicts/0/application', 'unknownId']]],
    ['a pair twice', { conflicts: pairs('r1-A r1-A'), affinity: [...pairs('r1-A r1-A')].map((p) => ({ ...p, value: 1 })) }, [['/conflicts/1', 'duplicatePair'], ['/affinity/1', 'duplicatePair']]],
    ['a minimum above the maximum', { reviewers: [{ id: 'r1', min: 2, max: 1 }] }, [['/reviewers/0', 'rangeReversed']]],
    ['"７５" and NaN as affinity', { affinity: [{ ...pairs('r1-A')[0], value: '７５' }, { ...pairs('r1-B')[0], value: Number.NaN }] }, [['/affinity/1/value', 'notANumber']]],
    ['"７５" alone', { affinity: [{ ...pairs('r1-A')[0], value: '７５' }] }, [['/affinity/0/value', 'fullWidthDigits']]],
    ['more digits than the solver holds', { affinity: [{ ...pairs('r1-A')[0], value: '0.00000000001' }, { ...pairs('r1-B')[0], value: 1 }] }, [['/affinity', 'tooLong']]],
    ['someone kept together with nobody', { keepTogether: [{ reviewers: ['r1'] }] }, [['/keepTogether/0/reviewers', 'shape']]],
    ['someone kept apart from themselves', { keepApart: [{ reviewers: ['r1', 'r1'] }] }, [['/keepApart/0/reviewers/1', 'duplicateId']]],
    ['none per application', { perApplication: 0 }, [['/perApplication', 'shape']]],
    ['an unknown word', { conflict: [] }, [['/conflict', 'unknownKey']]],
  ])('reports %s', async (_, more, found) => expect(await faults({ perApplication: 1, applications: ['A', 'B'], reviewers: ['r1'], ...more })).toEqual(found))
  it.each([[null], [undefined], ['text'], [[]], [{}]])('reports %j and does not throw', async (input) => expect((await assign(input)).ok).toBe(false))
})
