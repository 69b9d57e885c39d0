import { AccountEntity } from './account.entity.js'
import { HandOverEntity } from './hand-over.entity.js'
import { IdentityEventEntity } from './identity-event.entity.js'
import { IdentityMailEntity } from './identity-mail.entity.js'
import { IdentityMailboxEntity } from './identity-mailbox.entity.js'
import { OpenIdLinkEntity } from './openid-link.entity.js'
import { PasskeyEntity } from './passkey.entity.js'
import { RateBucketEntity } from './rate-bucket.entity.js'
import { RecoveryCodeEntity } from './recovery-code.entity.js'
import { RolePeriodEntity } from './role-period.entity.js'
import { SessionEndEntity } from './session-end.entity.js'
import { SessionEntity } from './session.entity.js'
import { SubstitutionEntity } from './substitution.entity.js'
import { TicketEntity } from './ticket.entity.js'
import { TotpFactorEntity } from './totp-factor.entity.js'

/** The tables that this lib writes; besides them it adds people. */
export const IDENTITY_ENTITIES = [
  AccountEntity, TotpFactorEntity, PasskeyEntity, RecoveryCodeEntity, OpenIdLinkEntity, TicketEntity, SessionEntity, SessionEndEntity,
  RateBucketEntity, IdentityEventEntity, IdentityMailEntity, IdentityMailboxEntity, RolePeriodEntity, SubstitutionEntity, HandOverEntity,
]
