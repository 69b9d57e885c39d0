import { deliberationAct, type DeliberationAct as Act } from '@saitaku/contracts'
import type { JournalRecord } from './journal.js'

export interface AgendaItem {
  title: string
  application: string | null
  state: 'waiting' | 'open' | 'closed'
  note: string
}

export interface Ballot {
  seq: number
  question: string
  method: 'majority' | 'schulze' | 'stv' | 'single'
  options: string[]
  seats: number
  circulatedUntil: string | null
  breaksTie: boolean
  about: string[]
  open: boolean
  /** The last vote of each person. */
  votes: Map<string, { choice?: 'for' | 'against' | 'abstain' | undefined; ranking?: string[] | undefined }>
}

/** Somebody of the panel. */
export interface Panelist {
  id: string
  name: string
  role: 'chair' | 'member'
  /** Applications of this stage from which they are recused. */
  recused: string[]
}

export interface RankChange {
  seq: number
  application: string
  to: number
  reason: string
  by: string | null
  at: Date
}

/** Where a panel's deliberation stands: all of its acts taken together. */
export interface Deliberation {
  meeting: { seq: number; title: string; openedAt: Date; closedAt: Date | null } | null
  agenda: AgendaItem[]
  present: string[]
  /** In the order in which they were made; those that were undone are left out. */
  rankChanges: RankChange[]
  undone: { act: number; reason: string; by: string | null; at: Date }[]
  /** Orders that break ties, the last one of each kind. */
  chairOrder: string[]
  lotOrder: string[]
  ballots: Ballot[]
  conditions: Map<string, string[]>
  comments: Map<string, string>
  reasons: Map<string, { reason?: string | undefined; text?: string | undefined }>
  given: { prize: string; application: string; reason: string }[]
  withheld: { prize: string; reason: string }[]
  minutes: { seq: number; text: string; by: string | null; at: Date; confirmedBy: string | null; confirmedAt: Date | null } | null
}

/** Takes a stage's acts together, oldest first. Entries that are no acts are passed over. */
export function deliberationOf(records: readonly JournalRecord[]): Deliberation {
  const state: Deliberation = {
    meeting: null, agenda: [], present: [], rankChanges: [], undone: [], chairOrder: [], lotOrder: [], ballots: [], conditions: new Map(), comments: new Map(), reasons: new Map(), given: [], withheld: [], minutes: null,
  }
  const acts = records.flatMap((record) => {
    const { key: _key, ...content } = record.content // under which it was sent
    const parsed = deliberationAct.safeParse({ kind: record.kind, ...content })
    return parsed.success ? [{ act: parsed.data, record }] : []
  })
  const undone = new Map(acts.flatMap(({ act: one, record }) => (one.kind === 'undone' ? [[one.act, record.seq] as const] : [])))
  for (const { act: one, record } of acts) if (!undone.has(record.seq)) take(state, one, record)
  return state
}

function take(state: Deliberation, one: Act, { seq, actorId, at }: JournalRecord): void {
  switch (one.kind) {
    case 'meetingOpened':
      state.meeting = { seq, title: one.title, openedAt: at, closedAt: null }
      state.agenda = one.agenda.map(({ title, application }) => ({ title, application: application ?? null, state: 'waiting', note: '' }))
      state.present = []
      return
    case 'meetingClosed':
      if (state.meeting) state.meeting.closedAt = at
      for (const item of state.agenda) if (item.state === 'open') item.state = 'closed'
      return
    case 'attendance':
      state.present = [...new Set(one.present)]
      return
    case 'itemOpened':
    case 'itemClosed':
      return takeItem(state, one)
    case 'rankChanged':
      state.rankChanges.push({ seq, application: one.application, to: one.to, reason: one.reason, by: actorId, at })
      return
    case 'undone':
      state.undone.push({ act: one.act, reason: one.reason, by: actorId, at })
      return
    case 'castingVote':
      state.chairOrder = one.order
      return
    case 'lotDrawn':
      state.lotOrder = one.order
      return
    case 'ballotOpened':
    case 'voted':
    case 'ballotClosed':
      return takeBallot(state, one, seq, actorId)
    case 'conditionsSet':
      return void state.conditions.set(one.application, one.conditions)
    case 'commentSet':
      return void state.comments.set(one.application, one.comment)
    case 'reasonSet':
      return void state.reasons.set(one.application, { reason: one.reason, text: one.text })
    case 'prizeGiven':
      state.given.push({ prize: one.prize, application: one.application, reason: one.reason })
      return
    case 'prizeWithheld':
      state.withheld.push({ prize: one.prize, reason: one.reason })
      return
    case 'minutesWritten':
      state.minutes = { seq, text: one.text, by: actorId, at, confirmedBy: null, confirmedAt: null }
      return
    case 'minutesConfirmed':
      if (state.minutes?.seq === one.written) Object.assign(state.minutes, { confirmedBy: actorId, confirmedAt: at })
      return
  }
}

function takeItem({ agenda }: Deliberation, one: Act & { kind: 'itemOpened' | 'itemClosed' }): void {
  if (one.kind === 'itemOpened') for (const other of agenda) if (other.state === 'open') other.state = 'closed'
  const item = agenda[one.item]
  if (!item) return
  item.state = one.kind === 'itemOpened' ? 'open' : 'closed'
  if (one.kind === 'itemClosed') item.note = one.note
}

function takeBallot({ ballots }: Deliberation, one: Act & { kind: 'ballotOpened' | 'voted' | 'ballotClosed' }, seq: number, actorId: string | null): void {
  if (one.kind === 'ballotOpened') {
    const { question, method, options, seats = 1, circulatedUntil = null, breaksTie, about } = one
    ballots.push({ seq, question, method, options, seats, circulatedUntil, breaksTie, about, open: true, votes: new Map() })
    return
  }
  const ballot = ballots.find((other) => other.seq === one.ballot)
  if (!ballot) return
  if (one.kind === 'ballotClosed') ballot.open = false
  else if (actorId !== null) ballot.votes.set(actorId, { choice: one.choice, ranking: one.ranking })
}
