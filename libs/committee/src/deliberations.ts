import { DELIBERATION_ACTS, type DeliberationAct as Act, type DeliberationActKind as ActKind } from '@saitaku/contracts'
import type { Database, Row } from '@saitaku/database'
import type { Stage } from '@saitaku/review'
import type { JsonObject } from '@saitaku/statechart'
import { mustChair, mustLead, mustSeeOutcome, seatOf, type Seat } from './access.js'
import { countBallot, type BallotResult } from './ballots.js'
import type { Actor, Connection } from './connection.js'
import { deliberationOf, type AgendaItem, type Ballot, type Deliberation, type Panelist } from './deliberation.js'
import { append, entriesOf, type StageKey } from './journal.js'
import { minutesText } from './minutes.js'
import { badInput, refuse } from './refusal.js'
import { isDeliberating, scoringState, type StageNow, type StageReader } from './stage-reader.js'

export interface BallotView extends Omit<Ballot, 'votes'> {
  /** The viewer's own vote; others' are nobody's to see. */
  own: { choice?: string | undefined; ranking?: string[] | undefined } | null
  mayVote: boolean
  cast: number
  eligible: number
  /** Once it is closed. */
  result: BallotResult | null
}

export interface DeliberationView {
  stage: StageNow
  /** Whether acts that change the outcome are taken now. */
  open: boolean
  meeting: Deliberation['meeting']
  /** `mustLeave`: who leaves the room for this item. */
  agenda: (AgendaItem & { mustLeave: string[] })[]
  panel: (Panelist & { present: boolean })[]
  quorum: { needed: number; present: number; reached: boolean }
  rankChanges: Deliberation['rankChanges']
  undone: Deliberation['undone']
  ballots: BallotView[]
  conditions: Record<string, string[]>
  comments: Record<string, string>
  reasons: Record<string, { reason?: string | undefined; text?: string | undefined }>
  prizes: { given: Deliberation['given']; withheld: Deliberation['withheld'] }
  minutes: Deliberation['minutes']
  /** The minutes as the acts so far give them. */
  draftMinutes: string
}

/** Who may do which act. `member`: everyone in the panel. */
const BY: Record<ActKind, 'lead' | 'chair' | 'member'> = {
  meetingOpened: 'lead', meetingClosed: 'lead', attendance: 'lead', itemOpened: 'lead', itemClosed: 'lead', rankChanged: 'lead', undone: 'lead', castingVote: 'chair', lotDrawn: 'lead', ballotOpened: 'lead',
  voted: 'member', ballotClosed: 'lead', conditionsSet: 'lead', commentSet: 'lead', reasonSet: 'lead', prizeGiven: 'chair', prizeWithheld: 'chair', minutesWritten: 'lead', minutesConfirmed: 'chair',
}
/** Acts that are taken whenever the panel meets, also while it scores. */
const ANY_TIME = new Set<ActKind>(['meetingOpened', 'meetingClosed', 'attendance', 'itemOpened', 'itemClosed', 'minutesWritten', 'minutesConfirmed', 'ballotOpened', 'voted', 'ballotClosed'])

/** A panel's deliberation, act by act. */
export class Deliberations {
  constructor(
    private readonly database: Database,
    private readonly stages: StageReader,
  ) {}

  async read(key: StageKey, actor: Actor): Promise<DeliberationView> {
    const stage = await this.stages.read(key)
    const seat = await seatOf(this.database, key, actor)
    mustSeeOutcome(seat)
    const [panel, records] = await Promise.all([panelOf(this.database, key), entriesOf(this.database, key, DELIBERATION_ACTS)])
    const state = deliberationOf(records)
    const recused = panel.find(({ id }) => id === actor.id)?.recused ?? []
    const shown = <T>(by: ReadonlyMap<string, T>): Record<string, T> => Object.fromEntries([...by].filter(([application]) => !recused.includes(application)))
    const present = panel.filter(({ id }) => state.present.includes(id)).length
    const needed = quorumOf(stage.rubric, panel.length)
    return {
      stage, open: isDeliberating(stage), meeting: state.meeting, panel: panel.map((one) => ({ ...one, present: state.present.includes(one.id) })), quorum: { needed, present, reached: present >= needed },
      agenda: state.agenda.map((item) => ({ ...item, note: item.application !== null && recused.includes(item.application) ? '' : item.note, mustLeave: item.application === null ? [] : panel.filter((one) => one.recused.includes(item.application ?? '')).map(({ id }) => id) })),
      rankChanges: state.rankChanges.filter(({ application }) => !recused.includes(application)), undone: state.undone,
      ballots: state.ballots.map((ballot) => ballotView(ballot, panel, actor, stage.now)), conditions: shown(state.conditions), comments: shown(state.comments), reasons: shown(state.reasons),
      prizes: { given: state.given.filter(({ application }) => !recused.includes(application)), withheld: state.withheld }, minutes: recused.length > 0 ? null : state.minutes,
      draftMinutes: recused.length > 0 ? '' : minutesText(stage, state, panel, await this.numbers(key)),
    }
  }

