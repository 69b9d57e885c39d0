import type { Database } from '@saitaku/database'
import type { ProgrammeStore } from '@saitaku/engine'
import { Assignments, type Assigner } from './assignments.js'
import { Conflicts } from './conflicts.js'
import { Panels } from './panel.js'
import { Reviews } from './reviews.js'
import { Sheets } from './sheets.js'
import { StageReader } from './stage-reader.js'

export interface CommitteeOptions {
  /** Where assignments are computed; in the calling thread unless given. */
  assigner?: Assigner
}

/** All of a committee's work on one database. */
export class Committee {
  readonly stages: StageReader
  readonly panels: Panels
  readonly assignments: Assignments
  readonly conflicts: Conflicts
  readonly sheets: Sheets
  readonly reviews: Reviews

  constructor(
    readonly database: Database,
    programmes: ProgrammeStore,
    options: CommitteeOptions = {},
  ) {
    this.stages = new StageReader(database, programmes)
    this.panels = new Panels(database, this.stages)
    this.assignments = new Assignments(database, this.stages, options.assigner)
    this.conflicts = new Conflicts(database, this.stages)
    this.sheets = new Sheets(database, this.stages)
    this.reviews = new Reviews(database, this.stages)
  }
}
