import type { Tx } from '@saitaku/database'
import type { CompiledChart, Json } from '@saitaku/statechart'
import type { Verification } from './verification.js'

/**
 * Gives what expressions read under a root. `sql` is a scalar subquery of type jsonb over the case row `c`
 * (id, programme, chart, version_id, parent_id, organisation_id, state), so that one trip loads a group;
 * undefined where this provider does not serve that root for that chart. Names in it must be literals that
 * the grammar has already restricted to letters and digits.
 */
export interface FactProvider {
  name: string
  sql(root: string, chart: CompiledChart): string | undefined
}

export interface OutboxRow {
  id: string
  caseId: string
  seq: number
  topic: string
  payload: { [key: string]: Json }
  at: Date
  generation: number
}

/**
 * Performs the effects of one topic. `transaction`: with the outcome in one transaction, so exactly once.
 * `outside`: at least once, recorded after (a mail server). `resumable`: long work that keeps its own place.
 */
export type EffectHandler =
  | { kind: 'transaction'; perform(tx: Tx, row: OutboxRow): Promise<Json> }
  | { kind: 'outside'; perform(row: OutboxRow): Promise<Json> }
  | { kind: 'resumable'; perform(row: OutboxRow): Promise<Json> }

/** Adds to a fact what another lib knows of it: given the SQL that yields it, SQL that yields it with more; undefined leaves it as it is. */
export type FactRefinement = (root: string, chart: CompiledChart, sql: string) => string | undefined

/** How other libs plug into the engine: what they know, and what a chart can make happen there. */
export class Registry {
  private readonly providers: FactProvider[] = []
  private readonly refinements: FactRefinement[] = []
  private readonly handlers = new Map<string, EffectHandler>()
  /** What the audit checks besides the cases: records of other libs. */
  readonly verifications: Verification[] = []

  provideFacts(provider: FactProvider): this {
    this.providers.push(provider)
    return this
  }

  /** In whatever order libs register: refinements come after all providers. */
  refineFacts(refinement: FactRefinement): this {
    this.refinements.push(refinement)
    return this
  }

  handleEffect(topic: string, handler: EffectHandler): this {
    if (this.handlers.has(topic)) throw new Error(`two handlers for the effect ${topic}`)
    this.handlers.set(topic, handler)
    return this
  }

  /** Checks records of another lib whenever the audit runs. */
  verify(verification: Verification): this {
    this.verifications.push(verification)
    return this
  }

  handler(topic: string): EffectHandler | undefined {
    return this.handlers.get(topic)
  }

  factSql(root: string, chart: CompiledChart): string | undefined {
    for (const provider of this.providers) {
      const sql = provider.sql(root, chart)
      if (sql !== undefined) return this.refinements.reduce((refined, refine) => refine(root, chart, refined) ?? refined, sql)
    }
    return undefined
  }
}
