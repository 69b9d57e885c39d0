import { awardPrizes, type Prizes, type PrizesInput } from './index.js'

function result(input: unknown): Prizes {
  const outcome = awardPrizes(input)
  if (!outcome.ok) throw new Error(outcome.problems.map((p) => `${p.pointer} ${p.message.en}`).join('\n'))
  return outcome.result
}

const won = (input: unknown): string => result(input).awarded.map((a) => `${a.prize} ${a.application}`).join(', ')
const faults = (input: unknown): [string, string][] => {
  const outcome = awardPrizes(input)
  return outcome.ok ? [] : outcome.problems.map((p) => [p.pointer, p.code])
}

/** Six applications of five organisations in two divisions, best first. */
const APPLICATIONS: PrizesInput['applications'] = [['A', 'o1', 'region', 90], ['B', 'o2', 'youth', 85], ['C', 'o1', 'region', 80], ['D', 'o3', 'region', 75], ['E', 'o4', 'youth', 70], ['F', 'o5', 'youth', 65]]
  .map(([id, organisation, division, score], i) => ({ id: String(id), organisation: String(organisation), division: String(division), score: Number(score), rank: i + 1 }))
const given = (prizes: PrizesInput['prizes'], more: Partial<PrizesInput> = {}): PrizesInput => ({ prizes, applications: APPLICATIONS, ...more })

