import { majority } from './majority.js'
import { schulze } from './schulze.js'
import { singleTransferable } from './single-transferable.js'

const times = (n: number, ...ballot: string[]): string[][] => Array.from({ length: n }, () => ballot)

describe('A majority vote', () => {
  it.each([
    ['is carried by more for than against', { for: 3, against: 2, abstain: 1 }, { eligible: 6 }, { outcome: 'carried', byCasting: false, quorum: 4 }],
    ['is rejected by more against', { for: 2, against: 3, abstain: 1 }, { eligible: 6 }, { outcome: 'rejected', byCasting: false, quorum: 4 }],
    ['lacks a quorum where half take part', { for: 3, against: 0, abstain: 0 }, { eligible: 6 }, { outcome: 'noQuorum', byCasting: false, quorum: 4 }],
    ['reaches a quorum with abstentions', { for: 1, against: 0, abstain: 3 }, { eligible: 6 }, { outcome: 'carried', byCasting: false, quorum: 4 }],
    ['stays a draw without a casting vote', { for: 2, against: 2, abstain: 0 }, { eligible: 4 }, { outcome: 'draw', byCasting: false, quorum: 3 }],
    ['goes as the chair says where it is a draw', { for: 2, against: 2, abstain: 0 }, { eligible: 4, casting: 'against' as const }, { outcome: 'rejected', byCasting: true, quorum: 3 }],
    ['leaves the casting vote aside where it is none', { for: 3, against: 1, abstain: 0 }, { eligible: 4, casting: 'against' as const }, { outcome: 'carried', byCasting: false, quorum: 3 }],
    ['needs more than half of those present where the rules say so', { for: 3, against: 1, abstain: 2 }, { eligible: 6, of: 'present' as const }, { outcome: 'draw', byCasting: false, quorum: 4 }],
  ])('%s', (_, votes, rules, result) => {
    expect(majority(votes, rules)).toEqual(result)
  })
})

describe('Schulze’s method', () => {
  // the published example with 45 voters: E beats A, C, B, D in this order
  it('ranks the published example E A C B D', () => {
    const ballots = [...times(5, 'A', 'C', 'B', 'E', 'D'), ...times(5, 'A', 'D', 'E', 'C', 'B'), ...times(8, 'B', 'E', 'D', 'A', 'C'), ...times(3, 'C', 'A', 'B', 'E', 'D'), ...times(7, 'C', 'A', 'E', 'B', 'D'), ...times(2, 'C', 'B', 'A', 'D', 'E'), ...times(7, 'D', 'C', 'E', 'B', 'A'), ...times(8, 'E', 'B', 'A', 'D', 'C')]
    const { ranking, winners, preferred } = schulze(['A', 'B', 'C', 'D', 'E'], ballots)
    expect(ranking).toEqual([{ option: 'E', rank: 1 }, { option: 'A', rank: 2 }, { option: 'C', rank: 3 }, { option: 'B', rank: 4 }, { option: 'D', rank: 5 }])
    expect(winners).toEqual(['E'])
    expect([preferred.A?.B, preferred.B?.A, preferred.D?.C]).toEqual([20, 25, 28])
  })

  it('leaves equals equal, counts unnamed options as last, and ignores what there is not', () => {
    expect(schulze(['A', 'B', 'C'], [['A', 'X'], ['B', 'B']]).ranking).toEqual([{ option: 'A', rank: 1 }, { option: 'B', rank: 1 }, { option: 'C', rank: 3 }])
    expect(schulze(['A', 'B'], []).winners).toEqual(['A', 'B'])
  })
})

describe('The single transferable vote', () => {
  it('elects by quota, transfers surpluses in exact fractions, and excludes the lowest', () => {
    const ballots = [...times(4, 'orange'), ...times(2, 'pear', 'orange'), ...times(8, 'chocolate', 'strawberry'), ...times(4, 'chocolate', 'sweets'), 'strawberry', 'sweets'].map((one) => (Array.isArray(one) ? one : [one]))
    const result = singleTransferable(['orange', 'pear', 'chocolate', 'strawberry', 'sweets'], 3, ballots)
    expect(result.quota).toBe(6)
    expect(result.elected).toEqual(['chocolate', 'orange', 'strawberry'])
    expect(result.rounds.map(({ elected, excluded }) => [elected, excluded])).toEqual([[['chocolate'], null], [[], 'pear'], [['orange'], null], [[], 'sweets'], [['strawberry'], null]])
    expect(result.rounds[1]?.votes).toEqual({ orange: '4/1', pear: '2/1', strawberry: '5/1', sweets: '3/1' })
  })

  it('says who is equal where nothing tells them apart, and excludes by the latest round that does', () => {
    expect(singleTransferable(['A', 'B', 'C'], 1, [['A'], ['B'], ['C']])).toMatchObject({ elected: [], undecided: ['A', 'B', 'C'] })
    expect(singleTransferable(['A', 'B'], 2, [['A']])).toMatchObject({ elected: ['A', 'B'], undecided: [] })
    expect(singleTransferable([], 1, [])).toMatchObject({ elected: [], rounds: [] })
  })
})
