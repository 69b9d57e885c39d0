import type { DecisionRule, Rejected, Stage } from '@saitaku/review'
import type { Json, JsonObject } from '@saitaku/statechart'
import type { Chosen } from './selection.js'

export type OutcomeKind = 'adopted' | 'conditional' | 'reserve' | 'notAdopted'

/** Everything that a decision is drawn from: plain JSON, so that it can be drawn again. */
export interface DecisionBasis {
  /** Best first; without those that a threshold rejected. */
  order: string[]
  adopted: Chosen[]
  reserve: Chosen[]
  rejected: Pick<Rejected, 'application' | 'threshold'>[]
  strengths: { application: string; strongest: string; weakest: string }[]
  conditions: Record<string, string[]>
  comments: Record<string, string>
  /** The panel's own choice of a reason, or its own words. */
  reasons: Record<string, { reason?: string | undefined; text?: string | undefined }>
  /** What each event of the applications takes, by name. */
  asks: Record<string, string[]>
}

export interface DraftedOutcome {
  application: string
  outcome: OutcomeKind
  event: string
  data: JsonObject
  /** Where it came from: the id of a reason, or `words`. */
  reason: string | null
}

/** Draws the outcome of every application from what it is based on. Depends on nothing else. */
export function draftOutcomes(rubric: Stage, rule: DecisionRule, basis: DecisionBasis): DraftedOutcome[] {
  const adopted = new Map<string, Chosen[]>()
  for (const one of basis.adopted) adopted.set(one.application, [...(adopted.get(one.application) ?? []), one])
  const reserve = new Map(basis.reserve.map((one, i) => [one.application, { ...one, place: i + 1 }]))
  const everyone = [...basis.order, ...basis.rejected.map(({ application }) => application)]
  return everyone.map((application) => {
    const chosen = adopted.get(application)
    if (chosen) return adoptedOutcome(rule, basis, application, chosen)
    const kept = reserve.get(application)
    if (kept && rule.reserve !== undefined) return outcome(basis, application, 'reserve', rule.reserve, { amount: kept.amount, rank: kept.place })
    const { text, reason } = reasonFor(rubric, rule, basis, application)
    return { ...outcome(basis, application, 'notAdopted', rule.notAdopted, { reason: text }), reason }
  })
}

function adoptedOutcome(rule: DecisionRule, basis: DecisionBasis, application: string, chosen: readonly Chosen[]): DraftedOutcome {
  const conditions = basis.conditions[application] ?? []
  const [first, second] = chosen
  const data = { amount: first?.amount ?? null, prize: first?.prize ?? null, otherPrize: second?.prize ?? null }
  if (conditions.length > 0 && rule.conditional !== undefined) return outcome(basis, application, 'conditional', rule.conditional, { ...data, conditions })
  return outcome(basis, application, 'adopted', rule.adopted, data)
}

/** Only what the event takes, and nothing that is not there. */
function outcome({ asks, comments }: DecisionBasis, application: string, kind: OutcomeKind, event: string, data: Record<string, Json>): DraftedOutcome {
  const all: Record<string, Json> = { ...data, comment: comments[application] ?? null }
  const taken = (asks[event] ?? []).filter((name) => all[name] != null)
  return { application, outcome: kind, event, data: Object.fromEntries(taken.map((name) => [name, all[name] ?? null])), reason: null }
}

/** The panel's own words, the text that it chose, or the one that fits: the first for whoever fell under a threshold, or stood too low. */
function reasonFor(rubric: Stage, { reasons }: DecisionRule, basis: DecisionBasis, application: string): { text: string | null; reason: string | null } {
  const own = basis.reasons[application]
  if (own?.text !== undefined) return { text: own.text, reason: 'words' }
  const rejected = basis.rejected.find((one) => one.application === application)
  const chosen = own?.reason === undefined ? undefined : reasons.find(({ id }) => id === own.reason)
  const fits = chosen ?? reasons.find(({ on }) => on === (rejected ? 'threshold' : 'rank'))
  if (!fits) return { text: null, reason: null }
  const strength = basis.strengths.find((one) => one.application === application)
  const words: Record<string, string> = {
    threshold: rejected ? thresholdLabel(rubric, rejected.threshold) : '', strongest: criterionLabel(rubric, strength?.strongest), weakest: criterionLabel(rubric, strength?.weakest),
  }
  return { text: fits.text.ja.replaceAll(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole), reason: fits.id }
}

const criterionLabel = ({ criteria }: Stage, id: string | undefined): string => criteria.find((criterion) => criterion.id === id)?.label.ja ?? ''

function thresholdLabel(rubric: Stage, broken: Rejected['threshold']): string {
  const same = rubric.thresholds.find((one) => one.scope === broken.scope && String(one.value) === String(broken.value) && one.op === broken.op && (one.scope !== 'criterion' || broken.scope !== 'criterion' || one.criterion === broken.criterion))
  if (same?.label) return same.label.ja
  const what = broken.scope === 'criterion' || broken.scope === 'knockOut' ? `「${criterionLabel(rubric, broken.criterion)}」の評点` : broken.scope === 'reviewer' ? '委員の評点' : '評点'
  return `${what}が${String(broken.value)}点${broken.op === '<' ? '未満' : '以下'}`
}
