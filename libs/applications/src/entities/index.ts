import { CasePartyEntity } from './case-party.entity.js'
import { FormRevisionEntity } from './form-revision.entity.js'
import { OrganisationEntity } from './organisation.entity.js'
import { PersonEntity } from './person.entity.js'

/** The tables that this lib writes. */
export const APPLICATIONS_ENTITIES = [OrganisationEntity, PersonEntity, CasePartyEntity, FormRevisionEntity]
