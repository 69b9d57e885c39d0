import { activeNodes, begin, fire, FactsNeeded, recompute, step, viewAt, type CompiledChart, type JsonObject, type Refusal, type Stepped, type TimerSet } from '@saitaku/statechart'
import { refuse, type Actor, type Answer } from './command.js'
import type { CaseRow } from './case-reader.js'
import type { ProgrammeVersion } from './programme-store.js'

/** What comes to a case, by which door. */
export type Approach =
  | { door: 'create'; attributes: JsonObject; actor: Actor }
  | { door: 'event'; type: string; data: JsonObject; actor: Actor; expectedVersion: number | undefined }
  | { door: 'timer'; key: string; due: Date }
  | { door: 'engine' } // timers are to be computed again

/** A decision to write. */
export interface Decided {
  chart: CompiledChart
  version: ProgrammeVersion
  row: CaseRow
  type: string
  door: Approach['door']
  actor: Actor
  payload: JsonObject
  at: Date
  stepped: Stepped
}

export type Outcome = { kind: 'decided'; decided: Decided } | { kind: 'answer'; answer: Answer } | { kind: 'nothing' } | { kind: 'needs'; root: string }

/**
 * Decides what an approach does to a case as read. Pure but for what it was given. `needs` when a fact was
 * not read: read it and decide again.
 */
export function decide(approach: Approach, row: CaseRow, version: ProgrammeVersion, receivedAt: Date): Outcome {
  const chart = version.compiled.charts.get(row.chart)
  if (!chart) return { kind: 'answer', answer: refuse(row.id, 'unknownProgramme', '', `様式「${row.chart}」がありません`, `${row.programme} has no chart ${row.chart}`) }
  // events of one case never go back in time, whichever process received them
  const at = row.version > 0 && receivedAt < row.updatedAt ? row.updatedAt : receivedAt
  try {
    return decideOn(approach, { chart, row, version, receivedAt, at })
  } catch (error) {
    if (error instanceof FactsNeeded) return { kind: 'needs', root: error.root }
    throw error
  }
}

interface Ground {
  chart: CompiledChart
  row: CaseRow
  version: ProgrammeVersion
  receivedAt: Date
  at: Date
}

function decideOn(approach: Approach, ground: Ground): Outcome {
  const { chart, row, at } = ground
  switch (approach.door) {
    case 'create': {
      const stepped = begin(chart, approach.attributes, row.facts, at)
      return decided(ground, { type: '@create', door: 'create', actor: approach.actor, payload: { attributes: approach.attributes } }, stepped)
    }
    case 'event':
      return decideEvent(approach, ground)
    case 'timer':
      return decideTimer(approach, ground)
    case 'engine':
      return decideAgain(ground)
  }
}

/**
 * A due timer fires only if it is still armed for that instant. What it is computed from may have changed a moment
 * ago (the call was extended and its children are yet to be told): then it is armed anew and does not fire.
 */
function decideTimer(approach: Approach & { door: 'timer' }, ground: Ground): Outcome {
  const { chart, row, at } = ground
  if (!row.armed) return { kind: 'needs', root: '@timers' }
  if (row.armed.find((timer) => timer.key === approach.key)?.due?.getTime() !== approach.due.getTime()) return { kind: 'nothing' }
  const { set, read } = recompute(chart, row.state, row.armed, row.facts, at)
  const moved = set.find((timer) => timer.key === approach.key)
  if (moved && (moved.due === null || moved.due > at)) return decideAgain(ground)
  const stepped = fire(chart, row.state, approach.key, approach.due, row.facts, at)
  if (!stepped) return { kind: 'nothing' }
  return decided(ground, { type: approach.key, door: 'timer', actor: NOBODY, payload: { dueAt: approach.due.toISOString() } }, { ...stepped, read: { ...read, ...stepped.read } })
}

/** Computes the armed timers again; nothing where none has moved. */
function decideAgain({ chart, row, version, at }: Ground): Outcome {
  if (!row.armed) return { kind: 'needs', root: '@timers' }
  const { set, read } = recompute(chart, row.state, row.armed, row.facts, at)
  if (set.length === 0) return { kind: 'nothing' }
  const view = viewAt(chart, row.state.at)
  const stepped: Stepped = { ok: true, state: row.state, view, moved: false, effects: [], numbers: [], timers: { set, cancel: [] }, read }
  return { kind: 'decided', decided: { chart, version, row, at, type: '@recompute', door: 'engine', actor: NOBODY, payload: { timers: set.map(timerJson) }, stepped } }
}

const NOBODY: Actor = { id: null, roles: [] }

