import type { Row } from '@saitaku/database'
import type { Stage } from '@saitaku/review'
import type { JsonObject } from '@saitaku/statechart'
import { blindAnswers, hiddenTexts, Redaction } from './blind.js'
import type { Connection } from './connection.js'

/** An application as the panel names it. In a blind stage without whoever applied. */
export interface ApplicationName {
  id: string
  number: string | null
  title: string
  organisation: string | null
}

/** What a reviewer reads of an application. */
export interface Material extends ApplicationName {
  forms: { name: string; revision: number; hash: string; answers: JsonObject }[]
}

interface Read extends Row {
  id: string
  number: string | null
  title: string
  organisation: { name: string; kana: string; corporateNumber: string | null } | null
  people: { name: string; kana: string; email: string }[]
  forms: { name: string; revision: number; hash: string; answers: JsonObject }[]
}

/** Names of applications by id. `blind`: as somebody sees them who may not learn who applied. */
export async function namesOf(on: Connection, rubric: Stage, ids: readonly string[], blind: boolean): Promise<Map<string, ApplicationName>> {
  const rows = await read(on, ids, blind)
  return new Map(rows.map((row) => [row.id, named(row, rubric, blind)]))
}

/** One application with its newest answers. Undefined where there is none. */
export async function materialOf(on: Connection, rubric: Stage, id: string, blind: boolean): Promise<Material | undefined> {
  const [row] = await read(on, [id], true)
  if (!row) return undefined
  if (!blind) return { ...named(row, rubric, false), forms: row.forms }
  const redaction = redactionOf(row, rubric)
  // the hash of the answers would let anyone who knows an applicant's answers find them
  const forms = row.forms.map(({ name, revision, answers }) => ({ name, revision, hash: '', answers: blindAnswers(answers, hides(rubric), redaction) }))
  return { ...named(row, rubric, true), forms }
}

function named(row: Read, rubric: Stage, blind: boolean): ApplicationName {
  if (!blind) return { id: row.id, number: row.number, title: row.title, organisation: row.organisation?.name ?? null }
  return { id: row.id, number: row.number, title: redactionOf(row, rubric).text(row.title), organisation: null }
}

const hides = (rubric: Stage): readonly string[] => rubric.blind?.hides ?? []

function redactionOf({ organisation, people, forms }: Read, rubric: Stage): Redaction {
  const hidden = forms.flatMap(({ answers }) => hiddenTexts(answers, hides(rubric)))
  return new Redaction({
    organisations: organisation ? [organisation.name, organisation.kana, ...hidden] : hidden,
    people: [...people.flatMap(({ name, kana }) => [name, kana]), ...hidden],
    marks: [...(organisation?.corporateNumber ? [organisation.corporateNumber] : []), ...people.map(({ email }) => email), ...hidden],
  })
}

/** Answers are many kilobytes: read where they are shown, or where what they hide must be known. */
async function read(on: Connection, ids: readonly string[], withForms: boolean): Promise<Read[]> {
  const forms = `(SELECT coalesce(jsonb_agg(jsonb_build_object('name', f.form, 'revision', f.revision, 'hash', f.hash, 'answers', f.answers) ORDER BY f.form), '[]')
      FROM (SELECT DISTINCT ON (r.form) r.form, r.revision, r.hash, r.answers FROM form_revision r WHERE r.case_id = c.id ORDER BY r.form, r.revision DESC) f)`
  return on.query<Read>(
    `SELECT c.id, c.number, c.title,
       (SELECT jsonb_build_object('name', o.name, 'kana', o.kana, 'corporateNumber', o.corporate_number) FROM organisation o WHERE o.id = c.organisation_id) AS organisation,
       ${withForms ? `(SELECT coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'kana', p.kana, 'email', p.email)), '[]') FROM case_party q JOIN person p ON p.id = q.person_id WHERE q.case_id = c.id)` : `'[]'::jsonb`} AS people,
       ${withForms ? forms : `'[]'::jsonb`} AS forms
     FROM cases c WHERE c.id = ANY ($1::uuid[])`, [ids])
}
