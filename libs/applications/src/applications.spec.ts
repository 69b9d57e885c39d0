import { randomUUID } from 'node:crypto'
import { Database, setClock } from '@saitaku/database'
import { Engine, publishProgramme, Registry, type Answer } from '@saitaku/engine'
import type { JsonObject } from '@saitaku/statechart'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { addParty, createOrganisation, createPerson, grantRole, hasActedFor, registerApplications, rolesIn, saveForm, see, type FormRefusal, type FormSaved } from './index.js'
import { mergePatch } from './merge-patch.js'

const START = new Date('2026-06-01T00:00:00Z')

const files = {
  'programme.yaml': `
name: forms-toy
title: { ja: 様式の試験, en: Forms }
roles:
  applicant: { ja: 申請者, en: Applicant }
  secretariat: { ja: 事務局, en: Secretariat }
publicStatuses:
  held: { ja: 手続き中, en: Under way }
charts:
  call:
    initial: open
    states: { open: { label: { ja: 受付, en: Open }, tags: [open, resting], publicStatus: held, on: { close: { target: shut, by: [secretariat] } } }, shut: { type: final, label: { ja: 終了, en: Shut }, publicStatus: held } }
  application:
    childOf: call
    form: main
    initial: draft
    states:
      draft:
        label: { ja: 下書き, en: Draft }
        tags: [preparing]
        publicStatus: held
        turn: applicant
        on: { submit: { target: screening, by: [applicant], guard: { if: form.complete, else: { ja: 未入力, en: Incomplete } } } }
      screening:
        label: { ja: 確認, en: Screening }
        tags: [submitted]
        publicStatus: held
        turn: secretariat
        on:
          return: { target: returned, by: [secretariat], requires: [remarks] }
          accept: { target: reporting, by: [secretariat] }
          inspect: { target: shut, by: [secretariat], requires: [form.inspection] }
          weigh: { target: shut, by: [secretariat], requires: [form.main], guard: { if: form.cost > 1000, else: { ja: 少額, en: Too little } } }
      returned:
        label: { ja: 補正, en: Returned }
        tags: [submitted]
        publicStatus: held
        turn: applicant
        on: { resubmit: { target: screening, by: [applicant], guard: { if: form.remarksAnswered, else: { ja: 未対応, en: Unanswered } } } }
      reporting:
        label: { ja: 報告, en: Reporting }
        tags: [adopted]
        publicStatus: held
        turn: applicant
        on: { report: { target: shut, by: [applicant], guard: { if: report.complete && report.spent > 0, else: { ja: 未報告, en: No report } } } }
      shut: { type: final, label: { ja: 終了, en: Shut }, tags: [closed], publicStatus: held }
events:
  close: { ja: 締める, en: Close }
  submit: { ja: 提出, en: Submit }
  return: { ja: 差戻し, en: Return }
  accept: { ja: 受理, en: Accept }
  inspect: { ja: 検査, en: Inspect }
  weigh: { ja: 判断, en: Weigh }
  resubmit: { ja: 再提出, en: Resubmit }
  report: { ja: 報告, en: Report }
`,
  'form.yaml': `
forms:
  main:
    title: { ja: 申請, en: Application }
    sections:
      - id: plan
        title: { ja: 計画, en: Plan }
        fields:
          - { id: title, kind: text, label: { ja: 名称, en: Title } }
          - { id: shared, kind: yesNo, required: false, label: { ja: 共同, en: Shared } }
          - { id: partner, kind: text, when: "shared.orValue(false)", label: { ja: 相手, en: Partner } }
      - id: money
        title: { ja: 経費, en: Money }
        fields:
          - { id: cost, kind: yen, label: { ja: 経費, en: Cost } }
          - { id: half, kind: computed, type: int, expression: cost / 2, label: { ja: 半額, en: Half } }
  report:
    title: { ja: 報告, en: Report }
    sections: [{ id: result, title: { ja: 結果, en: Result }, fields: [{ id: spent, kind: yen, label: { ja: 支出, en: Spent } }] }]
  inspection:
    title: { ja: 検査, en: Inspection }
    sections: [{ id: visit, title: { ja: 検査, en: Visit }, fields: [{ id: finding, kind: text, label: { ja: 所見, en: Finding } }] }]
`,
}

