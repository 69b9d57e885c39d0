import { BulkController } from './bulk.controller.js'
import { CaseWatch } from './case-watch.js'
import { MessagesController } from './messages.controller.js'
import { NewApplications } from './new-applications.js'
import { OfficeEntriesController } from './office-entries.controller.js'
import { OrganisationsController } from './organisations.controller.js'
import { ParticipantsController } from './participants.controller.js'
import { SeenCases } from './seen-cases.js'
import { StreamsController } from './streams.controller.js'

/** What surrounds applications: streams, messages, participants, entries of the office, many at once, organisations. */
export const APPLICATION_CONTROLLERS = [StreamsController, MessagesController, ParticipantsController, OfficeEntriesController, BulkController, OrganisationsController]
export const APPLICATION_PROVIDERS = [CaseWatch, SeenCases, NewApplications]
