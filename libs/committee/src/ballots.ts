import { majority, schulze, singleTransferable, type MajorityResult, type SchulzeResult, type StvResult } from '@saitaku/review'
import type { Ballot } from './deliberation.js'

export interface BallotResult {
  cast: number
  eligible: number
  majority?: MajorityResult & { for: number; against: number; abstain: number }
  schulze?: SchulzeResult
  stv?: StvResult
  /** Votes by option. */
  single?: { option: string; votes: number }[]
}

/**
 * Counts a ballot. `eligible`: who may vote, the chair among them; their own vote decides a draw of a majority vote where
 * they are in the chair.
 */
export function countBallot({ method, options, seats, votes }: Pick<Ballot, 'method' | 'options' | 'seats' | 'votes'>, eligible: readonly string[], chair: string | null): BallotResult {
  const counted = [...votes].filter(([voter]) => eligible.includes(voter))
  const base = { cast: counted.length, eligible: eligible.length }
  const rankings = counted.map(([, { ranking = [] }]) => ranking)
  if (method === 'schulze') return { ...base, schulze: schulze(options, rankings) }
  if (method === 'stv') return { ...base, stv: singleTransferable(options, seats, rankings) }
  if (method === 'single') return { ...base, single: options.map((option) => ({ option, votes: rankings.filter(([first]) => first === option).length })) }
  const said = (choice: string): number => counted.filter(([, vote]) => vote.choice === choice).length
  const tally = { for: said('for'), against: said('against'), abstain: said('abstain') }
  const chairs = chair === null ? undefined : counted.find(([voter]) => voter === chair)?.[1].choice
  return { ...base, majority: { ...majority(tally, { eligible: eligible.length, casting: chairs === 'for' || chairs === 'against' ? chairs : null }), ...tally } }
}

/** Votes that break ties by the rubric's `panelVote`: those of the last closed ballot that was held for it. */
export function tieVotes(ballots: readonly Ballot[]): { application: string; votes: number }[] {
  const held = ballots.findLast((ballot) => ballot.breaksTie && !ballot.open && ballot.method === 'single')
  if (!held) return []
  return held.options.map((application) => ({ application, votes: [...held.votes.values()].filter(({ ranking }) => ranking?.[0] === application).length }))
}
