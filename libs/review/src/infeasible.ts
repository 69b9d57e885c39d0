import type { Label } from '@saitaku/forms'
import type { Assignment, Several } from './assignment.js'
import { AssignmentFlow } from './assignment-flow.js'
import type { AssignmentModel } from './assignment-model.js'
import { constraintsOf, evenLoad, type Constraint } from './constraints.js'

/** One of the constraints, or several of one kind, that cannot all hold; give up any of them and the rest can. */
export interface InfeasibleReason {
  code: 'perApplication' | 'conflicts' | 'max' | 'min' | 'fixed' | 'apart' | 'together' | 'expertise' | 'balance'
  message: Label
  reviewers?: string[]
  pairs?: { reviewer: string; application: string }[]
  members?: string[][]
}

/**
 * The constraints that contradict each other, none of which could be left out: an irreducible infeasible subset, found by
 * halving (QuickXplain), which needs few trials where the subset is small. Most contradictions lie in what a flow
 * can tell, in a fraction of the solver's time.
 */
export function explainInfeasible(model: AssignmentModel, assignment: Assignment): InfeasibleReason[] {
  const flow = new AssignmentFlow(assignment)
  const constraints = constraintsOf(assignment)
  const ofFlow = constraints.filter((c) => flow.knows(c))
  const feasible = (some: readonly Constraint[]): boolean => flow.feasible(some) && (some.every((c) => flow.knows(c)) || model.feasible(some))
  return inWords(assignment, reduce(feasible, [], flow.feasible(ofFlow) ? constraints : ofFlow, false))
}

function reduce(feasible: (constraints: readonly Constraint[]) => boolean, background: readonly Constraint[], open: readonly Constraint[], grown: boolean): Constraint[] {
  if (grown && !feasible(background)) return []
  if (open.length <= 1) return [...open]
  const half = Math.ceil(open.length / 2)
  const [first, second] = [open.slice(0, half), open.slice(half)]
  const fromSecond = reduce(feasible, [...background, ...first], second, true)
  const fromFirst = reduce(feasible, [...background, ...fromSecond], first, fromSecond.length > 0)
  return [...fromFirst, ...fromSecond]
}

function inWords(assignment: Assignment, constraints: readonly Constraint[]): InfeasibleReason[] {
  const { applications, reviewers, perApplication } = assignment
  const pairName = (pair: number): { reviewer: string; application: string } => ({
    reviewer: reviewers[pair % reviewers.length]?.id ?? '', application: applications[Math.floor(pair / reviewers.length)] ?? '',
  })
  const pairsOf = (kind: 'conflict' | 'fixed'): { reviewer: string; application: string }[] => constraints.flatMap((c) => (c.kind === kind ? [pairName(c.pair)] : []))
  const limited = (kind: 'max' | 'min'): number[] => constraints.flatMap((c) => (c.kind === kind ? [c.reviewer] : []))
  const entries = (kind: 'apart' | 'together'): string[][] => constraints.flatMap((c) => (c.kind === kind ? [names(assignment, assignment[kind][c.index])] : []))
  const has = (kind: Constraint['kind']): boolean => constraints.some((c) => c.kind === kind)
  return [
    ...(has('perApplication') ? [{ code: 'perApplication' as const, message: perApplicationSentence(applications.length, perApplication, reviewers.length) }] : []),
    ...ifAny(pairsOf('conflict'), (pairs) => ({ code: 'conflicts' as const, pairs, message: pairSentence(pairs, '利害関係のため担当できません', 'Conflicts of interest') })),
    ...ifAny(limited('max'), (list) => ({ code: 'max' as const, reviewers: idsOf(assignment, list), message: maxSentence(assignment, list) })),
    ...ifAny(limited('min'), (list) => ({ code: 'min' as const, reviewers: idsOf(assignment, list), message: minSentence(assignment, list) })),
    ...ifAny(pairsOf('fixed'), (pairs) => ({ code: 'fixed' as const, pairs, message: pairSentence(pairs, '担当が固定されています', 'Fixed assignments') })),
    ...ifAny(entries('apart'), (members) => ({ code: 'apart' as const, members, message: membersSentence(members, '同じ担当にできません', 'Kept apart') })),
    ...ifAny(entries('together'), (members) => ({ code: 'together' as const, members, message: membersSentence(members, '同じ担当にします', 'Kept together') })),
    ...(has('expertise') ? [{ code: 'expertise' as const, message: expertiseSentence(assignment.expertiseAtLeast) }] : []),
    ...(has('balance') ? [{ code: 'balance' as const, message: balanceSentence(assignment) }] : []),
  ]
}