describe('applications', () => {
  let server: TestDatabase
  let database: Database
  let engine: Engine
  let person: string
  let call: string
  const clerk = { id: randomUUID(), roles: ['secretariat'] }

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 6 })
    await setClock(database, START)
    const registry = new Registry()
    registerApplications(registry)
    engine = new Engine(database, registry)
    const published = await publishProgramme(database, files)
    expect(published.ok ? [] : published.problems).toEqual([])
    person = await createPerson(database, { name: '申請 花子', email: 'hanako@example.jp' })
    call = (await engine.create({ programme: 'forms-toy', chart: 'call', actor: clerk })).caseId
  })
  afterAll(async () => {
    await database.close()
    await server.close()
  })

  const newDraft = async (): Promise<string> => (await engine.create({ programme: 'forms-toy', chart: 'application', parentId: call, parties: [[person, 'applicant']], actor: { id: person, roles: [] } })).caseId
  const byApplicant = (caseId: string, type: string, data: JsonObject = {}): Promise<Answer> => engine.dispatch({ caseId, type, data, actor: { id: person, roles: [] } })
  const byClerk = (caseId: string, type: string, data: JsonObject = {}): Promise<Answer> => engine.dispatch({ caseId, type, data, actor: clerk })
  const save = (caseId: string, patch: JsonObject, more: { form?: string; expectedRevision?: number; roles?: string[] } = {}): Promise<FormSaved | FormRefusal> =>
    saveForm(database, { caseId, form: 'main', patch, authorId: person, ...more })
  const saved = async (result: Promise<FormSaved | FormRefusal>): Promise<FormSaved> => {
    const answer = await result
    if (!answer.ok) throw new Error(`${answer.code}: ${answer.reason.en}`)
    return answer
  }
  const code = async (result: Promise<FormSaved | FormRefusal>): Promise<string> => {
    const answer = await result
    return answer.ok ? 'ok' : answer.code
  }
  const newReturned = async (remarks: JsonObject[], answers: JsonObject = { title: 'あ', cost: 100 }): Promise<string> => {
    const id = await newDraft()
    await saved(save(id, answers))
    expect(await byApplicant(id, 'submit')).toMatchObject({ ok: true })
    expect(await byClerk(id, 'return', { remarks })).toMatchObject({ ok: true })
    return id
  }

  describe('a form', () => {
    it('is saved in revisions, each with its reading and its hash', async () => {
      const id = await newDraft()
      expect(await saved(save(id, { title: '  緑の教室  ' }))).toMatchObject({ changed: true, open: 'all', saved: { revision: 1, complete: false, missing: ['cost'], computed: { title: '緑の教室' }, answers: { title: '  緑の教室  ' } } })
      expect(await saved(save(id, { cost: '１００円' }))).toMatchObject({ saved: { revision: 2, complete: true, missing: [], computed: { title: '緑の教室', cost: 100, half: 50 } } })
      expect(await saved(save(id, { cost: null }))).toMatchObject({ saved: { revision: 3, answers: { title: '  緑の教室  ' } } })
      const rows = await database.query<{ revision: number; hash: string; author_id: string }>('SELECT revision, hash, author_id FROM form_revision WHERE case_id = $1 ORDER BY revision', [id])
      expect(rows.map(({ revision, author_id }) => [revision, author_id])).toEqual([[1, person], [2, person], [3, person]])
      expect(rows[0]?.hash).toBe(rows[2]?.hash)
      expect(rows[0]?.hash).not.toBe(rows[1]?.hash)
    })

    it('appends nothing when nothing changed', async () => {
      const id = await newDraft()
      await saved(save(id, { title: 'あ' }))
      expect(await saved(save(id, { title: 'あ' }))).toMatchObject({ changed: false, saved: { revision: 1 } })
      expect(await saved(save(id, {}))).toMatchObject({ changed: false, saved: { revision: 1 } })
    })

    it('takes every one of many saves at once, unless a revision was expected', async () => {
      const id = await newDraft()
      const fields: JsonObject[] = [{ title: 'a' }, { cost: 1 }, { shared: true }, { partner: 'b' }]
      await Promise.all(fields.map((patch) => saved(save(id, patch))))
      expect((await saved(save(id, {}))).saved).toMatchObject({ revision: 4, answers: { title: 'a', cost: 1, shared: true, partner: 'b' } })
      const codes = await Promise.all(['c', 'd', 'e'].map((title) => code(save(id, { title }, { expectedRevision: 4 }))))
      expect(codes.sort()).toEqual(['ok', 'stale', 'stale'])
    })

    it('refuses what is no answer, and writes nothing', async () => {
      const id = await newDraft()
      expect(await save(id, { colour: 1, half: 2, title: 'a\u0000', cost: '\ud800' })).toMatchObject({ ok: false, code: 'badInput', errors: [{ field: 'title' }, { field: 'cost' }, { field: 'colour' }, { field: 'half' }] })
      expect(await code(save(id, { title: 'x'.repeat(500_000) }))).toBe('tooLarge')
      expect(await code(save(id, { title: 'x' }, { form: 'nothing' }))).toBe('unknownForm')
      expect(await code(save(randomUUID(), { title: 'x' }))).toBe('unknownCase')
      expect(await database.query('SELECT 1 FROM form_revision WHERE case_id = $1', [id])).toEqual([])
    })

    it('can be written while an event that one may send asks for it, and then no more', async () => {
      const id = await newDraft()
      await saved(save(id, { title: 'あ', cost: 100 }))
      expect(await code(save(id, { spent: 1 }, { form: 'report' }))).toBe('closed')
      expect(await code(save(id, { title: 'い' }, { roles: ['secretariat'] }))).toBe('closed')
      await byApplicant(id, 'submit')
      expect(await code(save(id, { title: 'い' }))).toBe('closed')
      expect(await code(save(id, { cost: 2000 }, { roles: ['secretariat'] }))).toBe('closed') // it judges by the cost, and may not change it
      expect(await code(save(id, { finding: 'よい' }, { form: 'inspection' }))).toBe('closed')
      expect(await code(save(id, { finding: 'よい' }, { form: 'inspection', roles: ['secretariat'] }))).toBe('ok')
      await byClerk(id, 'accept')
      expect(await code(save(id, { finding: 'わるい' }, { form: 'inspection', roles: ['secretariat'] }))).toBe('closed')
      expect(await byApplicant(id, 'report')).toMatchObject({ ok: false, refused: { code: 'guard' } })
      await saved(save(id, { spent: 90 }, { form: 'report' }))
      expect(await byApplicant(id, 'report')).toMatchObject({ ok: true, states: ['shut'] })
      expect(await code(save(id, { spent: 91 }, { form: 'report' }))).toBe('closed')
    })

    it('is complete for the chart only in its newest revision', async () => {
      const id = await newDraft()
      expect(await byApplicant(id, 'submit')).toMatchObject({ ok: false, refused: { code: 'guard' } })
      await saved(save(id, { title: 'あ', cost: 100 }))
      await saved(save(id, { cost: null }))
      expect(await byApplicant(id, 'submit')).toMatchObject({ ok: false, refused: { code: 'guard' } })
      await saved(save(id, { cost: 1 }))
      expect(await byApplicant(id, 'submit')).toMatchObject({ ok: true })
    })
  })

  describe('remarks', () => {
    it('open the fields that they name and no other', async () => {
      const id = await newReturned([{ field: 'cost', text: '内訳' }])
      expect(await save(id, { title: 'い', cost: 5 })).toMatchObject({ code: 'lockedFields', open: ['cost'], errors: [{ field: 'title' }] })
      expect(await code(save(id, { title: 'あ', cost: 5 }))).toBe('ok') // the title stays as it was
    })

    it('open a section by its name, and everything when one is about the whole', async () => {
      const section = await newReturned([{ field: 'plan', text: '計画' }])
      expect(await save(section, { cost: 5 })).toMatchObject({ code: 'lockedFields', open: ['title', 'shared', 'partner'] })
      const whole = await newReturned([{ field: 'cost', text: '内訳' }, { text: '全体' }])
      expect(await saved(save(whole, { title: 'い' }))).toMatchObject({ open: 'all' })
    })

    it('let a field be answered that a correction brought up', async () => {
      const id = await newReturned([{ field: 'shared', text: '共同では?' }])
      expect(await code(save(id, { partner: '相手' }))).toBe('lockedFields')
      expect(await code(save(id, { shared: true, partner: '相手' }))).toBe('ok')
    })

    it.each<[string, JsonObject[], JsonObject, boolean]>([
      ['its field was changed', [{ field: 'cost', text: 'x' }], { cost: 5 }, true],
      ['its field was written again as it was', [{ field: 'cost', text: 'x' }], { cost: 100 }, false],
      ['only one of two fields was changed', [{ field: 'cost', text: 'x' }, { field: 'title', text: 'x' }], { cost: 5 }, false],
      ['both of two fields were changed', [{ field: 'cost', text: 'x' }, { field: 'title', text: 'x' }], { cost: 5, title: 'い' }, true],
      ['a field of its section was changed', [{ field: 'plan', text: 'x' }], { title: 'い' }, true],
      ['a remark without a field is followed by any revision', [{ text: 'x' }], { title: 'い' }, true],
      ['a remark without a field is followed by none', [{ text: 'x' }], {}, false],
      ['a remark names no field of the form and is followed by a revision', [{ field: 'appendix', text: 'x' }], { title: 'い' }, true],
    ])('count as answered or not when %s', async (_, remarks, patch, answered) => {
      const id = await newReturned(remarks)
      await saved(save(id, patch))
      expect((await byApplicant(id, 'resubmit')).ok).toBe(answered)
    })

    it('of a second return want a change since the second return', async () => {
      const id = await newReturned([{ field: 'cost', text: 'x' }])
      await saved(save(id, { cost: 5 }))
      expect((await byApplicant(id, 'resubmit')).ok).toBe(true)
      await byClerk(id, 'return', { remarks: [{ field: 'cost', text: 'まだ' }] })
      expect((await byApplicant(id, 'resubmit')).ok).toBe(false)
      await saved(save(id, { cost: 100 }))
      expect((await byApplicant(id, 'resubmit')).ok).toBe(true)
    })
  })

  describe('a viewer', () => {
    it('sees their own cases as an applicant, those of their programmes as the office, and public ones otherwise', async () => {
      const id = await newDraft()
      const stranger = await createPerson(database, { name: '他人', email: 'x@example.jp' })
      const officer = await createPerson(database, { name: '担当', email: 'y@example.jp' })
      await grantRole(database, officer, 'forms-toy', 'secretariat')
      const sightOf = async (personId: string | null, caseId: string, roles: string[] = []): Promise<string | undefined> => (await see(database, { personId, roles }, caseId))?.sight
      expect(await Promise.all([person, officer, stranger, null].map((who) => sightOf(who, id)))).toEqual(['own', 'office', undefined, undefined])
      expect(await Promise.all([person, officer, stranger, null].map((who) => sightOf(who, call)))).toEqual(['public', 'office', 'public', 'public'])
      expect(await sightOf(stranger, id, ['applicant', 'administrator'])).toBeUndefined()
      expect(await sightOf(stranger, id, ['reviewer'])).toBeUndefined() // a draft is not the committee's
      await addParty(database, call, stranger, 'reviewer')
      expect([await sightOf(stranger, id), await sightOf(stranger, call)]).toEqual([undefined, 'office'])
      await saveForm(database, { caseId: id, form: 'main', patch: { title: 'あ', cost: 1 }, authorId: person })
      expect((await byApplicant(id, 'submit')).ok).toBe(true)
      expect(await sightOf(stranger, id)).toBe('partial')
      expect(await rolesIn(database, { personId: officer, roles: ['head', 'applicant'] }, 'forms-toy')).toEqual(['secretariat', 'head'])
    })

    it('is not taken for the applicant of the cases below their own', async () => {
      await addParty(database, call, person, 'applicant')
      const id = (await engine.create({ programme: 'forms-toy', chart: 'application', parentId: call, actor: clerk })).caseId
      expect(await see(database, { personId: person, roles: [] }, id)).toBeUndefined()
    })

    it('may name an organisation again that they have applied for', async () => {
      const organisation = await createOrganisation(database, { name: '緑の会', corporateNumber: '1234567890123' })
      expect(await createOrganisation(database, { id: organisation, name: '別の名' })).toBe(organisation)
      expect(await hasActedFor(database, person, organisation)).toBe(false)
      await engine.create({ programme: 'forms-toy', chart: 'application', parentId: call, organisationId: organisation, parties: [[person, 'applicant']], actor: clerk })
      expect(await hasActedFor(database, person, organisation)).toBe(true)
      expect(await database.query('SELECT name FROM organisation WHERE id = $1', [organisation])).toEqual([{ name: '緑の会' }])
    })
  })
})

describe('a JSON merge patch', () => {
  // the examples of RFC 7396, appendix A, as far as both sides are objects
  it.each<[JsonObject, JsonObject, JsonObject]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }], [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }], [{ a: 'b' }, { a: null }, {}], [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }], [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }], [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }], [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }], [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result)
  })

  it('keeps a member called __proto__ a member', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__":{"x":1}}') as JsonObject)
    expect([Object.keys(merged), ({} as { x?: number }).x, Object.getPrototypeOf(merged)]).toEqual([['__proto__'], undefined, Object.prototype])
  })
})
