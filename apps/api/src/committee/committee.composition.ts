import type { Provider, Type } from '@nestjs/common'
import { Committee } from '@saitaku/committee'
import { Engine } from '@saitaku/engine'
import { threadedAssigner } from './assign-thread.js'
import { CommitteeDesk } from './committee.desk.js'
import { CorrectionsController } from './corrections.controller.js'
import { DeliberationStreamController } from './deliberation-stream.controller.js'
import { DeliberationWatch } from './deliberation-watch.js'
import { OutcomesController } from './outcomes.controller.js'
import { PanelController } from './panel.controller.js'
import { ReviewsController } from './reviews.controller.js'
import { WorkbooksController } from './workbooks.controller.js'

/** What the API has for review and decision. */
export const COMMITTEE_CONTROLLERS: Type[] = [WorkbooksController, PanelController, ReviewsController, OutcomesController, CorrectionsController, DeliberationStreamController]
export const COMMITTEE_PROVIDERS: Provider[] = [
  { provide: Committee, useFactory: (engine: Engine) => new Committee(engine, { assigner: threadedAssigner() }), inject: [Engine] },
  CommitteeDesk,
  DeliberationWatch,
]
