import type { Database, Row } from '@saitaku/database'
import type { Registry } from '@saitaku/engine'
import { GroupedReads } from './grouped-reads.js'
import { FactsNeeded, type CompiledChart, type Facts, type Json, type JsonObject } from '@saitaku/statechart'

/**
 * Facts of one case for looking at it, not for changing it. Which roots a chart's expressions ask for is
 * learned from the first look, so that the next reads them in one trip.
 */
export class CaseFacts {
  private readonly learned = new WeakMap<CompiledChart, Set<string>>()
  private readonly reads = new Map<string, GroupedReads<string, Row>>()

  constructor(
    private readonly database: Database,
    private readonly registry: Registry,
  ) {}

  /** Runs `look` with the facts it turns out to need. */
  async reading<T>(caseId: string, chart: CompiledChart, look: (facts: Facts) => T): Promise<T> {
    const roots = this.learned.get(chart) ?? new Set<string>()
    this.learned.set(chart, roots)
    for (;;) {
      const facts = await this.load(caseId, chart, [...roots])
      try {
        return look(facts)
      } catch (error) {
        if (!(error instanceof FactsNeeded) || roots.has(error.root)) throw error
        roots.add(error.root)
      }
    }
  }

  private async load(caseId: string, chart: CompiledChart, roots: readonly string[]): Promise<Facts> {
    if (roots.length === 0) return {}
    const columns = roots.map((root, i) => `${this.sqlOf(root, chart)} AS f${i}`).join(', ')
    const row = await this.readsOf(`SELECT c.id, ${columns} FROM cases c WHERE c.id = ANY ($1::uuid[])`).read(caseId)
    return gathered(roots.map((root, i) => [root, (row?.[`f${i}`] ?? null) as Json]), chart)
  }

  private readsOf(text: string): GroupedReads<string, Row> {
    let reads = this.reads.get(text)
    if (!reads) {
      reads = new GroupedReads(async (ids) => {
        const found = new Map((await this.database.query(text, [ids])).map((row) => [row.id as string, row]))
        return ids.map((id) => found.get(id))
      })
      this.reads.set(text, reads)
    }
    return reads
  }

  private sqlOf(root: string, chart: CompiledChart): string {
    const sql = this.registry.factSql(root, chart)
    if (sql === undefined) throw new Error(`No one provides the facts of ${root} for ${chart.definition.name}/${chart.name}`)
    return sql
  }
}

/** Facts of the holding case come with its version; those that a programme names lie together under `facts`. */
function gathered(loaded: readonly (readonly [string, Json])[], chart: CompiledChart): Facts {
  const facts: Facts = {}
  const declared: JsonObject = {}
  for (const [root, value] of loaded) {
    if (root.startsWith('facts.')) declared[root.slice('facts.'.length)] = value
    else if (root === chart.chart.childOf) facts[root] = (value as { value?: Json } | null)?.value ?? {}
    else facts[root] = value ?? {}
  }
  return Object.keys(declared).length > 0 ? { ...facts, facts: declared } : facts
}
