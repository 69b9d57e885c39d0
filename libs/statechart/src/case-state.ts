import type { Json, JsonObject } from './json.js'

/** What is kept of an XState snapshot: what its own restore needs, and nothing that is always the same. */
export interface Configuration {
  value: Json
  history?: JsonObject
  done?: true
}

export interface Approval {
  step: string
  actor: string | null
  at: string
}

/** All of a case that its chart decides on. Plain JSON; replaying the events of a case gives the same again. */
export interface CaseState {
  at: Configuration
  attributes: JsonObject
  /** For each event type, who last did it: what `separateFrom` asks. */
  actors: Record<string, string>
  /** Approvals given so far, by event type, while the state that asks for them lasts. */
  approvals: Record<string, Approval[]>
  /** The remarks an applicant was last asked to answer, and when. */
  remarks?: { at: string; items: Json[] }
}

/** Where a case stands, as lists and people see it. */
export interface CaseView {
  /** Dotted places of the innermost states, in the chart's order. */
  states: string[]
  phase: string | null
  publicStatus: string | null
  turn: string | null
  tags: string[]
  done: boolean
}

export interface ActingPerson {
  id: string | null
  roles: readonly string[]
}

export interface StepEvent {
  type: string
  data?: JsonObject
  actor: ActingPerson
  /** When the command arrived, by the database's clock; `now` of the step where it is not given. */
  receivedAt?: Date
}

export interface EffectIntent {
  topic: string
  payload: JsonObject
}
/** A number to be taken once the row is locked: into an attribute of that name, or into the payload of an effect. */
export interface NumberRequest {
  name: string
  effect?: number
}
export interface TimerSet {
  key: string
  deadline: string
  /** Null: it waits for a fact. */
  due: Date | null
}

export interface Stepped {
  ok: true
  state: CaseState
  view: CaseView
  /** False where the event is only recorded: a transition without a target, one approval of several. */
  moved: boolean
  effects: EffectIntent[]
  numbers: NumberRequest[]
  timers: { set: TimerSet[]; cancel: string[] }
  /** The facts that expressions read, by dotted path: all that replay needs. */
  read: JsonObject
}

export type RefusalCode = 'unknownEvent' | 'notAvailable' | 'role' | 'separation' | 'requires' | 'guard' | 'approval' | 'badInput'
export interface Refusal {
  ok: false
  code: RefusalCode
  event: string
  states: string[]
  reason: { ja: string; en: string }
  /** Events that this actor may send now. */
  available: string[]
  details?: { path: string; message: { ja: string; en: string } }[]
}

/** Facts by root. A root that is absent has not been loaded: asking for it throws `FactsNeeded`. */
export type Facts = Record<string, Json>

/** Thrown by a step that reads a root of facts which the caller did not load. Load it and step again. */
export class FactsNeeded extends Error {
  constructor(readonly root: string) {
    super(`the facts of ${root} are needed`)
    this.name = 'FactsNeeded'
  }
}
