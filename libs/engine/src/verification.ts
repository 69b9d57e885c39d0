import type { Database } from '@saitaku/database'
import type { ProgrammeStore } from './programme-store.js'

export interface AuditFault {
  caseId: string
  /** The event at fault; null where the case itself does not agree with its events. */
  seq: number | null
  reason: string
}

export interface AuditScope {
  caseId?: string
  /** Only cases that changed at or after this instant. */
  since?: Date
}

/** Checks what another lib keeps, in the same scope. Names the first thing at fault, or null. */
export type Verification = (database: Database, programmes: ProgrammeStore, scope: AuditScope) => Promise<AuditFault | null>
