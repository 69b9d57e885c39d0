import type { Assignment } from './assignment.js'
import { circulates, type Arc } from './circulation.js'
import { loadRange, type Constraint } from './constraints.js'

/** What of an assignment is a flow from applications to reviewers: numbers, conflicts, and loads within fixed bounds. */
export class AssignmentFlow {
  private readonly assignment: Assignment

  constructor(assignment: Assignment) {
    this.assignment = assignment
  }

  /** Expertise, together and apart relate several pairs; a balance other than 1 leaves the bounds of loads open. */
  knows({ kind }: Constraint): boolean {
    if (kind === 'balance') return this.assignment.balance === 1
    return kind !== 'expertise' && kind !== 'apart' && kind !== 'together'
  }

  /** Whether there is any assignment under those of the constraints that it knows. */
  feasible(constraints: readonly Constraint[]): boolean {
    const { applications, reviewers } = this.assignment
    const [from, to] = [applications.length + reviewers.length, applications.length + reviewers.length + 1]
    return circulates(to + 1, [...this.applicationArcs(constraints, from), ...this.pairArcs(constraints), ...this.reviewerArcs(constraints, to), { from: to, to: from, lower: 0, upper: Infinity }])
  }

  private applicationArcs(constraints: readonly Constraint[], from: number): Arc[] {
    const { applications, reviewers, perApplication } = this.assignment
    const exact = constraints.some((c) => c.kind === 'perApplication')
    return applications.map((_, to) => ({ from, to, lower: exact ? perApplication : 0, upper: exact ? perApplication : reviewers.length }))
  }

  private pairArcs(constraints: readonly Constraint[]): Arc[] {
    const { applications, reviewers } = this.assignment
    const [barred, fixed] = [new Set<number>(), new Set<number>()]
    for (const c of constraints) {
      if (c.kind === 'conflict') barred.add(c.pair)
      if (c.kind === 'fixed') fixed.add(c.pair)
    }
    return applications.flatMap((_, a) => reviewers.map((__, r): Arc => {
      const pair = a * reviewers.length + r
      return { from: a, to: applications.length + r, lower: fixed.has(pair) ? 1 : 0, upper: barred.has(pair) ? 0 : 1 }
    }))
  }

  private reviewerArcs(constraints: readonly Constraint[], to: number): Arc[] {
    const { applications, reviewers } = this.assignment
    return reviewers.map((_, r) => ({ from: applications.length + r, to, ...loadRange(this.assignment, r, constraints) }))
  }
}