describe('awardPrizes', () => {
  it('gives prizes in their order, several winners each, by rank', () => {
    expect(won(given([{ id: 'grand' }, { id: 'excellence', winners: 3 }], { sameOrganisation: 'allowed' }))).toBe('grand A, excellence B, excellence C, excellence D')
  })
  it('gives a division’s prizes to its own applications: two first prizes and six excellence prizes', () => {
    const prizes = ['region', 'youth'].flatMap((division) => [{ id: `first ${division}`, divisions: [division] }, { id: `excellence ${division}`, divisions: [division], winners: 3 }])
    const { awarded, notAwarded } = result(given(prizes, { sameOrganisation: 'allowed' }))
    expect(awarded.map((a) => `${a.prize} ${a.application}`)).toEqual(['first region A', 'excellence region C', 'excellence region D', 'first youth B', 'excellence youth E', 'excellence youth F'])
    expect(notAwarded).toEqual([{ prize: 'excellence region', places: 1, reason: 'nobodyLeft' }, { prize: 'excellence youth', places: 1, reason: 'nobodyLeft' }])
  })
  it('judges an application in the division that it was reassigned to', () => {
    const prizes = [{ id: 'first', divisions: ['youth'] }]
    expect(result(given(prizes, { reassigned: [{ application: 'A', division: 'youth' }] })).awarded).toEqual([{ prize: 'first', application: 'A', organisation: 'o1', division: 'youth', by: 'rank' }])
  })
  it('lets an organisation win once, and says whom it passed over', () => {
    expect(result(given([{ id: 'grand' }, { id: 'excellence', winners: 2 }]))).toEqual({
      awarded: [
        { prize: 'grand', application: 'A', organisation: 'o1', division: 'region', by: 'rank' },
        { prize: 'excellence', application: 'B', organisation: 'o2', division: 'youth', by: 'rank' },
        { prize: 'excellence', application: 'D', organisation: 'o3', division: 'region', by: 'rank' },
      ],
      notAwarded: [],
      passedOver: [{ prize: 'excellence', application: 'C', organisation: 'o1' }],
    })
  })
  it('lets one organisation hold the grand prize and a special prize, which is not exclusive', () => {
    expect(won(given([{ id: 'grand' }, { id: 'special', by: 'jury', exclusive: false }], { given: [{ prize: 'special', application: 'A' }] }))).toBe('grand A, special A')
  })
  it('takes the jury’s choice out of what goes by rank, also where that stands before', () => {
    expect(won(given([{ id: 'grand' }, { id: 'special', by: 'jury' }], { given: [{ prize: 'special', application: 'A' }] }))).toBe('grand B, special A')
  })
  it('gives a prize to nobody where the jury says so, where points are lacking, or where the jury chose nobody', () => {
    const prizes: PrizesInput['prizes'] = [{ id: 'grand', winners: 2 }, { id: 'excellence', winners: 3, atLeast: 85 }, { id: 'special', by: 'jury' }]
    const { awarded, notAwarded } = result(given(prizes, { noAward: ['grand'] }))
    expect(awarded.map((a) => a.application)).toEqual(['A', 'B'])
    expect(notAwarded).toEqual([{ prize: 'grand', places: 2, reason: 'declared' }, { prize: 'excellence', places: 1, reason: 'belowMinimum' }, { prize: 'special', places: 1, reason: 'notChosen' }])
  })
  it('does not choose among equal ranks', () => {
    const equal = APPLICATIONS.map((a) => ({ ...a, rank: a.rank === 2 ? 1 : a.rank }))
    expect(faults({ prizes: [{ id: 'grand' }], applications: equal })).toEqual([['/applications', 'tieAtCut']])
    expect(won({ prizes: [{ id: 'grand', winners: 2 }], applications: equal })).toBe('grand A, grand B')
    // A and C are of one organisation, which may win only once: which of them is left open too.
    expect(faults({ prizes: [{ id: 'grand', winners: 6 }], applications: APPLICATIONS.map((a) => ({ ...a, rank: 1 })) })).toEqual([['/applications', 'tieAtCut']])
  })
  it('compares points exactly, as fractions of a ranking', () => {
    const applications = [{ id: 'A', rank: 1, score: '256/3' }, { id: 'B', rank: 2, score: '85' }]
    expect(won({ prizes: [{ id: 'p', winners: 2, atLeast: '85.3' }], applications })).toBe('p A')
  })
  it('gives no prize without applications', () => expect(result(given([{ id: 'grand' }], { applications: [] }))).toEqual({ awarded: [], notAwarded: [{ prize: 'grand', places: 1, reason: 'nobodyLeft' }], passedOver: [] }))

  it.each<[string, Partial<PrizesInput>, [string, string][]]>([
    ['an unknown prize or application', { given: [{ prize: 'x', application: 'Z' }], noAward: ['y'], reassigned: [{ application: 'Z', division: 'd' }] }, [['/given/0/prize', 'unknownId'], ['/given/0/application', 'unknownId'], ['/noAward/0', 'unknownId'], ['/reassigned/0/application', 'unknownId']]],
    ['more choices than places', { given: [{ prize: 'grand', application: 'A' }, { prize: 'grand', application: 'B' }] }, [['/given', 'tooManyWinners']]],
    ['a choice for a prize that goes to nobody', { given: [{ prize: 'grand', application: 'A' }], noAward: ['grand'] }, [['/given', 'tooManyWinners']]],
    ['a choice from another division', { prizes: [{ id: 'grand', divisions: ['youth'] }], given: [{ prize: 'grand', application: 'A' }] }, [['/given/0', 'notEligible']]],
    ['a choice with too few points', { prizes: [{ id: 'grand', atLeast: 91 }], given: [{ prize: 'grand', application: 'A' }] }, [['/given/0', 'notEligible']]],
    ['two exclusive prizes for one application', { prizes: [{ id: 'p' }, { id: 'q' }], given: [{ prize: 'p', application: 'A' }, { prize: 'q', application: 'A' }] }, [['/given/1', 'notEligible']]],
    ['two exclusive prizes for one organisation', { prizes: [{ id: 'p' }, { id: 'q' }], given: [{ prize: 'p', application: 'A' }, { prize: 'q', application: 'C' }] }, [['/given/1', 'notEligible']]],
    ['points that are lacking or none', { prizes: [{ id: 'grand', atLeast: '８' }], applications: [{ id: 'A', rank: 1, score: Number.NaN }] }, [['/applications/0/score', 'notANumber']]],
    ['points that are lacking', { prizes: [{ id: 'grand', atLeast: 8 }], applications: [{ id: 'A', rank: 1 }] }, [['/applications/0/score', 'needsScore']]],
    ['ids twice', { prizes: [{ id: 'p' }, { id: 'p' }], applications: [{ id: 'A', rank: 1 }, { id: 'A', rank: 2 }], reassigned: [{ application: 'A', division: 'x' }, { application: 'A', division: 'y' }] }, [['/prizes/1/id', 'duplicateId'], ['/applications/1/id', 'duplicateId'], ['/reassigned/1/application', 'duplicateId']]],
  ])('reports %s', (_, more, found) => expect(faults(given([{ id: 'grand' }], more))).toEqual(found))
  it.each([[null], [undefined], ['text'], [[]], [{}]])('reports %j and does not throw', (input) => expect(awardPrizes(input).ok).toBe(false))
})
