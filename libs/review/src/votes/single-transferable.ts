import Fraction from 'fraction.js'
import { reduced } from '../exact.js'
import { readBallot, type RankedBallot } from './ranked-ballots.js'

export interface StvRound {
  /** Votes of each option still in the count, as fractions in lowest terms. */
  votes: Record<string, string>
  elected: string[]
  excluded: string | null
}

export interface StvResult {
  quota: number
  /** In the order of their election. */
  elected: string[]
  rounds: StvRound[]
  /** Equal options of which one would have to go, and no earlier round tells them apart: the panel decides. */
  undecided: string[]
}

/**
 * Elects `seats` options by the single transferable vote: Droop's quota, and the surplus of whoever passes it goes on in
 * equal fractions of every ballot (weighted inclusive Gregory). Exact. The lowest is excluded; of equals, whoever had less in the
 * latest earlier round in which they differed.
 *
 * @example
 * singleTransferable(['A', 'B', 'C'], 1, [['A'], ['A'], ['B'], ['C', 'B']]).elected // → ['A']
 */
export function singleTransferable(options: readonly string[], seats: number, ballots: readonly RankedBallot[]): StvResult {
  const count = new Count(options, ballots)
  const quota = Math.floor(count.valid / (seats + 1)) + 1
  const result: StvResult = { quota, elected: [], rounds: [], undecided: [] }
  while (result.elected.length < seats && count.hopeful.length > 0) {
    const votes = count.tally()
    const round: StvRound = { votes: Object.fromEntries([...votes].map(([option, v]) => [option, reduced(v)])), elected: [], excluded: null }
    result.rounds.push(round)
    const open = seats - result.elected.length
    const passed = count.hopeful.filter((option) => of(votes, option).gte(quota)).sort((a, b) => of(votes, b).compare(of(votes, a)))
    if (count.hopeful.length <= open) round.elected = [...count.hopeful].sort((a, b) => of(votes, b).compare(of(votes, a)))
    else if (passed.length > 0) round.elected = passed.slice(0, open)
    else {
      const lowest = count.lowest(votes)
      if (lowest.length > 1) return { ...result, undecided: lowest }
      round.excluded = lowest[0] ?? null
    }
    result.elected.push(...round.elected)
    count.after(votes, round, quota)
  }
  return result
}

const NOTHING = new Fraction(0)
const of = (votes: ReadonlyMap<string, Fraction>, option: string): Fraction => votes.get(option) ?? NOTHING

class Count {
  hopeful: string[]
  readonly valid: number
  private readonly papers: { order: string[]; weight: Fraction }[]
  private readonly history: Map<string, Fraction>[] = []

  constructor(options: readonly string[], ballots: readonly RankedBallot[]) {
    this.hopeful = [...options]
    this.papers = ballots.map((ballot) => ({ order: readBallot(ballot, options), weight: new Fraction(1) })).filter(({ order }) => order.length > 0)
    this.valid = this.papers.length
  }

  tally(): Map<string, Fraction> {
    const votes = new Map(this.hopeful.map((option) => [option, NOTHING]))
    for (const paper of this.papers) {
      const first = this.first(paper)
      if (first !== undefined) votes.set(first, of(votes, first).add(paper.weight))
    }
    this.history.push(votes)
    return votes
  }

  /** Those with the fewest votes, narrowed by the earlier rounds. */
  lowest(votes: ReadonlyMap<string, Fraction>): string[] {
    let candidates = fewest(this.hopeful, votes)
    for (const earlier of this.history.slice(0, -1).reverse()) if (candidates.length > 1) candidates = fewest(candidates, earlier)
    return candidates
  }

  after(votes: ReadonlyMap<string, Fraction>, { elected, excluded }: StvRound, quota: number): void {
    for (const paper of this.papers) {
      const first = this.first(paper)
      if (first === undefined || !elected.includes(first)) continue
      const had = of(votes, first)
      paper.weight = had.gt(quota) ? paper.weight.mul(had.sub(quota)).div(had) : NOTHING
    }
    this.hopeful = this.hopeful.filter((option) => option !== excluded && !elected.includes(option))
  }

  private first({ order }: { order: readonly string[] }): string | undefined {
    return order.find((option) => this.hopeful.includes(option))
  }
}

function fewest(options: readonly string[], votes: ReadonlyMap<string, Fraction>): string[] {
  const least = options.reduce<Fraction | null>((min, option) => (min === null || of(votes, option).lt(min) ? of(votes, option) : min), null)
  return options.filter((option) => least !== null && of(votes, option).equals(least))
}
