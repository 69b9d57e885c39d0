import { Injectable } from '@nestjs/common'
import { mayDo, type Action, type Capacity } from '@saitaku/access'
import { see, type SeenCase, type Viewer } from '@saitaku/applications'
import { Database } from '@saitaku/database'
import { forbidden, unknownCase } from './problems.js'

/** Cases as a person may see them; what they may not see is not there. */
@Injectable()
export class SeenCases {
  constructor(private readonly database: Database) {}

  async case(viewer: Viewer, id: string): Promise<SeenCase> {
    const seen = await see(this.database, viewer, id)
    if (!seen) throw unknownCase()
    return seen
  }

  /** A case below another: an application, a group, a membership. */
  async application(viewer: Viewer, id: string, action?: Action): Promise<SeenCase> {
    const seen = await this.case(viewer, id)
    if (seen.parentId === null) throw unknownCase()
    if (action) must(seen.capacities, action)
    return seen
  }

  async call(viewer: Viewer, id: string, action?: Action): Promise<SeenCase> {
    const seen = await this.case(viewer, id)
    if (seen.parentId !== null) throw unknownCase()
    if (action) must(seen.capacities, action)
    return seen
  }
}

/** Refuses with the sentence why, to whoever knows that the case is there. */
export function must(capacities: Iterable<Capacity>, action: Action): void {
  const allowed = mayDo(capacities, action)
  if (!allowed.ok) throw forbidden(allowed.reason.ja, allowed.reason.en)
}
