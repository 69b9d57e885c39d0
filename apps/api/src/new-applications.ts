import { Injectable } from '@nestjs/common'
import { CaseViews, see, type SeenCase, type Viewer } from '@saitaku/applications'
import { Engine } from '@saitaku/engine'
import type { CompiledChart } from '@saitaku/statechart'
import { badInput, unknownCase } from './problems.js'
import { refusedProblem } from './refusals.js'

export interface Beginning {
  caseId: string
  call: SeenCase
  chart: string
  title: string
  organisationId?: string | undefined
  parties: readonly (readonly [string, string])[]
  actor: { id: string; roles: readonly string[] }
  key?: string | undefined
}

/** Begins applications: by their applicants, from former ones, or for who sent paper. */
@Injectable()
export class NewApplications {
  constructor(
    private readonly engine: Engine,
    private readonly views: CaseViews,
  ) {}

  async begin(viewer: Viewer, { caseId, call, chart, title, organisationId, parties, actor, key }: Beginning): Promise<SeenCase> {
    const answer = await this.engine.create({
      id: caseId, programme: call.programme, chart, parentId: call.id, title, parties, actor,
      ...(organisationId === undefined ? {} : { organisationId }), ...(key === undefined ? {} : { key }),
    })
    if (!answer.ok) throw refusedProblem(answer.refused, { ...call, sight: 'public' }, null)
    const seen = await see(this.engine.database, viewer, answer.caseId)
    if (!seen) throw unknownCase()
    return seen
  }

  /** The chart by which an application of this call begins: the one that was asked for, or the only one. */
  async chartFor(call: SeenCase, wanted: string | undefined): Promise<string> {
    const { definition } = await this.views.chart(call)
    const charts = Object.keys(definition.charts).filter((name) => definition.charts[name]?.childOf === call.chart)
    const chosen = wanted ?? (charts.length === 1 ? charts[0] : undefined)
    if (chosen === undefined || !charts.includes(chosen))
      throw badInput('申請の様式を選んでください', `Choose one of the charts: ${charts.join(', ')}`, [{ pointer: '/chart', detail: `one of: ${charts.join(', ')}` }], 422)
    return chosen
  }

  async compiled(call: SeenCase, chart: string): Promise<CompiledChart> {
    return this.views.chart({ versionId: call.versionId, chart })
  }
}
