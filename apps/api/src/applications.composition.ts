import { BulkController } from './bulk.controller.js'
import { MessagesController } from './messages.controller.js'
import { NewApplications } from './new-applications.js'
import { OfficeEntriesController } from './office-entries.controller.js'
import { OrganisationsController } from './organisations.controller.js'
import { ParticipantsController } from './participants.controller.js'
import { SeenCases } from './seen-cases.js'

/** What surrounds applications: messages, participants, entries of the office, many at once, organisations. */
export const APPLICATION_CONTROLLERS = [MessagesController, ParticipantsController, OfficeEntriesController, BulkController, OrganisationsController]
export const APPLICATION_PROVIDERS = [SeenCases, NewApplications]
