import type { Database, Row } from '@saitaku/database'
import { mustBeOffice, mustSeeOutcome, seatOf } from './access.js'
import type { Actor } from './connection.js'
import { append, type StageKey } from './journal.js'
import { badInput, refuse } from './refusal.js'
import type { StageReader } from './stage-reader.js'

export interface Member {
  personId: string
  role: 'chair' | 'member'
  maxLoad: number | null
  fields: string[]
}

/** What a reviewer belongs to. */
export interface Affiliation {
  organisation: string
  corporateNumber: string | null
  address: string | null
  note: string | null
}

/** Who sits in the panel of each stage, and what they belong to. */
export class Panels {
  constructor(
    private readonly database: Database,
    private readonly stages: StageReader,
  ) {}

  async read(key: StageKey, actor: Actor): Promise<{ version: number; members: (Member & { name: string; affiliations: Affiliation[] })[] }> {
    const stage = await this.stages.read(key)
    mustSeeOutcome(await seatOf(this.database, key, actor))
    const members = await this.database.query<Member & { name: string; affiliations: Affiliation[] } & Row>(
      `SELECT m.person_id AS "personId", m.role, m.max_load AS "maxLoad", m.fields, p.name,
         (SELECT coalesce(jsonb_agg(jsonb_build_object('organisation', a.organisation, 'corporateNumber', a.corporate_number, 'address', a.address, 'note', a.note) ORDER BY a.organisation, a.id), '[]')
            FROM reviewer_affiliation a WHERE a.person_id = m.person_id) AS affiliations
       FROM panel_member m JOIN person p ON p.id = m.person_id WHERE m.call_id = $1 AND m.stage = $2 ORDER BY m.role, p.name, m.person_id`, [key.callId, key.stage])
    return { version: stage.version, members }
  }

  /**
   * Sets who sits in a panel. Whoever has judged already is not taken out by this: release or recuse them, so that what
   * they gave stays on record.
   */
  async set(key: StageKey, actor: Actor, members: readonly Member[], expectedVersion?: number): Promise<void> {
    await this.stages.read(key)
    mustBeOffice(await seatOf(this.database, key, actor))
    await this.checkPeople(members)
    await this.database.transaction(async (tx) => {
      const [record] = await append(tx, key, [{ kind: 'panelSet', content: { members: members.map(({ personId, role, maxLoad, fields }) => ({ personId, role, maxLoad, fields })) }, actorId: actor.id }])
      if (expectedVersion !== undefined && record && record.seq !== expectedVersion + 1) throw refuse('stale', 'ほかの更新がありました。最新の内容を確認してください', 'The panel has changed since', [], record.seq - 1)
      const ids = members.map((member) => member.personId)
      const judging = await tx.query<{ name: string }>(
        `SELECT DISTINCT p.name FROM review_assignment a JOIN person p ON p.id = a.reviewer_id WHERE a.call_id = $1 AND a.stage = $2 AND a.state = 'assigned' AND a.reviewer_id <> ALL ($3::uuid[])`, [key.callId, key.stage, ids])
      if (judging.length > 0) throw refuse('notNow', `担当のある委員は外せません(${judging.map((one) => one.name).join('、')})。先に担当を外してください`, `Reviewers with assignments cannot be left out (${judging.map((one) => one.name).join(', ')}); release them first`)
      await tx.query('DELETE FROM panel_member WHERE call_id = $1 AND stage = $2', [key.callId, key.stage])
      await tx.query(
        `INSERT INTO panel_member (call_id, stage, person_id, role, max_load, fields)
         SELECT $1, $2, m."personId", m.role, m."maxLoad", m.fields FROM jsonb_to_recordset($3::jsonb) AS m("personId" uuid, role text, "maxLoad" int, fields text[])`, [key.callId, key.stage, JSON.stringify(members)])
    })
  }

  /** Replaces what a reviewer belongs to. The office does so for anyone, a reviewer for themselves. */
  async setAffiliations(key: StageKey, actor: Actor, personId: string, affiliations: readonly Affiliation[]): Promise<void> {
    const seat = await seatOf(this.database, key, actor)
    if (personId !== actor.id) mustBeOffice(seat)
    else if (!seat.member) mustBeOffice(seat)
    await this.database.transaction(async (tx) => {
      await append(tx, key, [{ kind: 'affiliationsSet', content: { reviewer: personId, affiliations: affiliations.map((one) => ({ ...one })) }, actorId: actor.id }])
      await tx.query('DELETE FROM reviewer_affiliation WHERE person_id = $1', [personId])
      await tx.query(
        `INSERT INTO reviewer_affiliation (person_id, organisation, corporate_number, address, note)
         SELECT $1, a.organisation, a."corporateNumber", a.address, a.note FROM jsonb_to_recordset($2::jsonb) AS a(organisation text, "corporateNumber" text, address text, note text)`, [personId, JSON.stringify(affiliations)])
    })
  }

  private async checkPeople(members: readonly Member[]): Promise<void> {
    const ids = members.map((member) => member.personId)
    const known = new Set((await this.database.query<{ id: string }>('SELECT id FROM person WHERE id = ANY ($1::uuid[])', [ids])).map((row) => row.id))
    const problems = members.flatMap(({ personId }, i) => {
      if (!known.has(personId)) return [{ pointer: `/members/${i}/personId`, code: 'unknownReviewer', message: { ja: 'この人は登録されていません', en: 'there is no such person' } }]
      return ids.indexOf(personId) < i ? [{ pointer: `/members/${i}/personId`, code: 'duplicateId', message: { ja: '同じ人が重複しています', en: 'this person stands here a second time' } }] : []
    })
    const chairs = members.filter((member) => member.role === 'chair').length
    if (chairs > 1) problems.push({ pointer: '/members', code: 'chairs', message: { ja: '委員長は1人です', en: 'a panel has one chair' } })
    if (problems.length > 0) throw badInput(problems)
  }
}
