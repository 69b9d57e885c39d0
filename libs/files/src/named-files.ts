/**
 * SQL: whether the attachment row `a` is named by a revision that an event has read (a submission, a correction). Such a
 * file is part of the record and stays. Facts name the chart's own form `form`, the others by their name.
 */
export const IS_IN_THE_RECORD = `EXISTS (
  SELECT 1 FROM case_event e JOIN form_revision r ON r.case_id = e.case_id AND r.form = a.form
    AND r.revision::text IN (e.facts->>'form.@revision', e.facts->>(a.form || '.@revision'))
  WHERE e.case_id = a.case_id AND r.computed->a.field @> jsonb_build_array(jsonb_build_object('sha256', a.sha256)))`

/** SQL: whether the newest revision of its form names the attachment row `a`. */
export const IS_NAMED_NOW = `EXISTS (
  SELECT 1 FROM (SELECT computed, answers FROM form_revision WHERE case_id = a.case_id AND form = a.form ORDER BY revision DESC LIMIT 1) AS r
  WHERE r.computed->a.field @> jsonb_build_array(jsonb_build_object('sha256', a.sha256)))`
