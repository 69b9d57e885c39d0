import type { ProgrammeDefinition } from '../definition.js'
import type { ChartTree } from './chart-tree.js'
import { listed, type Report } from './report.js'

type Stage = NonNullable<ProgrammeDefinition['rubric']>['stages'][number]

/** What the rubric says of the charts is there: states in which a stage is scored, attributes, and the events that carry its outcome. */
export function checkStages(trees: ReadonlyMap<string, ChartTree>, definition: ProgrammeDefinition, report: Report): void {
  const calls = [...trees.values()].filter((tree) => tree.chart.childOf === undefined)
  const applications = [...trees.values()].filter((tree) => tree.chart.childOf !== undefined)
  for (const [index, stage] of (definition.rubric?.stages ?? []).entries()) new StageCheck(stage, ['rubric', 'stages', index], calls, applications, report).run()
}

class StageCheck {
  constructor(
    private readonly stage: Stage,
    private readonly path: readonly (string | number)[],
    private readonly calls: readonly ChartTree[],
    private readonly applications: readonly ChartTree[],
    private readonly report: Report,
  ) {}

  run(): void {
    const { scoring, decision, allocation } = this.stage
    if (scoring) {
      this.place(this.calls, ['scoring', 'state'], scoring.state)
      this.place(this.applications, ['scoring', 'applications'], scoring.applications)
      this.attribute(this.calls, ['scoring', 'until'], scoring.until)
    }
    if (!decision) return
    for (const name of ['event', 'approve', 'sendBack', 'withdraw', 'publish'] as const) this.event(this.calls, ['decision', name], decision[name])
    for (const name of ['adopted', 'conditional', 'reserve', 'notAdopted'] as const) this.event(this.applications, ['decision', name], decision[name])
    this.attribute(this.applications, ['decision', 'division'], decision.division)
    if (!allocation) return
    this.attribute(this.calls, ['allocation', 'budget'], allocation.budget)
    this.attribute(this.applications, ['allocation', 'requested'], allocation.requested)
    this.attribute(this.applications, ['allocation', 'cost'], allocation.cost)
  }

  private place(trees: readonly ChartTree[], at: string[], name: string | undefined): void {
    const places = trees.flatMap((tree) => tree.places.map(({ place }) => place)).filter((place) => place !== '')
    this.must(places, at, name, 'unknown-state', 'state')
  }

  private event(trees: readonly ChartTree[], at: string[], name: string | undefined): void {
    const events = trees.flatMap((tree) => tree.transitions.filter(({ kind }) => kind === 'event').map(({ trigger }) => trigger))
    this.must([...new Set(events)], at, name, 'unknown-event', 'event')
  }

  private attribute(trees: readonly ChartTree[], at: string[], name: string | undefined): void {
    this.must(trees.flatMap((tree) => Object.keys(tree.chart.attributes ?? {})), at, name, 'unknown-attribute', 'attribute')
  }

  private must(known: readonly string[], at: string[], name: string | undefined, code: string, what: string): void {
    if (name === undefined || known.includes(name)) return
    this.report.error([...this.path, ...at], code, `stage ${this.stage.id} speaks of the ${what} ${name}, which no chart has; ${listed(known)}`)
  }
}
