import type { Json, JsonObject, Refusal, RefusalCode } from '@saitaku/statechart'

export interface Actor {
  /** A person; null for a timer, a parent case or a setup command. */
  id: string | null
  /** Roles in the programme and beyond; those in the case itself (its applicant) are found by the engine. */
  roles: readonly string[]
}

/** One event for one case. */
export interface Command {
  caseId: string
  type: string
  data?: JsonObject
  actor: Actor
  /** Idempotency key: the same key on the same case gives the first answer again. */
  key?: string
  /** Refused as stale when the case has moved on. */
  expectedVersion?: number
}

/** A case to begin. */
export interface NewCase {
  id?: string
  programme: string
  chart: string
  parentId?: string
  organisationId?: string
  title?: string
  attributes?: JsonObject
  /** People with a role in this case: [person, role]. */
  parties?: readonly (readonly [string, string])[]
  actor: Actor
  key?: string
}

export interface Accepted {
  ok: true
  caseId: string
  version: number
  states: string[]
  phase: string | null
  publicStatus: string | null
  /** False where the event was only recorded: a note, one approval of several. */
  moved: boolean
  /** True where the key was known and this is the first answer again. */
  repeated: boolean
  at: string
}

export type RefusedCode = RefusalCode | 'unknownCase' | 'unknownProgramme' | 'stale' | 'keyReused'
export interface Refused {
  code: RefusedCode
  event: string
  states: string[]
  reason: { ja: string; en: string }
  available: string[]
  version?: number
  details?: NonNullable<Refusal['details']>
}
export type Answer = Accepted | { ok: false; caseId: string; refused: Refused }

/** The database or a peer was away; the same command with the same key may be sent again. */
export class Transient extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Transient'
  }
}

/** A mistake in the service or its data; it wakes someone. */
export class Defect extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Defect'
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const isUuid = (text: string): boolean => UUID.test(text)

export const refuse = (caseId: string, code: RefusedCode, event: string, ja: string, en: string, more: Partial<Refused> = {}): Answer => ({
  ok: false,
  caseId,
  refused: { code, event, states: [], available: [], reason: { ja, en }, ...more },
})

export type { Json, JsonObject }
