import { fieldsOf } from '@saitaku/forms'
import type { CompiledChart } from '@saitaku/statechart'
import type { FactProvider, Registry } from '@saitaku/engine'

/** Tells the engine what this lib knows of a case: its forms. */
export function registerApplications(registry: Registry): void {
  registry.provideFacts(formFacts)
}

/**
 * `form`: the newest revision of the chart's own form, its values with `complete` and `remarksAnswered`; each
 * form of a later step under its own name, with `complete`. `@revision` and `@hash` say which revision it was.
 */
export const formFacts: FactProvider = {
  name: 'forms',
  sql(root, chart) {
    const form = root === 'form' ? chart.chart.form : root
    if (form === undefined || !Object.hasOwn(chart.definition.forms, form)) return undefined
    return root === 'form' ? newest(form, `, 'remarksAnswered', ${remarksAnswered(form, chart)}`, `, "remarksAnswered": false`) : newest(form, '', '')
  },
}

/** A form's name has passed the grammar (letters and digits), so it can stand between quotes. */
function newest(form: string, more: string, moreOfNothing: string): string {
  return `coalesce((SELECT r.computed || jsonb_build_object('complete', r.complete, '@revision', r.revision, '@hash', r.hash${more})
    FROM form_revision r WHERE r.case_id = c.id AND r.form = '${form}' ORDER BY r.revision DESC LIMIT 1), '{"complete": false${moreOfNothing}}')`
}

/**
 * Every remark is answered: its field's answer is no longer the one that stood when the remark was made. One
 * that names no field is answered by any later revision; one that names a section, by a change of any field in it.
 */
function remarksAnswered(form: string, chart: CompiledChart): string {
  const definition = chart.definition.forms[form]
  const fields = definition ? fieldsOf(definition).map((field) => field.id) : []
  const sections = (definition?.sections ?? []).filter((section) => !fields.includes(section.id))
  const same = (field: string): string => `r.answers->'${field}' IS NOT DISTINCT FROM b.answers->'${field}'`
  const bySection = sections.map((section) => `WHEN remark->>'field' = '${section.id}' THEN ${section.fields.map((field) => same(field.id)).join(' AND ')}`).join(' ')
  const list = fields.map((field) => `'${field}'`).join(', ')
  return `NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(c.state->'remarks'->'items') AS remark
    LEFT JOIN LATERAL (SELECT f.revision, f.answers FROM form_revision f
      WHERE f.case_id = c.id AND f.form = '${form}' AND f.at <= (c.state->'remarks'->>'at')::timestamptz ORDER BY f.revision DESC LIMIT 1) b ON true
    WHERE CASE WHEN remark->>'field' IN (${list}) THEN r.answers->(remark->>'field') IS NOT DISTINCT FROM b.answers->(remark->>'field')
      ${bySection} ELSE r.revision IS NOT DISTINCT FROM b.revision END)`
}