  /** How far the deliberation is, for somebody who may follow it. */
  async versionFor(key: StageKey, actor: Actor): Promise<number> {
    const [{ version }, seat] = await Promise.all([this.stages.read(key), seatOf(this.database, key, actor)])
    mustSeeOutcome(seat)
    return version
  }

  /** Adds one act. Refused where the person may not do it, at the wrong time, or on another version than the one that was seen. */
  async act(key: StageKey, actor: Actor, one: Act, { expectedVersion, idempotencyKey }: { expectedVersion?: number | undefined; idempotencyKey?: string | undefined } = {}): Promise<{ seq: number; repeated: boolean }> {
    const stage = await this.stages.read(key)
    mayDo(await seatOf(this.database, key, actor), one.kind)
    return this.database.transaction(async (tx) => {
      const { kind, ...content } = one
      const [record] = await append(tx, key, [{ kind, content: { ...(JSON.parse(JSON.stringify(content)) as JsonObject), ...(idempotencyKey === undefined ? {} : { key: idempotencyKey }) }, actorId: actor.id }])
      if (!record) throw new Error('nothing was written')
      // behind the lock that appending holds: whoever came first is seen here
      const before = (await entriesOf(tx, key, DELIBERATION_ACTS)).filter(({ seq }) => seq < record.seq)
      const same = idempotencyKey === undefined ? undefined : before.find((earlier) => earlier.actorId === actor.id && earlier.content.key === idempotencyKey)
      if (same) throw new Repeated(same.seq)
      if (expectedVersion !== undefined && record.seq !== expectedVersion + 1) throw refuse('stale', '審議が進みました。最新の内容を確認してください', 'The deliberation has moved on', [], record.seq - 1)
      check(one, { stage, actor, state: deliberationOf(before), panel: await panelOf(tx, key), records: before })
      return { seq: record.seq, repeated: false }
    }).catch((error: unknown) => {
      if (error instanceof Repeated) return { seq: error.seq, repeated: true }
      throw error
    })
  }

  private async numbers({ callId }: StageKey): Promise<Map<string, string>> {
    const rows = await this.database.query<{ id: string; name: string }>(`SELECT id, coalesce(number, id::text) AS name FROM cases WHERE parent_id = $1`, [callId])
    return new Map(rows.map((row) => [row.id, row.name]))
  }
}

function panelOf(on: Connection, { callId, stage }: StageKey): Promise<Panelist[]> {
  return on.query<Panelist & Row>(
    `SELECT m.person_id AS id, p.name, m.role, ARRAY(SELECT a.application_id::text FROM review_assignment a WHERE a.call_id = m.call_id AND a.stage = m.stage AND a.reviewer_id = m.person_id AND a.state = 'recused') AS recused
     FROM panel_member m JOIN person p ON p.id = m.person_id WHERE m.call_id = $1 AND m.stage = $2 ORDER BY m.role, p.name, m.person_id`, [callId, stage])
}

/** The same act under the same key: the first answer holds, and what was written for the second is taken back. */
class Repeated extends Error {
  constructor(readonly seq: number) {
    super('done before')
  }
}

interface Ground {
  stage: StageNow
  actor: Actor
  state: Deliberation
  panel: readonly Panelist[]
  records: readonly { seq: number; kind: string }[]
}

function mayDo(seat: Seat, kind: ActKind): void {
  if (BY[kind] === 'chair') mustChair(seat)
  else if (BY[kind] === 'lead') mustLead(seat)
  else if (!seat.member) throw refuse('role', '投票できるのは、この審査の委員だけです', 'Members of the panel vote')
}

