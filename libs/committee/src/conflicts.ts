import type { Database, Row, Tx } from '@saitaku/database'
import { fieldsOf } from '@saitaku/forms'
import type { CompiledProgramme, JsonObject } from '@saitaku/statechart'
import { mustBeOffice, mustLead, seatOf } from './access.js'
import { isUuid } from '@saitaku/engine'
import { matchConflicts, type ApplicantFacts, type ReviewerFacts } from './conflict-matching.js'
import type { Actor } from './connection.js'
import { append, type Entry, type StageKey } from './journal.js'
import { refuse } from './refusal.js'
import { textsOf } from './texts.js'
import type { StageReader } from './stage-reader.js'

export interface Conflict {
  id: string
  applicationId: string
  reviewerId: string
  reviewerName: string
  kind: 'declared' | 'organisation' | 'corporateNumber' | 'name' | 'address'
  evidence: string
  state: 'suspected' | 'confirmed' | 'dismissed'
  raisedBy: string | null
  raisedAt: Date
  decidedBy: string | null
  decidedAt: Date | null
  reason: string | null
}

const COLUMNS = `i.id, i.application_id AS "applicationId", i.reviewer_id AS "reviewerId", p.name AS "reviewerName", i.kind, i.evidence, i.state,
  i.raised_by AS "raisedBy", i.raised_at AS "raisedAt", i.decided_by AS "decidedBy", i.decided_at AS "decidedAt", i.reason`

/** Conflicts of interest: declared, found, confirmed or dismissed. A confirmed one recuses, also in the middle of a review. */
export class Conflicts {
  constructor(
    private readonly database: Database,
    private readonly stages: StageReader,
  ) {}

  /** To the chair and the office all of a call's; to a reviewer their own. */
  async list(callId: string, actor: Actor): Promise<Conflict[]> {
    const all = await this.leads(callId, actor)
    return this.database.query<Conflict & Row>(
      `SELECT ${COLUMNS} FROM conflict_of_interest i JOIN person p ON p.id = i.reviewer_id WHERE i.call_id = $1 AND ($2 OR i.reviewer_id = $3) ORDER BY i.raised_at, i.id`, [callId, all, actor.id])
  }

  private async leads(callId: string, actor: Actor): Promise<boolean> {
    const stages = await this.stages.all(callId)
    const seats = await Promise.all(stages.map(({ id }) => seatOf(this.database, { callId, stage: id }, actor)))
    return seats.some((seat) => seat.office || seat.chair)
  }

  /** A reviewer says themself that they are involved: that recuses at once. The office may take it back as dismissed. */
  async declare(key: StageKey, actor: Actor, applicationId: string, words: string): Promise<Conflict> {
    const seat = await seatOf(this.database, key, actor)
    if (!seat.member) throw refuse('role', '利害関係を申し出られるのは、この審査の委員です', 'Members of the panel declare conflicts of interest')
    await this.mustBeHeld(key.callId, applicationId)
    return this.database.transaction(async (tx) => {
      const [known] = await tx.query<{ id: string }>(`SELECT id FROM conflict_of_interest WHERE application_id = $1 AND reviewer_id = $2 AND kind = 'declared' AND evidence = $3 AND state = 'confirmed'`, [applicationId, actor.id, words])
      if (known) return this.one(tx, known.id)
      const [found] = await tx.query<{ id: string }>(
        `INSERT INTO conflict_of_interest AS i (call_id, application_id, reviewer_id, kind, evidence, state, raised_by, raised_at, decided_by, decided_at)
         VALUES ($1, $2, $3, 'declared', $4, 'confirmed', $3, app_now(), $3, app_now())
         ON CONFLICT (application_id, reviewer_id, kind, evidence) DO UPDATE SET state = 'confirmed', decided_by = excluded.decided_by, decided_at = excluded.decided_at, reason = NULL RETURNING id`,
        [key.callId, applicationId, actor.id, words])
      await this.recuse(tx, key, { applicationId, reviewerId: actor.id, by: actor.id, why: { kind: 'declared', evidence: words } })
      return this.one(tx, found?.id ?? '')
    })
  }

