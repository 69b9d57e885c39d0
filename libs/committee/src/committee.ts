import type { Database } from '@saitaku/database'
import type { Engine } from '@saitaku/engine'
import { Assignments, type Assigner } from './assignments.js'
import { Conflicts } from './conflicts.js'
import { Corrections } from './corrections.js'
import { Decisions } from './decisions.js'
import { Deliberations } from './deliberations.js'
import { Outcomes } from './outcome-views.js'
import { Panels } from './panel.js'
import { Reviews } from './reviews.js'
import { SheetExchange } from './sheet-exchange.js'
import { Sheets } from './sheets.js'
import { StageReader } from './stage-reader.js'

export interface CommitteeOptions {
  /** Where assignments are computed; in the calling thread unless given. */
  assigner?: Assigner
}

/** All of a committee's work. */
export class Committee {
  readonly database: Database
  readonly stages: StageReader
  readonly panels: Panels
  readonly assignments: Assignments
  readonly conflicts: Conflicts
  readonly sheets: Sheets
  readonly workbooks: SheetExchange
  readonly reviews: Reviews
  readonly outcomes: Outcomes
  readonly deliberations: Deliberations
  readonly decisions: Decisions
  readonly corrections: Corrections

  constructor(engine: Engine, { assigner }: CommitteeOptions = {}) {
    const { database } = engine
    this.database = database
    this.stages = new StageReader(database, engine.programmes)
    this.panels = new Panels(database, this.stages)
    this.assignments = new Assignments(database, this.stages, assigner)
    this.conflicts = new Conflicts(database, this.stages)
    this.sheets = new Sheets(database, this.stages)
    this.workbooks = new SheetExchange(database, this.stages, this.sheets)
    this.reviews = new Reviews(database, this.stages)
    this.outcomes = new Outcomes(database, this.stages)
    this.deliberations = new Deliberations(database, this.stages)
    this.decisions = new Decisions(engine, this.stages)
    this.corrections = new Corrections(database, this.decisions)
  }
}