function check(one: Act, ground: Ground): void {
  const { stage, actor, state, panel, records } = ground
  if (!ANY_TIME.has(one.kind) && !isDeliberating(stage)) throw refuse('notNow', 'いまは審議の段階ではありません', 'This is not the time of deliberation')
  const me = panel.find(({ id }) => id === actor.id)
  if ('application' in one && one.application !== undefined && me?.recused.includes(one.application)) throw refuse('recused', '利害関係により除斥されているため、この申請の審議には加われません', 'You are recused from this application')
  switch (one.kind) {
    case 'itemOpened':
    case 'itemClosed':
      if (state.meeting === null || state.meeting.closedAt !== null) throw refuse('notNow', '会議が開かれていません', 'No meeting is open')
      if (!state.agenda[one.item]) throw badInput([{ pointer: '/item', code: 'unknownId', message: { ja: 'その議題はありません', en: 'there is no such item' } }])
      return
    case 'meetingClosed':
    case 'attendance':
      if (state.meeting === null || state.meeting.closedAt !== null) throw refuse('notNow', '会議が開かれていません', 'No meeting is open')
      return
    case 'undone': {
      const target = records.find(({ seq }) => seq === one.act)
      if (!target || ['voted', 'ballotOpened', 'ballotClosed', 'undone', 'minutesConfirmed'].includes(target.kind)) throw refuse('unknownThing', '取り消せる操作が見つかりません', 'There is nothing of this number that can be undone')
      if (state.undone.some(({ act }) => act === one.act)) throw refuse('notNow', 'すでに取り消されています', 'It has been undone already')
      return
    }
    case 'voted':
      return checkVote(one, ground)
    case 'ballotClosed': {
      const ballot = state.ballots.find(({ seq }) => seq === one.ballot)
      if (!ballot?.open) throw refuse('notNow', '投票は行われていません', 'This ballot is not open')
      return
    }
    case 'ballotOpened':
      if (one.method !== 'majority' && one.options.length < 2) throw badInput([{ pointer: '/options', code: 'shape', message: { ja: '選択肢を2つ以上にしてください', en: 'give at least two options' } }])
      return
    case 'minutesConfirmed':
      if (state.minutes?.seq !== one.written) throw refuse('stale', '議事録が改められています。最新のものを確かめてください', 'The minutes have been written anew')
      return
    case 'reasonSet':
      if (one.reason !== undefined && !stage.rubric.decision?.reasons.some(({ id }) => id === one.reason)) throw badInput([{ pointer: '/reason', code: 'unknownId', message: { ja: 'その理由の文例はありません', en: 'the rubric has no such reason' } }])
      return
    case 'prizeGiven':
    case 'prizeWithheld':
      if (!stage.rubric.decision?.prizes?.some(({ id }) => id === one.prize)) throw badInput([{ pointer: '/prize', code: 'unknownId', message: { ja: 'その賞はありません', en: 'there is no such prize' } }])
      return
    default:
  }
}

function checkVote(one: Act & { kind: 'voted' }, { stage, actor, state, panel }: Ground): void {
  const ballot = state.ballots.find(({ seq }) => seq === one.ballot)
  if (!ballot) throw refuse('unknownThing', '投票が見つかりません', 'There is no such ballot')
  if (!isOpen(ballot, stage.now)) throw refuse('notNow', '投票は締め切られています', 'This ballot is closed')
  if (!eligible(ballot, panel).includes(actor.id)) throw refuse('recused', '利害関係により、この投票には加われません', 'You are recused from what is voted on')
  const wrong = ballot.method === 'majority' ? one.choice === undefined : one.ranking === undefined || one.ranking.length === 0 || one.ranking.some((option) => !ballot.options.includes(option)) || new Set(one.ranking).size < one.ranking.length
  if (wrong) throw badInput([{ pointer: ballot.method === 'majority' ? '/choice' : '/ranking', code: 'shape', message: { ja: '選択肢の中から、重なりなく選んでください', en: 'choose among the options, each once' } }])
}

const isOpen = ({ open, circulatedUntil }: Ballot, now: Date): boolean => open && (circulatedUntil === null || now < new Date(circulatedUntil))
const eligible = ({ about }: Ballot, panel: readonly Panelist[]): string[] => panel.filter(({ recused }) => !about.some((application) => recused.includes(application))).map(({ id }) => id)

function ballotView(ballot: Ballot, panel: readonly Panelist[], actor: Actor, now: Date): BallotView {
  const { votes, ...rest } = ballot
  const open = isOpen(ballot, now)
  const may = eligible(ballot, panel)
  const own = votes.get(actor.id)
  const recused = panel.find(({ id }) => id === actor.id)?.recused ?? []
  const hidden = open || ballot.about.some((application) => recused.includes(application))
  return { ...rest, open, own: own ?? null, mayVote: open && may.includes(actor.id), cast: votes.size, eligible: may.length, result: hidden ? null : countBallot(ballot, may, panel.find(({ role }) => role === 'chair')?.id ?? null) }
}

/** How many of a panel make a quorum. */
export function quorumOf({ reviewers: { quorum } }: Stage, members: number): number {
  if (typeof quorum === 'number') return quorum
  return quorum === 'half' ? Math.ceil(members / 2) : Math.floor(members / 2) + 1
}

/** During scoring nobody of the panel sees a ranking; the office does. */
export const maySeeRanking = (stage: StageNow, seat: Seat): boolean => seat.office || seat.approver || stage.rubric.scoring === undefined || scoringState({ ...stage, attributes: {} }) === 'closed'
