import type { JsonObject } from '@saitaku/contracts'
import type { Tx } from '@saitaku/database'

export type IdentityEventKind =
  | 'accountCreated' | 'accountDisabled' | 'accountEnabled' | 'accountRecovered' | 'accountUnlocked' | 'emailChanged'
  | 'signedIn' | 'signInFailed' | 'secondFactorFailed' | 'steppedUp' | 'blocked' | 'sessionEnded' | 'sessionsEnded'
  | 'passwordSet' | 'passwordResetAsked' | 'totpSet' | 'totpRemoved' | 'passkeyAdded' | 'passkeyRemoved'
  | 'recoveryCodesMade' | 'recoveryCodeUsed' | 'openIdLinked' | 'openIdUnlinked'
  | 'invited' | 'invitationAccepted' | 'invitationWithdrawn' | 'firstAdministratorLinked' | 'mailFailed'
  | 'roleGranted' | 'roleEnded' | 'handedOver' | 'handOverUndone' | 'substituteNamed' | 'substituteEnded'

export interface NewIdentityEvent {
  kind: IdentityEventKind
  /** Whose account or roles. Null where nobody is known, such as a sign-in to an address without an account. */
  personId: string | null
  /** Who did it; null for somebody who is not signed in, and for the service itself. */
  actorId?: string | null
  sessionId?: string | null
  address?: string
  /** Never a secret, a code, or a password. */
  data?: JsonObject
}

/** Appends to the record of what happened to accounts and roles; nothing in it is ever changed. */
export async function noteEvent(on: Pick<Tx, 'query'>, { kind, personId, actorId = personId, sessionId = null, address, data = {} }: NewIdentityEvent): Promise<void> {
  await on.query('INSERT INTO identity_event (kind, person_id, actor_id, session_id, address, data) VALUES ($1, $2, $3, $4, $5, $6)', [
    kind, personId, actorId, sessionId, address ?? null, JSON.stringify(data),
  ])
}
