import { randomUUID } from 'node:crypto'
import { Database, setClock } from '@saitaku/database'
import { createTestDatabase, toyProgramme, type TestDatabase } from '@saitaku/testkit'
import { loadProgramme } from '@saitaku/statechart'
import { Engine, Invariants, ProgrammeStore, Registry, publishProgramme, verifyAudit, type Accepted, type Answer, type Command, type NewCase } from './index.js'


const START = new Date('2026-06-01T00:00:00Z')

describe('the engine', () => {
  let server: TestDatabase
  let database: Database
  let owner: Database
  let engine: Engine
  const people = { applicant: randomUUID(), stranger: randomUUID(), clerk: randomUUID(), head: randomUUID(), director: randomUUID() }
  const clerk = { id: people.clerk, roles: ['secretariat'] }
  const applicant = { id: people.applicant, roles: [] }
  const head = { id: people.head, roles: ['head'] }

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 6 })
    owner = await Database.connect({ url: server.url, asOwner: true, poolSize: 2 })
    await setClock(database, START)
    for (const [name, id] of Object.entries(people)) await database.query(`INSERT INTO person (id, name, email) VALUES ($1, $2, $3)`, [id, name, `${name}@example.jp`])
    engine = new Engine(database, new Registry().handleEffect('notify', { kind: 'transaction', perform: () => Promise.resolve({ told: true }) }))
    expect(await publishProgramme(database, toyProgramme)).toMatchObject({ ok: true, programme: 'toy', number: 1, fresh: true })
  })
  afterAll(async () => {
    await database.close()
    await owner.close()
    await server.close()
  })

  it('keeps a programme in the order in which it was written', async () => {
    const version = await new ProgrammeStore(database).newest('toy')
    const written = loadProgramme(toyProgramme).programme
    expect(JSON.stringify(version?.compiled.definition)).toBe(JSON.stringify(written?.definition))
  })

  const accepted = (answer: Answer): Accepted => {
    if (!answer.ok) throw new Error(`${answer.refused.code}: ${answer.refused.reason.en}`)
    return answer
  }
  const newCall = async (closesAt = '2026-06-23T08:00:00.000Z'): Promise<string> => {
    const call = accepted(await engine.create({ programme: 'toy', chart: 'call', attributes: { closesAt }, actor: clerk }))
    accepted(await engine.dispatch({ caseId: call.caseId, type: 'open', actor: clerk }))
    return call.caseId
  }
  const draft = (call: string, more: Partial<NewCase> = {}): NewCase => ({ programme: 'toy', chart: 'application', parentId: call, parties: [[people.applicant, 'applicant']], actor: applicant, title: '件名', ...more })
  const newDraft = async (call: string): Promise<string> => accepted(await engine.create(draft(call))).caseId
  const submit = (caseId: string, amount = 300_000, more: Partial<Command> = {}): Command => ({ caseId, type: 'submit', data: { amount }, actor: applicant, ...more })
  const newSubmitted = async (call: string): Promise<string> => {
    const id = await newDraft(call)
    accepted(await engine.dispatch(submit(id)))
    return id
  }
  const stored = async (id: string): Promise<Record<string, unknown>> => (await database.query('SELECT * FROM cases WHERE id = $1', [id]))[0] as Record<string, unknown>
  const timersOf = (id: string): Promise<{ deadline: string; due_at: Date | null; generation: number; id: string; key: string }[]> =>
    database.query('SELECT id, key, deadline, due_at, generation FROM timer WHERE case_id = $1 ORDER BY key', [id])
  const effectsOf = (id: string): Promise<{ id: string; topic: string; payload: Record<string, unknown> }[]> => database.query('SELECT id, topic, payload FROM outbox WHERE case_id = $1 ORDER BY id', [id])

  it('begins a case with its timer, its people and its first event', async () => {
    const call = await newCall()
    const id = await newDraft(call)
    expect(await stored(id)).toMatchObject({ version: 1, phase: 'preparing', public_status: 'preparing', states: ['draft'], turn: 'applicant', parent_id: call, title: '件名', done: false })
    expect(await timersOf(id)).toMatchObject([{ deadline: 'closing', due_at: new Date('2026-06-23T08:00:00Z'), generation: 1 }])
    expect(await database.query('SELECT person_id, role FROM case_party WHERE case_id = $1', [id])).toEqual([{ person_id: people.applicant, role: 'applicant' }])
  })

  it('writes state, event, effect, timer and number in one go', async () => {
    const id = await newDraft(await newCall())
    const answer = accepted(await engine.dispatch(submit(id, 1_234_567)))
    expect(answer).toMatchObject({ version: 2, states: ['submitted.waiting'], phase: 'submitted', moved: true, repeated: false })
    const row = await stored(id)
    expect(row.number).toMatch(/^R8-\d{4}$/)
    expect(row.state).toMatchObject({ attributes: { amount: 1_234_567, offered: 823_000, receiptNo: row.number } })
    expect(await effectsOf(id)).toMatchObject([{ topic: 'notify', payload: { template: 'received', to: ['applicant'] } }])
    expect(await timersOf(id)).toEqual([])
    const [event] = await database.query('SELECT type, door, actor, payload, facts FROM case_event WHERE case_id = $1 AND seq = 2', [id])
    expect(event).toEqual({ type: 'submit', door: 'event', actor: { id: people.applicant, roles: ['applicant'] }, payload: { data: { amount: 1_234_567 } }, facts: { 'call.closesAt': '2026-06-23T08:00:00.000Z', 'call.params.rate': null, 'facts.twins': 0 } })
  })

  describe('refuses, writing nothing,', () => {
    let call: string
    let id: string
    beforeAll(async () => {
      call = await newCall()
      id = await newDraft(call)
    })
    it.each<[string, (id: string) => Command, string]>([
      ['an unknown case', () => submit(randomUUID()), 'unknownCase'],
      ['an id that is none', () => submit("x' OR 1=1"), 'unknownCase'],
      ['an event of another state', (one) => ({ caseId: one, type: 'propose', actor: clerk }), 'notAvailable'],
      ['a stranger', (one) => submit(one, 1, { actor: { id: people.stranger, roles: [] } }), 'role'],
      ['a guard that fails', (one) => submit(one, 0), 'guard'],
      ['a stale version', (one) => submit(one, 1, { expectedVersion: 7 }), 'stale'],
      ["a timer's own event", (one) => ({ caseId: one, type: 'xstate.after.closing.application.draft', actor: clerk }), 'unknownEvent'],
      ['NUL in the data', (one) => submit(one, 1, { data: { amount: 1, note: 'a\u0000' } }), 'badInput'],
      ['a key that is too long', (one) => submit(one, 1, { key: 'k'.repeat(201) }), 'badInput'],
    ])('%s', async (_, command, code) => {
      const before = await stored(id)
      const answer = await engine.dispatch(command(id))
      expect(answer).toMatchObject({ ok: false, refused: { code } })
      expect(await stored(id)).toEqual(before)
    })
    it('a case whose holder is of another chart, or not there', async () => {
      expect(await engine.create(draft(id))).toMatchObject({ ok: false, refused: { code: 'unknownCase' } })
      expect(await engine.create(draft(randomUUID()))).toMatchObject({ ok: false, refused: { code: 'unknownCase' } })
      expect(await engine.create({ programme: 'none', chart: 'call', actor: clerk })).toMatchObject({ ok: false, refused: { code: 'unknownProgramme' } })
    })
  })

  it('gives the first answer again for the same key, and refuses the key for anything else', async () => {
    const id = await newDraft(await newCall())
    const first = accepted(await engine.dispatch(submit(id, 5, { key: 'once' })))
    expect(await engine.dispatch(submit(id, 5, { key: 'once' }))).toEqual({ ...first, repeated: true })
    expect(await engine.dispatch(submit(id, 6, { key: 'once' }))).toMatchObject({ ok: false, refused: { code: 'keyReused' } })
    expect((await stored(id)).version).toBe(2)
  })

  it('takes the same key sent at once only once, from several processes', async () => {
    const others = [new Engine(database, new Registry()), new Engine(database, new Registry())]
    const id = await newDraft(await newCall())
    const answers = await Promise.all([engine, ...others].flatMap((one) => [one.dispatch(submit(id, 5, { key: 'k' })), one.dispatch(submit(id, 5, { key: 'k' }))]))
    expect(answers.every((answer) => answer.ok)).toBe(true)
    expect(answers.filter((answer) => answer.ok && !answer.repeated)).toHaveLength(1)
    expect((await stored(id)).version).toBe(2)
  })

  it('lets one hot case take many commands, in order, from several processes', async () => {
    const others = [new Engine(database, new Registry()), new Engine(database, new Registry())]
    const id = await newSubmitted(await newCall())
    const notes = Array.from({ length: 60 }, (_, i) => ([engine, ...others][i % 3] as Engine).dispatch({ caseId: id, type: 'note', data: { note: String(i) }, actor: clerk }))
    for (const answer of await Promise.all(notes)) accepted(answer)
    expect((await stored(id)).version).toBe(62)
  })

  it('numbers without gaps while rows go stale and keys repeat', async () => {
    const call = await newCall()
    const ids = (await engine.createMany(Array.from({ length: 40 }, () => draft(call)))).map((answer) => accepted(answer).caseId)
    const other = new Engine(database, new Registry())
    const answers = await Promise.all(ids.flatMap((id, i) => [engine.dispatch(submit(id, 1, { key: 'k' })), other.dispatch(submit(id, 1, i % 2 ? { key: 'k' } : {}))]))
    expect(answers.filter((answer) => answer.ok && !answer.repeated)).toHaveLength(40)
    const numbers = await database.query<{ value: number }>(`SELECT value FROM number_issued WHERE scope LIKE 'receiptNo%' ORDER BY value`)
    expect(numbers.map((row) => row.value)).toEqual(numbers.map((_, i) => i + 1))
  })

  it('writes its neighbours in a group, each once, when one command cannot be written', async () => {
    const call = await newCall()
    const [noted, told, filed] = [await newSubmitted(call), await newSubmitted(call), await newDraft(call)]
    const note = (caseId: string): Promise<Answer> => engine.dispatch({ caseId, type: 'note', data: { note: '記録' }, actor: clerk })
    const answers = await Promise.allSettled([note(noted), engine.create(draft(call, { parties: [[randomUUID(), 'applicant']] })), engine.dispatch(submit(filed)), note(told)])
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value.ok : (answer.reason as { code: string }).code))).toEqual([true, '23503', true, true])
    expect([(await stored(noted)).version, (await stored(filed)).version, (await stored(told)).version]).toEqual([3, 2, 3])
  })

  it('lets one organisation file once, though it sends several at the same instant from several processes', async () => {
    const [organisation] = await database.query<{ id: string }>(`INSERT INTO organisation (name) VALUES ('株式会社双子') RETURNING id`)
    const call = await newCall()
    const ids = (await engine.createMany(Array.from({ length: 6 }, () => draft(call, { organisationId: organisation?.id as string })))).map((answer) => accepted(answer).caseId)
    const other = new Engine(database, new Registry())
    const answers = await Promise.all(ids.map((id, i) => (i % 2 ? engine : other).dispatch(submit(id))))
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1)
    expect(answers.filter((answer) => !answer.ok && answer.refused.reason.ja === 'すでに申請があります')).toHaveLength(5)
  })

  it('judges a call by the instant of receipt and not by the state of the call', async () => {
    const id = await newDraft(await newCall('2026-05-31T08:00:00.000Z'))
    expect(await engine.dispatch(submit(id))).toMatchObject({ ok: false, refused: { code: 'guard', reason: { ja: '募集は終了しました' } } })
  })

  it('moves deadlines of call and drafts when the closing date is extended', async () => {
    const call = await newCall()
    const ids = [await newDraft(call), await newDraft(call)]
    accepted(await engine.dispatch({ caseId: call, type: 'extend', data: { reason: '台風', until: '2026-06-30T17:00' }, actor: clerk }))
    const due = new Date('2026-06-30T08:00:00Z')
    expect(await timersOf(call)).toMatchObject([{ due_at: due, generation: 2 }])
    const [effect] = (await effectsOf(call)).filter((one) => one.topic === 'recomputeChildren')
    expect(await engine.performEffect((effect as { id: string }).id)).toBe('done')
    for (const id of ids) expect(await timersOf(id)).toMatchObject([{ due_at: due, generation: 2 }])
    expect(await engine.performEffect((effect as { id: string }).id)).toBe('already')
  })

  it('fires timers by the database’s clock, once', async () => {
    const id = await newDraft(await newCall('2026-06-01T00:30:00.000Z'))
    const [timer] = await timersOf(id)
    const one = { id: (timer as { id: string }).id, generation: 1 }
    expect(await engine.fireTimers([one, { ...one, generation: 2 }, { id: '999999999', generation: 1 }])).toEqual(['early', 'gone', 'gone'])
    await setClock(database, new Date('2026-06-01T00:30:00.500Z'))
    expect((await Promise.all([engine.fireTimers([one]), engine.fireTimers([one])])).flat().sort()).toEqual(['fired', 'gone'])
    expect(await engine.fireTimers([one])).toEqual(['gone'])
    expect(await stored(id)).toMatchObject({ version: 2, phase: 'closed', states: ['lapsed'], done: true })
    await setClock(database, START)
  })

  it('does not fire a deadline that was extended, though its children have not been told yet', async () => {
    const call = await newCall('2026-06-01T00:30:00.000Z')
    const id = await newDraft(call)
    const [timer] = await timersOf(id)
    accepted(await engine.dispatch({ caseId: call, type: 'extend', data: { reason: '大雪', until: '2026-06-30T17:00' }, actor: clerk }))
    await setClock(database, new Date('2026-06-01T01:00:00Z'))
    expect(await engine.fireTimers([{ id: (timer as { id: string }).id, generation: 1 }])).toEqual(['fired'])
    await setClock(database, START)
    expect(await stored(id)).toMatchObject({ states: ['draft'], done: false })
    expect(await timersOf(id)).toMatchObject([{ due_at: new Date('2026-06-30T08:00:00Z'), generation: 2 }])
  })

  it('sends an event of a call to its children, resumes, and keeps each outcome', async () => {
    const call = await newCall()
    const ids = [await newDraft(call), await newSubmitted(call)]
    const [closing] = await timersOf(call)
    await setClock(database, new Date('2026-06-23T08:00:01Z'))
    expect(await engine.fireTimers([{ id: (closing as { id: string }).id, generation: 1 }])).toEqual(['fired'])
    accepted(await engine.dispatch({ caseId: call, type: 'publish', actor: clerk }))
    await setClock(database, START)
    const [effect] = await effectsOf(call)
    expect(await engine.performEffect((effect as { id: string }).id)).toBe('done')
    const outcomes = await database.query('SELECT case_id, outcome, detail FROM fanout_item WHERE outbox_id = $1', [(effect as { id: string }).id])
    expect(outcomes.sort((a, b) => ids.indexOf(a.case_id as string) - ids.indexOf(b.case_id as string))).toEqual([
      { case_id: ids[0], outcome: 'refused', detail: { code: 'notAvailable', reason: { ja: 'いまは「下書き」の段階のため、「公表」はできません', en: '"Publish" is not possible in Draft' } } },
      { case_id: ids[1], outcome: 'done', detail: null },
    ])
  })

  it('keeps an effect that fails, buries it, and gives it a new life', async () => {
    const broken = new Engine(database, new Registry().handleEffect('notify', { kind: 'transaction', perform: () => Promise.reject(new Error('mail server is down')) }))
    const id = await newSubmitted(await newCall())
    const [effect] = await effectsOf(id)
    const outbox = (effect as { id: string }).id
    await expect(broken.performEffect(outbox)).rejects.toThrow('mail server is down')
    await broken.buryEffect(outbox, 'mail server is down')
    expect(await broken.effects.troubled(10)).toMatchObject([{ outboxId: outbox, caseId: id, state: 'dead', attempts: 1, error: 'mail server is down' }])
    expect(await engine.retryEffect(outbox, clerk)).toBe(true)
    expect(await database.query('SELECT generation, relayed_at FROM outbox WHERE id = $1', [outbox])).toEqual([{ generation: 2, relayed_at: null }])
    expect(await engine.performEffect(outbox)).toBe('done')
    expect(await engine.retryEffect(outbox, clerk)).toBe(false)
  })

  it('records approvals one by one and moves at the last', async () => {
    const id = await newSubmitted(await newCall())
    accepted(await engine.dispatch({ caseId: id, type: 'propose', actor: clerk }))
    const first = accepted(await engine.dispatch({ caseId: id, type: 'approve', data: { amount: 2_000_000 }, actor: head }))
    expect(first).toMatchObject({ moved: false, states: ['submitted.proposed'] })
    const second = accepted(await engine.dispatch({ caseId: id, type: 'approve', data: { amount: 2_000_000 }, actor: { id: people.director, roles: ['director'] } }))
    expect(second).toMatchObject({ moved: true, phase: 'adopted' })
    expect((await timersOf(id)).map((timer) => timer.deadline)).toEqual(['workDue', 'workDue~P1D'])
  })

  it('verifies: every case replays to its snapshot, and every invariant holds', async () => {
    const report = await verifyAudit(database)
    expect(report.fault).toBeNull()
    expect(report.cases).toBeGreaterThan(50)
    expect(await new Invariants(database).check()).toEqual([])
  })

  describe('an audit finds', () => {
    const tampered = async (change: string, restore: string, caseId: string): Promise<unknown> => {
      await owner.query('ALTER TABLE case_event DISABLE TRIGGER append_only')
      await owner.query(change)
      const { fault } = await verifyAudit(database, { caseId })
      await owner.query(restore)
      await owner.query('ALTER TABLE case_event ENABLE TRIGGER append_only')
      expect((await verifyAudit(database, { caseId })).fault).toBeNull()
      return fault
    }
    let id: string
    beforeAll(async () => {
      id = await newSubmitted(await newCall())
      accepted(await engine.dispatch({ caseId: id, type: 'note', data: { note: '確認済み' }, actor: clerk }))
    })

    it('a changed payload', async () => {
      const where = `WHERE case_id = '${id}' AND seq = 2`
      expect(await tampered(`UPDATE case_event SET payload = '{"data":{"amount":300001}}' ${where}`, `UPDATE case_event SET payload = '{"data":{"amount":300000}}' ${where}`, id)).toEqual({ caseId: id, seq: 2, reason: 'its content does not match its hash' })
    })
    it('a changed snapshot', async () => {
      expect(await tampered(`UPDATE cases SET state = jsonb_set(state, '{attributes,amount}', '9') WHERE id = '${id}'`, `UPDATE cases SET state = jsonb_set(state, '{attributes,amount}', '300000') WHERE id = '${id}'`, id)).toEqual({ caseId: id, seq: null, reason: 'its snapshot is not what its events lead to' })
    })
    it('a changed column', async () => {
      expect(await tampered(`UPDATE cases SET phase = 'adopted' WHERE id = '${id}'`, `UPDATE cases SET phase = 'submitted' WHERE id = '${id}'`, id)).toEqual({ caseId: id, seq: null, reason: 'its columns are not what its snapshot says' })
    })
    it('a missing last event', async () => {
      const { fault } = await (async () => {
        await owner.query('ALTER TABLE case_event DISABLE TRIGGER append_only')
        await owner.query(`CREATE TABLE kept AS SELECT * FROM case_event WHERE case_id = '${id}' AND seq = 3`)
        await owner.query(`DELETE FROM case_event WHERE case_id = '${id}' AND seq = 3`)
        const found = await verifyAudit(database, { caseId: id })
        await owner.query('INSERT INTO case_event SELECT * FROM kept')
        await owner.query('DROP TABLE kept')
        await owner.query('ALTER TABLE case_event ENABLE TRIGGER append_only')
        return found
      })()
      expect(fault).toEqual({ caseId: id, seq: null, reason: 'the case does not point at its last event' })
    })
    it('a deadline that was put off', async () => {
      const call = await newCall()
      const one = await newDraft(call)
      expect(await tampered(`UPDATE timer SET due_at = due_at + interval '1 day' WHERE case_id = '${one}'`, `UPDATE timer SET due_at = due_at - interval '1 day' WHERE case_id = '${one}'`, one)).toEqual({ caseId: one, seq: null, reason: 'its armed timers are not those of its events' })
    })
  })
})