  /** Compares the panel of a stage with everyone who applied. What was raised before stays as it was decided. */
  async match(key: StageKey, actor: Actor): Promise<{ found: number; raised: number }> {
    const stage = await this.stages.read(key)
    mustBeOffice(await seatOf(this.database, key, actor))
    const [reviewers, applicants] = await Promise.all([this.reviewerFacts(key), this.applicantFacts(key.callId, stage.compiled)])
    const suspicions = matchConflicts(reviewers, applicants)
    if (suspicions.length === 0) return { found: 0, raised: 0 }
    return this.database.transaction(async (tx) => {
      const raised = await tx.query<{ application_id: string; reviewer_id: string; kind: string; evidence: string }>(
        `INSERT INTO conflict_of_interest (call_id, application_id, reviewer_id, kind, evidence, state, raised_at)
         SELECT $1, s."applicationId", s."reviewerId", s.kind, s.evidence, 'suspected', app_now()
         FROM jsonb_to_recordset($2::jsonb) AS s("applicationId" uuid, "reviewerId" uuid, kind text, evidence text)
         ON CONFLICT DO NOTHING RETURNING application_id, reviewer_id, kind, evidence`, [key.callId, JSON.stringify(suspicions)])
      await append(tx, key, raised.map((one): Entry => ({ kind: 'conflictRaised', content: { application: one.application_id, reviewer: one.reviewer_id, kind: one.kind, evidence: one.evidence }, actorId: actor.id })))
      return { found: suspicions.length, raised: raised.length }
    })
  }

  /** The office judges a suspicion. Confirming recuses; dismissing needs a reason and lets a recused reviewer back in. */
  async decide(key: StageKey, actor: Actor, id: string, verdict: 'confirmed' | 'dismissed', reason: string): Promise<Conflict> {
    mustLead(await seatOf(this.database, key, actor))
    if (!isUuid(id)) throw unknownConflict()
    return this.database.transaction(async (tx) => {
      const [row] = await tx.query<{ application_id: string; reviewer_id: string; kind: string; evidence: string }>(
        `UPDATE conflict_of_interest SET state = $3, decided_by = $4, decided_at = app_now(), reason = $5 WHERE id = $1 AND call_id = $2 RETURNING application_id, reviewer_id, kind, evidence`,
        [id, key.callId, verdict, actor.id, reason])
      if (!row) throw unknownConflict()
      if (row.reviewer_id === actor.id) throw refuse('separation', 'ご自身の利害関係は、ほかの人が判断します', 'Somebody else judges a conflict of interest of yours')
      const about = { applicationId: row.application_id, reviewerId: row.reviewer_id, by: actor.id, why: { kind: row.kind, evidence: row.evidence, reason } }
      if (verdict === 'confirmed') await this.recuse(tx, key, about)
      else await this.readmit(tx, key, about)
      return this.one(tx, id)
    })
  }

  /** In every stage where the application is judged: the assignment counts no more and the sheet is sealed, both stay on record. */
  private async recuse(tx: Tx, key: StageKey, { applicationId, reviewerId, by, why }: Judgement): Promise<void> {
    const content = { application: applicationId, reviewer: reviewerId, ...why }
    await append(tx, key, [{ kind: 'recused', content, actorId: by }])
    const others = await tx.query<{ stage: string }>(
      `INSERT INTO review_assignment (call_id, stage, application_id, reviewer_id, state, at) SELECT $1, m.stage, $2, $3, 'recused', app_now() FROM panel_member m WHERE m.call_id = $1 AND m.person_id = $3
       ON CONFLICT (call_id, stage, application_id, reviewer_id) DO UPDATE SET state = 'recused', at = excluded.at RETURNING stage`, [key.callId, applicationId, reviewerId])
    await tx.query(`UPDATE score_sheet SET state = 'sealed', version = version + 1 WHERE call_id = $1 AND application_id = $2 AND reviewer_id = $3 AND state <> 'sealed'`, [key.callId, applicationId, reviewerId])
    for (const { stage } of others) if (stage !== key.stage) await append(tx, { ...key, stage }, [{ kind: 'recused', content, actorId: by }])
  }

