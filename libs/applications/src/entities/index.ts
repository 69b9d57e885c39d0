import { CaseMessageEntity, CaseMessageReadEntity } from './case-message.entity.js'
import { CasePartyEntity } from './case-party.entity.js'
import { FormRevisionEntity } from './form-revision.entity.js'
import { CaseIntakeEntity, CaseOriginEntity, FormConsentEntity, OrganisationMergeEntity } from './office-entry.entity.js'
import { OrganisationEntity } from './organisation.entity.js'
import { PartyInvitationEntity, PartyMandateEntity } from './party.entity.js'
import { PersonEntity } from './person.entity.js'

/** The tables that this lib writes. */
export const APPLICATIONS_ENTITIES = [
  OrganisationEntity, PersonEntity, CasePartyEntity, FormRevisionEntity, CaseMessageEntity, CaseMessageReadEntity, PartyInvitationEntity, PartyMandateEntity,
  FormConsentEntity, CaseIntakeEntity, CaseOriginEntity, OrganisationMergeEntity,
]
