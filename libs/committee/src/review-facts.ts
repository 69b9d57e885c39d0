import type { FactProvider, Registry } from '@saitaku/engine'
import type { Stage } from '@saitaku/review'
import { judgedIn } from './candidates.js'
import { verifyCommittee } from './verify-committee.js'

/** Plugs into the engine: tells how far each stage's scoring is: of a call over all its applications, of an application over its own sheets; and has the
 * audit check the journals. */
export function registerCommittee(registry: Registry): void {
  registry.provideFacts(reviewFacts).verify(verifyCommittee)
}

/**
 * `review.<stage>`: `missing` sheets of reviewers who are not recused, `submitted` ones, and whether a `quorum` of the
 * panel has handed in all of theirs. Without any assignment nobody has scored: one sheet is then missing.
 */
const reviewFacts: FactProvider = {
  name: 'review',
  sql(root, chart) {
    const { rubric } = chart.definition
    if (root !== 'review' || !rubric) return undefined
    const isCall = chart.chart.childOf === undefined
    return `jsonb_build_object(${rubric.stages.map((stage) => `'${stage.id}', ${stageFacts(stage, isCall)}`).join(', ')})`
  },
}

/** A sheet that is in belongs to an assignment that holds: where that ends, the sheet is sealed. Ids and places have passed the grammar (letters, digits and dots), so they can stand between quotes. */
function stageFacts({ id, scoring, reviewers }: Stage, isCall: boolean): string {
  const place = scoring?.applications === undefined ? 'NULL' : `'${scoring.applications}'`
  const whose = isCall ? 'a.call_id = c.id' : 'a.call_id = c.parent_id AND a.application_id = c.id'
  const judged = judgedIn(place, 'j')
  const sheets = `SELECT count(*) FROM score_sheet s JOIN cases j ON j.id = s.application_id WHERE ${whose.replaceAll('a.', 's.')} AND s.stage = '${id}' AND s.reviewer_id = a.reviewer_id AND s.state = 'submitted' AND ${judged}`
  const panel = `(SELECT count(*) FROM panel_member m WHERE m.call_id = ${isCall ? 'c.id' : 'c.parent_id'} AND m.stage = '${id}')`
  return `(SELECT jsonb_build_object('missing', CASE WHEN count(*) = 0 THEN 1 ELSE coalesce(sum(r.assigned - r.submitted), 0) END, 'submitted', coalesce(sum(r.submitted), 0),
      'quorum', count(*) FILTER (WHERE r.assigned = r.submitted) >= ${neededOf(reviewers.quorum, panel)} AND count(*) > 0)
    FROM (SELECT a.reviewer_id, count(*) AS assigned, (${sheets}) AS submitted FROM review_assignment a JOIN cases j ON j.id = a.application_id
      WHERE ${whose} AND a.stage = '${id}' AND a.state = 'assigned' AND ${judged} GROUP BY a.reviewer_id) r)`
}

function neededOf(quorum: Stage['reviewers']['quorum'], panel: string): string {
  if (typeof quorum === 'number') return String(quorum)
  return quorum === 'half' ? `(${panel} + 1) / 2` : `${panel} / 2 + 1`
}