  /** Only where no other confirmed conflict is left. */
  private async readmit(tx: Tx, key: StageKey, { applicationId, reviewerId, by, why }: Judgement): Promise<void> {
    const content = { application: applicationId, reviewer: reviewerId, ...why }
    await append(tx, key, [{ kind: 'conflictDismissed', content, actorId: by }])
    const [left] = await tx.query(`SELECT 1 FROM conflict_of_interest WHERE application_id = $1 AND reviewer_id = $2 AND state = 'confirmed' LIMIT 1`, [applicationId, reviewerId])
    if (left) return
    const back = await tx.query<{ stage: string }>(
      `UPDATE review_assignment SET state = 'assigned', at = app_now() WHERE call_id = $1 AND application_id = $2 AND reviewer_id = $3 AND state = 'recused' RETURNING stage`, [key.callId, applicationId, reviewerId])
    await tx.query(
      `UPDATE score_sheet SET state = CASE WHEN submitted_at IS NULL THEN 'draft' ELSE 'submitted' END, version = version + 1 WHERE call_id = $1 AND application_id = $2 AND reviewer_id = $3 AND state = 'sealed'`, [key.callId, applicationId, reviewerId])
    for (const { stage } of back) await append(tx, { ...key, stage }, [{ kind: 'readmitted', content, actorId: by }])
  }

  private async one(tx: Tx, id: string): Promise<Conflict> {
    const [row] = await tx.query<Conflict & Row>(`SELECT ${COLUMNS} FROM conflict_of_interest i JOIN person p ON p.id = i.reviewer_id WHERE i.id = $1`, [id])
    if (!row) throw unknownConflict()
    return row
  }

  private async mustBeHeld(callId: string, applicationId: string): Promise<void> {
    const [held] = await this.database.query('SELECT 1 FROM cases WHERE id = $1 AND parent_id = $2', [applicationId, callId])
    if (!held) throw refuse('unknownApplication', '申請が見つかりません', 'There is no such application')
  }

  private reviewerFacts({ callId, stage }: StageKey): Promise<ReviewerFacts[]> {
    return this.database.query<ReviewerFacts & Row>(
      `SELECT m.person_id AS "reviewerId", p.name,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('organisation', a.organisation, 'corporateNumber', a.corporate_number, 'address', a.address, 'note', a.note)), '[]') FROM reviewer_affiliation a WHERE a.person_id = m.person_id) AS affiliations
       FROM panel_member m JOIN person p ON p.id = m.person_id WHERE m.call_id = $1 AND m.stage = $2 ORDER BY m.person_id`, [callId, stage])
  }

  private async applicantFacts(callId: string, compiled: CompiledProgramme): Promise<ApplicantFacts[]> {
    const rows = await this.database.query<{ id: string; organisation: string | null; number: string | null; people: string[]; forms: { name: string; answers: JsonObject }[] }>(
      `SELECT c.id, o.name AS organisation, o.corporate_number AS number,
         ARRAY(SELECT p.name FROM case_party q JOIN person p ON p.id = q.person_id WHERE q.case_id = c.id) AS people,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('name', f.form, 'answers', f.answers)), '[]') FROM (SELECT DISTINCT ON (r.form) r.form, r.answers FROM form_revision r WHERE r.case_id = c.id ORDER BY r.form, r.revision DESC) f) AS forms
       FROM cases c LEFT JOIN organisation o ON o.id = c.organisation_id WHERE c.parent_id = $1 ORDER BY c.id`, [callId])
    return rows.map(({ id, organisation, number, people, forms }) => {
      const texts = forms.flatMap(({ answers }) => textsOf(answers))
      const numbers = forms.flatMap(({ name, answers }) => corporateNumbers(compiled, name, answers))
      // an answer is compared whole: whichever field holds a person's name or an address, it is that text and nothing else
      return { applicationId: id, organisations: [...(organisation === null ? [] : [organisation]), ...texts], corporateNumbers: [...(number === null ? [] : [number]), ...numbers], people: [...people, ...texts], addresses: texts }
    })
  }
}

interface Judgement {
  applicationId: string
  reviewerId: string
  by: string
  why: JsonObject
}

function corporateNumbers(compiled: CompiledProgramme, form: string, answers: JsonObject): string[] {
  const definition = compiled.definition.forms[form]
  const fields = definition ? fieldsOf(definition).filter((field) => field.kind === 'corporateNumber') : []
  return fields.flatMap(({ id }) => textsOf(answers[id] ?? null))
}

const unknownConflict = (): Error => refuse('unknownThing', '利害関係の記録が見つかりません', 'There is no such conflict of interest')
