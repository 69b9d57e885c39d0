import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { Database, setClock } from '@saitaku/database'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { must, verdict, Stage } from '../../test/stage.js'
import {
  applyHandOver, endRole, endSubstitute, grantRole, listHandOvers, listRoles, listSubstitutes, nameSubstitute, previewHandOver, rolesOf, undoHandOver, type Answer, type NewRole, type Rotation,
} from '../index.js'

const day = (text: string): Date => new Date(`${text}T00:00:00+09:00`)
const APRIL = day('2024-04-01')

describe('roles', () => {
  let server: TestDatabase
  let database: Database

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 4 })
  })
  beforeEach(() => clock('2024-01-15'))
  afterAll(async () => {
    await database.close()
    await server.close()
  })

  const clock = (text: string): Promise<void> => database.transaction((tx) => setClock(tx, day(text)))
  const person = async (name = '職員'): Promise<string> => {
    const id = randomUUID()
    await database.query('INSERT INTO person (id, name, email) VALUES ($1, $2, $3)', [id, name, `${id}@example.jp`])
    return id
  }
  const grant = (personId: string, role: string, more: Partial<NewRole> = {}): Promise<Answer<{ id: string }>> =>
    database.transaction((tx) => grantRole(tx, null, { personId, programme: 'award', role, ...more }))
  const held = async (personId: string, at?: Date): Promise<string[]> => (await rolesOf(database, personId, at)).map(({ role }) => role)
  const seen = async (personId: string): Promise<string[]> =>
    (await database.query<{ role: string }>('SELECT programme, role FROM role_grant WHERE person_id = $1 ORDER BY programme, role', [personId])).map(({ role }) => role)

  describe('with dates', () => {
    it('hold from their first instant and until their last, for rolesOf and for whoever reads role_grant', async () => {
      const id = await person()
      must(await grant(id, 'secretariat', { startsAt: APRIL, endsAt: day('2025-04-01') }))
      const before = new Date(APRIL.getTime() - 1)
      expect([await held(id, before), await held(id, APRIL), await held(id, new Date(day('2025-04-01').getTime() - 1)), await held(id, day('2025-04-01'))]).toEqual([[], ['secretariat'], ['secretariat'], []])
      expect([await held(id), await seen(id)]).toEqual([[], []])
      await clock('2024-04-01')
      expect([await held(id), await seen(id)]).toEqual([['secretariat'], ['secretariat']])
      await clock('2025-04-01')
      expect([await held(id), await seen(id)]).toEqual([[], []])
    })

    it('are granted once for a time that is covered already', async () => {
      const id = await person()
      const first = must(await grant(id, 'reviewer'))
      expect(must(await grant(id, 'reviewer', { startsAt: APRIL, endsAt: day('2024-06-01') })).id).toBe(first.id)
      expect((await listRoles(database, { personId: id })).length).toBe(1)
    })

    it('do not end before they begin, and go to people who are known', async () => {
      expect(verdict(await grant(await person(), 'reviewer', { startsAt: APRIL, endsAt: APRIL }))).toBe('badPeriod')
      expect(verdict(await grant(randomUUID(), 'reviewer'))).toBe('unknownPerson')
    })

    it('end now, later, or before they ever began; what was stays on record', async () => {
      const id = await person()
      const end = (which: string, at?: Date): Promise<Answer> => database.transaction((tx) => endRole(tx, null, { id: which, ...(at ? { at } : {}) }))
      const [running, later, never] = [must(await grant(id, 'chair')), must(await grant(id, 'finance')), must(await grant(id, 'auditor', { startsAt: APRIL }))]
      await clock('2024-02-01')
      expect([verdict(await end(running.id)), verdict(await end(later.id, APRIL)), verdict(await end(never.id))]).toEqual(['ok', 'ok', 'ok'])
      expect([verdict(await end(running.id)), verdict(await end(never.id)), verdict(await end(randomUUID()))]).toEqual(['unknownEntry', 'unknownEntry', 'unknownEntry'])
      expect([await held(id), await held(id, day('2024-01-20')), await held(id, APRIL), await held(id, day('2024-05-01'))]).toEqual([['finance'], ['chair', 'finance'], [], []])
    })

    it('that are written into role_grant as before hold since ever, once, and end when deleted there', async () => {
      const id = await person()
      for (let time = 0; time < 2; time++) await database.query(`INSERT INTO role_grant (person_id, programme, role) VALUES ($1, 'award', 'chair') ON CONFLICT DO NOTHING`, [id])
      expect([await seen(id), await held(id, day('1990-01-01')), (await listRoles(database, { personId: id })).map(({ startsAt, endsAt }) => [startsAt, endsAt])]).toEqual([['chair'], ['chair'], [[null, null]]])
      await database.query('DELETE FROM role_grant WHERE person_id = $1', [id])
      expect([await seen(id), await held(id, day('2024-01-01'))]).toEqual([[], ['chair']])
      await database.query(`INSERT INTO role_grant (person_id, programme, role) VALUES ($1, 'award', 'chair') ON CONFLICT DO NOTHING`, [id])
      expect(await seen(id)).toEqual(['chair'])
    })

    it('keep the last administrator who can sign in', async () => {
      const stage = await Stage.open(server.url)
      const [one, two] = [await stage.somebody(), await stage.somebody()]
      const administrator = (personId: string): Promise<Answer<{ id: string }>> => grant(personId, 'administrator', { programme: '*' })
      const [first, second] = [must(await administrator(one.personId)), must(await administrator(two.personId))]
      must(await administrator(await person('without an account')))
      const end = (id: string): Promise<string> => database.transaction(async (tx) => verdict(await endRole(tx, null, { id })))
      expect((await Promise.all([end(first.id), end(second.id)])).sort()).toEqual(['lastAdministrator', 'ok'])
      expect((await Promise.all([one, two].map(({ personId }) => held(personId)))).flat()).toEqual(['administrator'])
      await stage.close()
    })
  })

  describe('of a substitute', () => {
    const name = (absentId: string, substituteId: string, more = {}): Promise<Answer<{ id: string }>> =>
      database.transaction((tx) => nameSubstitute(tx, null, { absentId, substituteId, endsAt: day('2024-01-25'), ...more }))

    it('are those that the absent person holds, while they hold them, from a day to a day', async () => {
      const [absent, substitute] = [await person(), await person()]
      const { id } = must(await grant(absent, 'approver', { endsAt: day('2024-01-22') }))
      must(await name(absent, substitute, { startsAt: day('2024-01-18') }))
      const on = (date: string): Promise<string[]> => held(substitute, day(date))
      expect([await on('2024-01-17'), await on('2024-01-18'), await on('2024-01-21'), await on('2024-01-22')]).toEqual([[], ['approver'], ['approver'], []])
      expect(await rolesOf(database, substitute, day('2024-01-18'))).toEqual([{ programme: 'award', role: 'approver', until: day('2024-01-22'), actingFor: absent }])
      await clock('2024-01-18')
      expect(await seen(substitute)).toEqual(['approver'])
      await database.transaction((tx) => endRole(tx, null, { id }))
      expect([await seen(substitute), await held(substitute)]).toEqual([[], []])
    })

    it('may be those of a programme or one role, and never the administrator’s unless it is named', async () => {
      const [absent, all, one, named] = [await person(), await person(), await person(), await person()]
      must(await grant(absent, 'approver'))
      must(await grant(absent, 'chair', { programme: 'subsidy' }))
      must(await grant(absent, 'administrator', { programme: '*' }))
      must(await name(absent, all))
      must(await name(absent, one, { programme: 'subsidy' }))
      must(await name(absent, named, { role: 'administrator' }))
      expect([await held(all), await held(one), await held(named)]).toEqual([['approver', 'chair'], ['chair'], ['administrator']])
      expect([await seen(all), await seen(one), await seen(named)]).toEqual([['approver', 'chair'], ['chair'], ['administrator']])
    })

    it('are not passed on', async () => {
      const [absent, substitute, third] = [await person(), await person(), await person()]
      must(await grant(absent, 'approver'))
      must(await name(absent, substitute))
      must(await name(substitute, third))
      expect([await held(third), await seen(third)]).toEqual([[], []])
    })

    it('end when the substitution is ended', async () => {
      const [absent, substitute] = [await person(), await person()]
      must(await grant(absent, 'approver'))
      const { id } = must(await name(absent, substitute))
      expect((await listSubstitutes(database, absent)).map((each) => each.substituteId)).toEqual([substitute])
      must(await database.transaction((tx) => endSubstitute(tx, null, id)))
      expect([await held(substitute), await listSubstitutes(database, substitute), verdict(await database.transaction((tx) => endSubstitute(tx, null, id)))]).toEqual([[], [], 'unknownEntry'])
      expect([verdict(await name(absent, absent)), verdict(await name(absent, randomUUID())), verdict(await name(absent, substitute, { endsAt: day('2024-01-01') }))]).toEqual(['notOneself', 'unknownPerson', 'badPeriod'])
    })
  })

  describe('in the rotation of April', () => {
    const preview = (rotation: Rotation) => previewHandOver(database, rotation)
    const apply = (rotation: Rotation, digest: string) => database.transaction((tx) => applyHandOver(tx, null, rotation, digest))
    const undo = (id: string): Promise<Answer> => database.transaction((tx) => undoHandOver(tx, null, id))

    it('pass at one instant from each to their successor, after a preview that says so', async () => {
      const [leaving, coming, moving] = [await person(), await person(), await person()]
      must(await grant(leaving, 'secretariat'))
      must(await grant(leaving, 'approver', { endsAt: day('2025-04-01') }))
      must(await grant(leaving, 'observer', { endsAt: day('2024-03-01') }))
      must(await grant(moving, 'chair', { programme: 'subsidy' }))
      const rotation = { at: APRIL, pairs: [{ from: leaving, to: coming }, { from: moving, to: leaving }] }
      const plan = await preview(rotation)
      expect(plan.steps.map(({ from, to, role, formerEnd, successor }) => [from, to, role, formerEnd, successor])).toEqual([
        [leaving, coming, 'approver', day('2025-04-01').toISOString(), 'gets'], [leaving, coming, 'secretariat', null, 'gets'], [moving, leaving, 'chair', null, 'gets'],
      ])
      must(await apply(rotation, plan.digest))
      const eve = new Date(APRIL.getTime() - 1)
      expect([await held(leaving, eve), await held(coming, eve), await held(moving, eve)]).toEqual([['approver', 'secretariat'], [], ['chair']])
      expect([await held(leaving, APRIL), await held(coming, APRIL), await held(moving, APRIL)]).toEqual([['chair'], ['approver', 'secretariat'], []])
      expect([await held(coming, day('2025-04-01'))]).toEqual([['secretariat']])
    })

    it('are swapped where two swap, and kept where the successor has them already', async () => {
      const [one, two, three] = [await person(), await person(), await person()]
      must(await grant(one, 'chair'))
      must(await grant(two, 'chair'))
      must(await grant(one, 'approver'))
      must(await grant(three, 'chair'))
      const swap = { at: APRIL, pairs: [{ from: one, to: two }, { from: two, to: one }] }
      must(await apply(swap, (await preview(swap)).digest))
      expect([await held(one, APRIL), await held(two, APRIL)]).toEqual([['chair'], ['approver', 'chair']])
      const onto = { at: day('2024-05-01'), pairs: [{ from: one, to: three }] }
      const plan = await preview(onto)
      expect(plan.steps.map(({ successor }) => successor)).toEqual(['has'])
      must(await apply(onto, plan.digest))
      expect([await held(one, day('2024-05-01')), await held(three, day('2024-05-01'))]).toEqual([[], ['chair']])
    })

    it('do not pass when anything has changed since the preview, and then none of it', async () => {
      const [leaving, coming] = [await person(), await person()]
      must(await grant(leaving, 'secretariat'))
      const rotation = { at: APRIL, pairs: [{ from: leaving, to: coming }] }
      const { digest } = await preview(rotation)
      must(await grant(leaving, 'finance'))
      expect(verdict(await apply(rotation, digest))).toBe('planChanged')
      expect([await held(leaving, APRIL), await held(coming, APRIL)]).toEqual([['finance', 'secretariat'], []])
      expect(verdict(await apply({ at: APRIL, pairs: [{ from: coming, to: leaving }] }, (await preview({ at: APRIL, pairs: [{ from: coming, to: leaving }] })).digest))).toBe('nothingToDo')
      expect(verdict(await apply({ at: APRIL, pairs: [{ from: leaving, to: leaving }] }, digest))).toBe('notOneself')
      expect(verdict(await apply({ at: APRIL, pairs: [{ from: leaving, to: randomUUID() }] }, digest))).toBe('unknownPerson')
    })

    it('pass once, however often it is asked for', async () => {
      const [leaving, coming] = [await person(), await person()]
      must(await grant(leaving, 'secretariat'))
      const rotation = { at: APRIL, pairs: [{ from: leaving, to: coming }] }
      const { digest } = await preview(rotation)
      expect((await Promise.all([apply(rotation, digest), apply(rotation, digest)])).map((answer) => verdict(answer)).sort()).toEqual(['ok', 'planChanged'])
      expect((await listRoles(database, { personId: coming })).length).toBe(1)
    })

    it('come back without a trace when it is undone before its day', async () => {
      const [leaving, coming] = [await person(), await person()]
      must(await grant(leaving, 'secretariat', { endsAt: day('2025-04-01') }))
      const rotation = { at: APRIL, pairs: [{ from: leaving, to: coming }] }
      const { id } = must(await apply(rotation, (await preview(rotation)).digest))
      must(await undo(id))
      expect([await held(leaving, day('2024-06-01')), await held(coming, APRIL), await held(leaving, day('2025-04-01'))]).toEqual([['secretariat'], [], []])
      expect(verdict(await undo(id))).toBe('unknownEntry')
      expect((await listHandOvers(database)).find((each) => each.id === id)?.undoneAt).not.toBeNull()
    })

    it('come back from now on when it is undone after its day, and what was stays true', async () => {
      const [leaving, coming] = [await person(), await person()]
      must(await grant(leaving, 'secretariat'))
      const rotation = { at: APRIL, pairs: [{ from: leaving, to: coming }] }
      const { id } = must(await apply(rotation, (await preview(rotation)).digest))
      await clock('2024-04-10')
      must(await undo(id))
      await clock('2024-04-11')
      expect([await held(leaving), await held(coming)]).toEqual([['secretariat'], []])
      expect([await held(leaving, day('2024-04-05')), await held(coming, day('2024-04-05'))]).toEqual([[], ['secretariat']])
    })

    it('stay where somebody has changed them since', async () => {
      const [leaving, coming] = [await person(), await person()]
      must(await grant(leaving, 'secretariat'))
      const rotation = { at: APRIL, pairs: [{ from: leaving, to: coming }] }
      const { id } = must(await apply(rotation, (await preview(rotation)).digest))
      const [given] = await listRoles(database, { personId: coming })
      await database.transaction((tx) => endRole(tx, null, { id: given?.id ?? '', at: day('2024-04-03') }))
      expect(verdict(await undo(id))).toBe('changedSince')
      expect(await held(coming, APRIL)).toEqual(['secretariat'])
    })

    it('leave an administrator who can sign in', async () => {
      const fresh = await createTestDatabase()
      const stage = await Stage.open(fresh.url)
      const [admin, successor] = [await stage.somebody({ roles: [['*', 'administrator']] }), await stage.somebody()]
      const nobody = randomUUID()
      await stage.database.query(`INSERT INTO person (id, name, email) VALUES ($1, 'x', 'x@example.jp')`, [nobody])
      const to = async (personId: string): Promise<string> => {
        const rotation = { at: new Date(Date.now() + 86_400_000), pairs: [{ from: admin.personId, to: personId }] }
        const { digest } = await previewHandOver(stage.database, rotation)
        return stage.database.transaction(async (tx) => verdict(await applyHandOver(tx, null, rotation, digest)))
      }
      expect([await to(nobody), await stage.database.query('SELECT 1 FROM hand_over'), await to(successor.personId)]).toEqual(['lastAdministrator', [], 'ok'])
      await stage.close()
      await fresh.close()
    })
  })

  it('read the same by rolesOf and by the view, whatever was granted, lent and ended', async () => {
    const people = [await person(), await person(), await person()]
    const instants = [1, 8, 15, 22, 29].map((date) => day(`2024-01-${String(date).padStart(2, '0')}`))
    const period = fc.tuple(fc.nat(4), fc.nat(4)).map(([a, b]) => [instants[Math.min(a, b)], instants[Math.max(a, b)]])
    const one = fc.record({ who: fc.nat(2), programme: fc.constantFrom('award', 'subsidy', '*'), role: fc.constantFrom('chair', 'administrator'), period })
    const lent = fc.record({ absent: fc.nat(2), by: fc.integer({ min: 1, max: 2 }), programme: fc.constantFrom(null, 'award'), role: fc.constantFrom(null, 'chair', 'administrator'), period })
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 6 }), fc.array(lent, { maxLength: 4 }), fc.nat(4), async (grants, substitutions, when) => {
        await database.query('DELETE FROM substitution')
        await database.query('DELETE FROM role_period WHERE person_id = ANY($1)', [people])
        for (const { who, programme, role, period: [from, to] } of grants) await database.query('INSERT INTO role_period (person_id, programme, role, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5)', [people[who], programme, role, from, to])
        for (const { absent, by, programme, role, period: [from, to] } of substitutions)
          await database.query('INSERT INTO substitution (absent_id, substitute_id, programme, role, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)', [people[absent], people[(absent + by) % 3], programme, role, from, to])
        await database.transaction((tx) => setClock(tx, instants[when] ?? APRIL))
        for (const id of people) {
          const view = await database.query<{ it: string }>(`SELECT programme || '/' || role AS it FROM role_grant WHERE person_id = $1`, [id])
          const asked = (await rolesOf(database, id)).map(({ programme, role }) => `${programme}/${role}`)
          expect(view.map(({ it: each }) => each).sort()).toEqual([...new Set(asked)].sort())
        }
      }),
      { numRuns: process.env.SAITAKU_LONG ? 500 : 15 },
    )
  })
})
