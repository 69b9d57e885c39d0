import type { CompiledChart } from '@saitaku/statechart'
import type { FactProvider } from './registry.js'

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** What the engine itself knows beside a case: the case that holds it, its organisation, and the counts a programme names. */
export const engineFacts: FactProvider = {
  name: 'engine',
  sql(root, chart) {
    if (root === chart.chart.childOf) return PARENT
    if (root === 'organisation') return ORGANISATION
    return root.startsWith('facts.') ? declared(root.slice('facts.'.length), chart) : undefined
  },
}

/** Its version travels with it: a command that read its parent holds only while the parent is unchanged. */
const PARENT = `(SELECT jsonb_build_object('v', p.version, 'id', p.id, 'value', p.state->'attributes') FROM cases p WHERE p.id = c.parent_id)`

const ORGANISATION = `(SELECT jsonb_strip_nulls(jsonb_build_object('name', o.name, 'kind', o.kind, 'ward', o.ward, 'corporateNumber', o.corporate_number))
  FROM organisation o WHERE o.id = c.organisation_id)`

function declared(name: string, chart: CompiledChart): string | undefined {
  const fact = chart.definition.facts[name]
  if (!fact) return undefined
  if ('membership' in fact) {
    const programmes = fact.membership.map(literal).join(', ')
    return `(SELECT to_jsonb(EXISTS (SELECT 1 FROM cases k WHERE k.organisation_id = c.organisation_id AND k.programme IN (${programmes}) AND 'inForce' = ANY (k.tags))))`
  }
  const counted = 'children' in fact ? fact.children : fact.others
  const conditions = [`k.chart = ${literal(counted.chart)}`]
  if (counted.inPhase) conditions.push(`k.phase = ${literal(counted.inPhase)}`)
  if (counted.inTag) conditions.push(`${literal(counted.inTag)} = ANY (k.tags)`)
  if ('children' in fact) conditions.push('k.parent_id = c.id')
  else {
    conditions.push('k.organisation_id = c.organisation_id', `k.programme = ${literal(chart.definition.name)}`, 'k.id <> c.id')
    if (fact.others.sameCall) conditions.push('k.parent_id = c.parent_id')
  }
  return `(SELECT to_jsonb(count(*)) FROM cases k WHERE ${conditions.join(' AND ')})`
}