function decideEvent(approach: Approach & { door: 'event' }, ground: Ground): Outcome {
  const { chart, row } = ground
  if (approach.expectedVersion !== undefined && approach.expectedVersion !== row.version)
    return { kind: 'answer', answer: refuse(row.id, 'stale', approach.type, '他の人が先に更新しました。最新の内容を確認してください', 'The case has changed since; look at its present state', { version: row.version }) }
  if (needsPartyRoles(approach, chart) && !row.partyRoles) return { kind: 'needs', root: '@roles' }
  const actor: Actor = { id: approach.actor.id, roles: row.partyRoles ? [...new Set([...approach.actor.roles, ...row.partyRoles])].sort() : approach.actor.roles }
  const result = step(chart, row.state, { type: approach.type, data: approach.data, actor, receivedAt: ground.receivedAt }, row.facts, ground.at)
  if (!result.ok) return { kind: 'answer', answer: refusedAnswer(row, result) }
  const payload: JsonObject = ground.at === ground.receivedAt ? { data: approach.data } : { data: approach.data, receivedAt: ground.receivedAt.toISOString() }
  return decided(ground, { type: approach.type, door: 'event', actor, payload }, result)
}

/** Only an actor who lacks every role that the event asks for may still have one in the case itself. */
function needsPartyRoles(approach: Approach & { door: 'event' }, chart: CompiledChart): boolean {
  if (approach.actor.id === null) return false
  const asking = chart.events.get(approach.type) ?? []
  return asking.some((one) => !(one.source.by ?? []).some((role) => approach.actor.roles.includes(role)))
}

function refusedAnswer(row: CaseRow, { code, event, states, reason, available, details }: Refusal): Answer {
  return { ok: false, caseId: row.id, refused: { code, event, states, reason, available, version: row.version, ...(details ? { details } : {}) } }
}

function decided(ground: Ground, what: Pick<Decided, 'type' | 'door' | 'actor' | 'payload'>, stepped: Stepped): Outcome {
  const { chart, version, row, at } = ground
  const recomputed = recomputeOwn(ground, stepped)
  if (recomputed === 'needsTimers') return { kind: 'needs', root: '@timers' }
  const timers = { set: [...stepped.timers.set, ...recomputed.set], cancel: stepped.timers.cancel }
  const effects = [...stepped.effects, ...childTimersMoved(chart, version, row, stepped)]
  return { kind: 'decided', decided: { chart, version, row, at, ...what, stepped: { ...stepped, timers, effects, read: { ...stepped.read, ...recomputed.read } } } }
}

/** Timers that stay armed and whose expression reads what this event may have changed. */
function recomputeOwn({ chart, row, at }: Ground, stepped: Stepped): { set: TimerSet[]; read: JsonObject } | 'needsTimers' {
  const none = { set: [], read: {} }
  if (row.version === 0) return none
  const replaced = new Set([...stepped.timers.cancel, ...stepped.timers.set.map((timer) => timer.key)])
  if (!staysArmed(chart, row, replaced)) return none
  if (!row.armed) return 'needsTimers'
  return recompute(chart, stepped.state, row.armed.filter((timer) => !replaced.has(timer.key)), row.facts, at)
}

function staysArmed(chart: CompiledChart, row: CaseRow, replaced: ReadonlySet<string>): boolean {
  const movable = movableTimers(chart)
  if (movable.size === 0) return false
  const active = activeNodes(chart, row.state.at)
  for (const [key, node] of movable) if (active.has(node) && !replaced.has(key)) return true
  return false
}

const movableOf = new WeakMap<CompiledChart, Map<string, string>>()

/** Timers whose instant is an expression of facts, by key, with the state that arms them. */
function movableTimers(chart: CompiledChart): Map<string, string> {
  let movable = movableOf.get(chart)
  if (!movable) {
    movable = new Map()
    for (const [key, one] of chart.timers) if (chart.deadlines.get(one.trigger)?.at) movable.set(key, one.node)
    movableOf.set(chart, movable)
  }
  return movable
}

/** An attribute that deadlines of the children read has changed: theirs are to be computed again. */
function childTimersMoved(chart: CompiledChart, version: ProgrammeVersion, row: CaseRow, stepped: Stepped): Stepped['effects'] {
  if (row.version === 0) return []
  const watched = watchedByChildren(chart, version)
  const before = row.state.attributes
  const after = stepped.state.attributes
  const changed = [...watched].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  return changed.length === 0 ? [] : [{ topic: 'recomputeChildren', payload: { attributes: changed } }]
}

const watchedOf = new WeakMap<CompiledChart, Set<string>>()

function watchedByChildren(chart: CompiledChart, version: ProgrammeVersion): Set<string> {
  let watched = watchedOf.get(chart)
  if (!watched) {
    watched = new Set()
    for (const child of version.compiled.charts.values())
      if (child.chart.childOf === chart.name)
        for (const { at } of child.deadlines.values()) for (const [root, attribute] of at?.reads ?? []) if (root === chart.name && attribute !== undefined) watched.add(attribute)
    watchedOf.set(chart, watched)
  }
  return watched
}

export const timerJson = (timer: TimerSet): JsonObject => ({ key: timer.key, due: timer.due ? timer.due.toISOString() : null })
