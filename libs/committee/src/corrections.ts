import type { Database } from '@saitaku/database'
import { mustLead, mustSeeOutcome, recusedApplications, seatOf } from './access.js'
import type { Actor } from './connection.js'
import type { Decisions } from './decisions.js'
import { append, entriesOf, hashOf, type StageKey } from './journal.js'
import { badInput, refuse } from './refusal.js'
import type { OutcomeKind } from './outcomes.js'

/** A correction of a published decision, which stands beside it and never in its place. */
export interface Correction {
  seq: number
  /** The decision beside which it stands. */
  corrects: number
  application: string
  outcome: OutcomeKind
  /** What the applicant is told. */
  reason: string
  draftedBy: string | null
  draftedAt: Date
  /** Once somebody else has approved it. */
  approvedBy: string | null
  approvedAt: Date | null
}

/** A request for review (審査請求) against a published decision, and the answer to it. */
export interface ReviewRequest {
  seq: number
  application: string
  /** Who asked, in their own words or as the office took it down. */
  text: string
  receivedOn: string
  enteredBy: string | null
  verdict: 'granted' | 'dismissed' | 'rejected' | null
  answer: string | null
  answeredBy: string | null
}

interface CorrectionContent {
  corrects: number
  application: string
  outcome: OutcomeKind
  reason: string
}

/** What comes after publication: requests for review, and corrections that stand beside the first decision. */
export class Corrections {
  constructor(
    private readonly database: Database,
    private readonly decisions: Decisions,
  ) {}

  async list(key: StageKey, actor: Actor): Promise<{ corrections: Correction[]; requests: ReviewRequest[] }> {
    const seat = await seatOf(this.database, key, actor)
    mustSeeOutcome(seat)
    const recused = new Set(await recusedApplications(this.database, key, actor, seat))
    const [corrections, requests] = await Promise.all([this.corrections(key), this.requests(key)])
    return { corrections: corrections.filter(({ application }) => !recused.has(application)), requests: requests.filter(({ application }) => !recused.has(application)) }
  }

  /** Drafts a correction of one outcome of a published decision. Nothing changes by it until another person approves. */
  async draft(key: StageKey, actor: Actor, correction: CorrectionContent): Promise<{ seq: number }> {
    mustLead(await seatOf(this.database, key, actor))
    const [first] = (await entriesOf(this.database, key, ['decisionDrafted'])).filter(({ seq }) => seq === correction.corrects)
    const outcomes = (first?.content.outcomes ?? []) as unknown as { application: string; outcome: OutcomeKind }[]
    const before = outcomes.find(({ application }) => application === correction.application)
    if (!first || !before) throw refuse('unknownThing', '訂正する決定が見つかりません', 'There is no such decision to correct')
    if ((await this.decisions.stateOf(key, correction.corrects)) !== 'published') throw refuse('notNow', '訂正できるのは、公表した決定だけです。公表前は取り消して決め直してください', 'Only a published decision is corrected; before, take it back and decide again')
    if (before.outcome === correction.outcome) throw badInput([{ pointer: '/outcome', code: 'same', message: { ja: 'もとの結果と同じです', en: 'it is the outcome that was published' } }])
    return this.database.transaction(async (tx) => {
      const [record] = await append(tx, key, [{ kind: 'correctionDrafted', content: { ...correction, hash: hashOf(correction) }, actorId: actor.id }])
      return { seq: record?.seq ?? 0 }
    })
  }

