import type { ScoreTable } from './score-table.js'

/** How one reviewer ranked the applications in play: equal totals share the places that they take up. */
export interface ReviewerRanks {
  /** How many this reviewer ranked. */
  count: number
  /** By application: the first of its places from 1, or 0 where this reviewer did not score it. */
  place: Int32Array
  /** By application: how many places it shares, 1 where it is alone. */
  shared: Int32Array
  /** Sizes of the groups of equals. */
  ties: number[]
}

/** Twice the rank with ties averaged, which is whole: places 2 and 3 shared are 2.5 each, so 5. */
export function doubledRank(ranks: ReviewerRanks, application: number): number {
  return 2 * (ranks.place[application] ?? 0) + (ranks.shared[application] ?? 0) - 1
}

export function rankByReviewer(table: ScoreTable, inPlay: readonly number[]): ReviewerRanks[] {
  return table.reviewers.map((_, reviewer) => ranksOf(table, reviewer, inPlay))
}

function ranksOf(table: ScoreTable, reviewer: number, inPlay: readonly number[]): ReviewerRanks {
  const scored: { application: number; total: bigint }[] = []
  for (const application of inPlay) {
    const total = table.totals[application]?.[reviewer]
    if (total != null) scored.push({ application, total })
  }
  scored.sort((a, b) => (a.total > b.total ? -1 : a.total < b.total ? 1 : 0))
  const ranks: ReviewerRanks = { count: scored.length, place: new Int32Array(table.applications.length), shared: new Int32Array(table.applications.length), ties: [] }
  for (let from = 0; from < scored.length; ) {
    let to = from + 1
    while (scored[to]?.total === scored[from]?.total && to < scored.length) to++
    for (const { application } of scored.slice(from, to)) {
      ranks.place[application] = from + 1
      ranks.shared[application] = to - from
    }
    ranks.ties.push(to - from)
    from = to
  }
  return ranks
}
