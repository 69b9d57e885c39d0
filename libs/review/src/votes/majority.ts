export interface MajorityVotes {
  for: number
  against: number
  abstain: number
}

export interface MajorityRules {
  /** Who may vote: members that are not recused. */
  eligible: number
  /** How many of them must take part; more than half unless told. */
  quorum?: number
  /** More than half of those for and against, or of all who take part. Abstentions then count as against. */
  of?: 'votes' | 'present'
  /** The chair's own vote decides a draw, and only that. */
  casting?: 'for' | 'against' | null
}

export interface MajorityResult {
  outcome: 'carried' | 'rejected' | 'draw' | 'noQuorum'
  /** Whether the casting vote decided. */
  byCasting: boolean
  quorum: number
}

/**
 * Whether a motion is carried by a simple majority.
 *
 * @example
 * majority({ for: 3, against: 3, abstain: 0 }, { eligible: 6, casting: 'for' }) // → { outcome: 'carried', byCasting: true, quorum: 4 }
 */
export function majority(votes: MajorityVotes, { eligible, quorum = Math.floor(eligible / 2) + 1, of = 'votes', casting = null }: MajorityRules): MajorityResult {
  const against = votes.against + (of === 'present' ? votes.abstain : 0)
  if (votes.for + votes.against + votes.abstain < quorum) return { outcome: 'noQuorum', byCasting: false, quorum }
  if (votes.for !== against) return { outcome: votes.for > against ? 'carried' : 'rejected', byCasting: false, quorum }
  if (casting === null) return { outcome: 'draw', byCasting: false, quorum }
  return { outcome: casting === 'for' ? 'carried' : 'rejected', byCasting: true, quorum }
}