  /** An approver who did not draft it: from then on it stands beside the first decision. */
  async approve(key: StageKey, actor: Actor, seq: number): Promise<void> {
    const seat = await seatOf(this.database, key, actor)
    if (!seat.approver) throw refuse('role', '決裁できるのは決裁権者だけです', 'Only an approver may approve it')
    await this.database.transaction(async (tx) => {
      await append(tx, key, [{ kind: 'correctionApproved', content: { correction: seq }, actorId: actor.id }])
      const records = await entriesOf(tx, key, ['correctionDrafted', 'correctionApproved'])
      const draft = records.find((one) => one.seq === seq && one.kind === 'correctionDrafted')
      if (!draft) throw refuse('unknownThing', '訂正の案が見つかりません', 'There is no such correction')
      if (draft.actorId === actor.id) throw refuse('separation', '起案した人は決裁できません', 'Whoever drafted it cannot approve it')
      if (records.filter(({ kind, content }) => kind === 'correctionApproved' && content.correction === seq).length > 1) throw refuse('notNow', 'すでに決裁されています', 'It has been approved already')
    })
  }

  /** Takes down a request for review, however it came in. */
  async receive(key: StageKey, actor: Actor, request: { application: string; text: string; receivedOn: string }): Promise<{ seq: number }> {
    mustLead(await seatOf(this.database, key, actor))
    const [held] = await this.database.query('SELECT 1 FROM cases WHERE id = $1 AND parent_id = $2', [request.application, key.callId])
    if (!held) throw refuse('unknownApplication', '申請が見つかりません', 'There is no such application')
    return this.database.transaction(async (tx) => {
      const [record] = await append(tx, key, [{ kind: 'reviewRequested', content: request, actorId: actor.id }])
      return { seq: record?.seq ?? 0 }
    })
  }

  /** Answers a request once: granted (認容), dismissed on its merits (棄却), or rejected as inadmissible (却下). */
  async answer(key: StageKey, actor: Actor, seq: number, verdict: NonNullable<ReviewRequest['verdict']>, answer: string): Promise<void> {
    if (!(await seatOf(this.database, key, actor)).approver) throw refuse('role', '審査請求に答えられるのは決裁権者だけです', 'Only an approver answers a request for review')
    await this.database.transaction(async (tx) => {
      await append(tx, key, [{ kind: 'reviewAnswered', content: { request: seq, verdict, answer }, actorId: actor.id }])
      const records = await entriesOf(tx, key, ['reviewRequested', 'reviewAnswered'])
      if (!records.some((one) => one.seq === seq && one.kind === 'reviewRequested')) throw refuse('unknownThing', '審査請求が見つかりません', 'There is no such request')
      if (records.filter(({ kind, content }) => kind === 'reviewAnswered' && content.request === seq).length > 1) throw refuse('notNow', 'すでに答えています', 'It has been answered already')
    })
  }

  private async corrections(key: StageKey): Promise<Correction[]> {
    const records = await entriesOf(this.database, key, ['correctionDrafted', 'correctionApproved'])
    const approvals = new Map(records.flatMap((one) => (one.kind === 'correctionApproved' ? [[one.content.correction as number, one] as const] : [])))
    return records.flatMap((one): Correction[] => {
      if (one.kind !== 'correctionDrafted') return []
      const { corrects, application, outcome, reason } = one.content as unknown as CorrectionContent
      const approval = approvals.get(one.seq)
      return [{ seq: one.seq, corrects, application, outcome, reason, draftedBy: one.actorId, draftedAt: one.at, approvedBy: approval?.actorId ?? null, approvedAt: approval?.at ?? null }]
    })
  }

  private async requests(key: StageKey): Promise<ReviewRequest[]> {
    const records = await entriesOf(this.database, key, ['reviewRequested', 'reviewAnswered'])
    const answers = new Map(records.flatMap((one) => (one.kind === 'reviewAnswered' ? [[one.content.request as number, one] as const] : [])))
    return records.flatMap((one): ReviewRequest[] => {
      if (one.kind !== 'reviewRequested') return []
      const { application, text, receivedOn } = one.content as { application: string; text: string; receivedOn: string }
      const answer = answers.get(one.seq)
      const said = answer?.content as { verdict: ReviewRequest['verdict']; answer: string } | undefined
      return [{ seq: one.seq, application, text, receivedOn, enteredBy: one.actorId, verdict: said?.verdict ?? null, answer: said?.answer ?? null, answeredBy: answer?.actorId ?? null }]
    })
  }
}
