/** One voter's order, best first. Options that are not named come last, and are equal there. */
export type RankedBallot = readonly string[]

/** A ballot as it counts: each option once, none that is not to be voted on. */
export function readBallot(ballot: RankedBallot, options: readonly string[]): string[] {
  return [...new Set(ballot)].filter((option) => options.includes(option))
}
