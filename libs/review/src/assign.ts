import { assignInput } from './assign-input.js'
import { readAssignment, type Assignment } from './assignment.js'
import { withAssignmentModel } from './assignment-model.js'
import { explainInfeasible, type InfeasibleReason } from './infeasible.js'
import { shapeProblems, type Problem } from './problems.js'

export interface Assigned {
  /** By application, then reviewer, in the order of their ids. */
  assignments: { reviewer: string; application: string }[]
  load: { min: number; max: number }
  /** Affinity and expertise of all assignments. */
  objective: number
  /** With `previous`: how many of those whose reviewer and application are still there stayed, and how many did not. */
  kept?: number
  moved?: number
}

/** Either `problems` (the input is wrong) or `infeasible` (nothing fulfils it) is not empty. */
export type AssignOutcome = { ok: true; result: Assigned } | { ok: false; problems: Problem[]; infeasible: InfeasibleReason[] }

/**
 * Assigns reviewers to applications: an optimum by integer programming, the same for the same input and seed. Where no
 * assignment fulfils all constraints, it names a set of them that contradict each other and of which none could be left
 * out. The solver computes in the calling thread: 200 applications and 30 reviewers take a fraction of a second, larger
 * ones belong into a worker.
 *
 * @param input see `assignInput`; anything may be given
 * @throws Error where the solver fails, which no input should make it do
 * @example
 * await assign({ perApplication: 1, applications: ['A'], reviewers: [{ id: 'r1' }] })
 * // → { ok: true, result: { assignments: [{ reviewer: 'r1', application: 'A' }], load: { min: 1, max: 1 }, objective: 0 } }
 */
export async function assign(input: unknown): Promise<AssignOutcome> {
  const parsed = assignInput.safeParse(input)
  if (!parsed.success) return { ok: false, problems: shapeProblems(parsed.error, input), infeasible: [] }
  const assignment = readAssignment(parsed.data)
  if (Array.isArray(assignment)) return { ok: false, problems: assignment, infeasible: [] }
  return withAssignmentModel(assignment, (model): AssignOutcome => {
    const pairs = model.best()
    return pairs === null ? { ok: false, problems: [], infeasible: explainInfeasible(model, assignment) } : { ok: true, result: resultOf(assignment, pairs) }
  })
}

function resultOf({ applications, reviewers, worth, worthPlaces, previous }: Assignment, pairs: number[]): Assigned {
  const loads = reviewers.map(() => 0)
  for (const pair of pairs) loads[pair % reviewers.length] = (loads[pair % reviewers.length] ?? 0) + 1
  const kept = pairs.filter((pair) => previous.has(pair)).length
  return {
    assignments: pairs.map((pair) => ({ reviewer: reviewers[pair % reviewers.length]?.id ?? '', application: applications[Math.floor(pair / reviewers.length)] ?? '' })),
    load: { min: loads.reduce((a, b) => Math.min(a, b), loads[0] ?? 0), max: loads.reduce((a, b) => Math.max(a, b), 0) },
    objective: Number(`${pairs.reduce((sum, pair) => sum + (worth.get(pair) ?? 0), 0)}e-${worthPlaces}`),
    ...(previous.size > 0 ? { kept, moved: previous.size - kept } : {}),
  }
}