function ifAny<Entry>(list: Entry[], reason: (list: Entry[]) => InfeasibleReason): InfeasibleReason[] {
  return list.length === 0 ? [] : [reason(list)]
}

function names({ applications, reviewers }: Assignment, several: Several | undefined): string[] {
  const ids = several?.kind === 'reviewers' ? reviewers.map((r) => r.id) : applications
  return (several?.members ?? []).map((member) => ids[member] ?? '')
}

function idsOf({ reviewers }: Assignment, list: readonly number[]): string[] {
  return list.map((r) => reviewers[r]?.id ?? '')
}

const MOST_NAMES = 10

function listed(list: readonly string[]): Label {
  const more = list.length - MOST_NAMES
  const shown = list.slice(0, MOST_NAMES)
  return { ja: shown.join('、') + (more > 0 ? ` ほか${more}件` : ''), en: shown.join(', ') + (more > 0 ? ` and ${more} more` : '') }
}

function perApplicationSentence(applications: number, each: number, reviewers: number): Label {
  return {
    ja: `応募${applications}件に委員が${each}人ずつ必要です(延べ${applications * each}人)。委員は${reviewers}人です。`,
    en: `${applications} applications need ${each} reviewers each (${applications * each} in all); there are ${reviewers} reviewers.`,
  }
}

function pairSentence(pairs: readonly { reviewer: string; application: string }[], ja: string, en: string): Label {
  const list = listed(pairs.map((p) => `${p.reviewer}–${p.application}`))
  return { ja: `${ja}: ${list.ja}。`, en: `${en}: ${list.en}.` }
}

function membersSentence(members: readonly string[][], ja: string, en: string): Label {
  const list = listed(members.map((m) => m.join(' + ')))
  return { ja: `${ja}: ${list.ja}。`, en: `${en}: ${list.en}.` }
}

function maxSentence(assignment: Assignment, list: readonly number[]): Label {
  const names = listed(list.map((r) => `${assignment.reviewers[r]?.id ?? ''} (${assignment.reviewers[r]?.max ?? 0})`))
  const total = list.reduce((sum, r) => sum + (assignment.reviewers[r]?.max ?? 0), 0)
  return { ja: `担当件数の上限: ${names.ja}。合わせて${total}件までです。`, en: `The most that reviewers take: ${names.en}; ${total} together.` }
}

function minSentence(assignment: Assignment, list: readonly number[]): Label {
  const names = listed(list.map((r) => `${assignment.reviewers[r]?.id ?? ''} (${assignment.reviewers[r]?.min ?? 0})`))
  const total = list.reduce((sum, r) => sum + (assignment.reviewers[r]?.min ?? 0), 0)
  return { ja: `担当件数の下限: ${names.ja}。合わせて${total}件以上です。`, en: `The least that reviewers take: ${names.en}; ${total} together.` }
}

function expertiseSentence(atLeast: number): Label {
  return { ja: `各応募に、分野の合う委員が${atLeast}人以上必要です。`, en: `Each application needs at least ${atLeast} reviewers who know its field.` }
}

function balanceSentence(assignment: Assignment): Label {
  if (assignment.balance !== 1) return { ja: `担当件数の差は${assignment.balance}件までです。`, en: `Loads differ by at most ${assignment.balance}.` }
  const { low, high } = evenLoad(assignment)
  const each = low === high ? { ja: `${low}件`, en: `${low}` } : { ja: `${low}件か${high}件`, en: `${low} or ${high}` }
  return { ja: `担当件数の差は1件までなので、全員が${each.ja}ずつ担当します。`, en: `Loads differ by at most 1, so that everybody takes ${each.en}.` }
}
