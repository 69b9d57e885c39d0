import type { Registry } from '@saitaku/engine'
import { fieldsOf } from '@saitaku/forms'
import type { CompiledChart } from '@saitaku/statechart'

/** Makes a form complete only when every file that it names is here and unharmed, and has events record which files those were. */
export function registerFiles(registry: Registry): void {
  registry.refineFacts(withFiles)
}

/**
 * `complete` is true only where each file that the fact's values name is stored for its field, as long as it says and
 * with the same sum. `@files` lists them: an event that reads the form keeps that list, and its receipt shows it.
 */
export function withFiles(root: string, chart: CompiledChart, sql: string): string | undefined {
  const form = root === 'form' ? chart.chart.form : root
  if (form === undefined || !Object.hasOwn(chart.definition.forms, form)) return undefined
  const definition = chart.definition.forms[form]
  const fields = (definition ? fieldsOf(definition) : []).filter((field) => field.kind === 'file').map((field) => field.id)
  if (fields.length === 0) return undefined
  // names have passed the grammar (letters and digits), so they can stand between quotes
  const list = fields.map((field) => `'${field}'`).join(', ')
  return `(SELECT fact.value || jsonb_build_object('complete', (fact.value->'complete')::boolean AND coalesce(files.here, true), '@files', coalesce(files.list, '[]'::jsonb))
    FROM (SELECT ${sql} AS value) AS fact, LATERAL (
      SELECT bool_and(stored.id IS NOT NULL) AS here,
             jsonb_agg(jsonb_build_object('field', field.name, 'id', stored.id, 'name', file.value->'name', 'size', file.value->'size', 'sha256', file.value->'sha256') ORDER BY field.name, file.place) AS list
      FROM unnest(ARRAY[${list}]) AS field(name)
      CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(fact.value->field.name) WHEN 'array' THEN fact.value->field.name ELSE '[]' END) WITH ORDINALITY AS file(value, place)
      LEFT JOIN LATERAL (
        SELECT a.id FROM attachment a WHERE a.case_id = c.id AND a.form = '${form}' AND a.field = field.name AND a.state = 'ready'
          AND a.sha256 = file.value->>'sha256' AND a.size = (file.value->>'size')::bigint ORDER BY a.id LIMIT 1) AS stored ON true
    ) AS files)`
}
