import { readBallot, type RankedBallot } from './ranked-ballots.js'

export interface SchulzeResult {
  /** By rank, then by the order in which the options stand. An option's rank is one more than how many beat it. */
  ranking: { option: string; rank: number }[]
  winners: string[]
  /** How many voters prefer the first to the second. */
  preferred: Record<string, Record<string, number>>
}

/**
 * Ranks options by Schulze's method with winning votes: one beats another if its strongest chain of pairwise victories to
 * it is stronger than any the other way.
 *
 * @example
 * schulze(['A', 'B'], [['A'], ['B', 'A'], ['A', 'B']]).winners // → ['A']
 */
export function schulze(options: readonly string[], ballots: readonly RankedBallot[]): SchulzeResult {
  const n = options.length
  const wins = preferences(options, ballots)
  const at = (matrix: readonly number[][], i: number, j: number): number => matrix[i]?.[j] ?? 0
  const paths = options.map((_, i) => options.map((__, j) => (i !== j && at(wins, i, j) > at(wins, j, i) ? at(wins, i, j) : 0)))
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        const row = paths[i]
        if (row && i !== j && i !== k && j !== k) row[j] = Math.max(at(paths, i, j), Math.min(at(paths, i, k), at(paths, k, j)))
      }
  const ranking = options.map((option, i) => ({ option, rank: 1 + options.filter((_, j) => at(paths, j, i) > at(paths, i, j)).length }))
  return {
    ranking: ranking.sort((a, b) => a.rank - b.rank),
    winners: ranking.filter(({ rank }) => rank === 1).map(({ option }) => option),
    preferred: Object.fromEntries(options.map((a, i) => [a, Object.fromEntries(options.flatMap((b, j) => (i === j ? [] : [[b, at(wins, i, j)]])))])),
  }
}

function preferences(options: readonly string[], ballots: readonly RankedBallot[]): number[][] {
  const places = ballots.map((ballot) => {
    const order = readBallot(ballot, options)
    return options.map((option) => (order.includes(option) ? order.indexOf(option) : Infinity))
  })
  return options.map((_, i) => options.map((__, j) => places.filter((place) => (place[i] ?? Infinity) < (place[j] ?? Infinity)).length))
}
