import type { Assignment } from './assignment.js'

/** A constraint that can be lifted, to find out which of them contradict each other. */
export type Constraint =
  | { kind: 'perApplication' }
  | { kind: 'conflict' | 'fixed'; pair: number }
  | { kind: 'max' | 'min'; reviewer: number }
  | { kind: 'expertise' }
  | { kind: 'apart' | 'together'; index: number }
  | { kind: 'balance' }

/** In the order in which they are preferred as reasons: what could most easily be given up comes last. */
export function constraintsOf(assignment: Assignment): Constraint[] {
  const { reviewers, conflicts, fixed, apart, together, experts, balance } = assignment
  return [
    { kind: 'perApplication' },
    ...conflicts.map((pair) => ({ kind: 'conflict' as const, pair })),
    ...reviewers.flatMap(({ max }, reviewer) => (max === null ? [] : [{ kind: 'max' as const, reviewer }])),
    ...fixed.map((pair) => ({ kind: 'fixed' as const, pair })),
    ...apart.map((_, index) => ({ kind: 'apart' as const, index })),
    ...together.map((_, index) => ({ kind: 'together' as const, index })),
    ...(experts.length > 0 ? [{ kind: 'expertise' as const }] : []),
    ...reviewers.flatMap(({ min }, reviewer) => (min === 0 ? [] : [{ kind: 'min' as const, reviewer }])),
    ...(balance === null || reviewers.length === 0 ? [] : [{ kind: 'balance' as const }]),
  ]
}

/** With k·A reviews for R reviewers and loads that differ by at most 1, each load is one of these two. */
export function evenLoad({ applications, reviewers, perApplication }: Assignment): { low: number; high: number } {
  const share = (applications.length * perApplication) / Math.max(1, reviewers.length)
  return { low: Math.floor(share), high: Math.ceil(share) }
}

export interface Range {
  lower: number
  upper: number
}

/** How many applications a reviewer may have under these constraints; with a balance other than 1, without regard to it. */
export function loadRange(assignment: Assignment, reviewer: number, constraints: readonly Constraint[]): Range {
  const { reviewers, applications, balance } = assignment
  const range = { lower: 0, upper: applications.length }
  for (const c of constraints) {
    if (c.kind === 'max' && c.reviewer === reviewer) range.upper = Math.min(range.upper, reviewers[reviewer]?.max ?? range.upper)
    if (c.kind === 'min' && c.reviewer === reviewer) range.lower = Math.max(range.lower, reviewers[reviewer]?.min ?? 0)
    if (c.kind === 'balance' && balance === 1) {
      const { low, high } = evenLoad(assignment)
      range.lower = Math.max(range.lower, low)
      range.upper = Math.min(range.upper, high)
    }
  }
  return range
}
