import { randomUUID } from 'node:crypto'
import { Database, setClock } from '@saitaku/database'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { kindOf } from './notice-kind.js'
import { changePreferences, DEFAULTS, readPreferences } from './preferences.js'

describe('how people are told', () => {
  let server: TestDatabase
  let database: Database

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 4 })
    await setClock(database, new Date('2024-04-01T00:00:00Z'))
  })
  afterAll(async () => {
    await database.close()
    await server.close()
  })

  it('is at once, but of what they did themselves only in the inbox, unless they choose otherwise', async () => {
    const person = randomUUID()
    expect(await readPreferences(database, person)).toEqual(DEFAULTS)
    expect(DEFAULTS.ways).toEqual({ letter: 'atOnce', deadline: 'atOnce', progress: 'atOnce', task: 'atOnce', ownAct: 'inbox' })
    expect(await changePreferences(database, person, { ways: { progress: 'daily', ownAct: 'atOnce' }, digestHour: 18 })).toEqual({ ways: { ...DEFAULTS.ways, progress: 'daily', ownAct: 'atOnce' }, digestHour: 18 })
    expect(await changePreferences(database, person, { ways: { progress: 'inbox' } })).toEqual({ ways: { ...DEFAULTS.ways, progress: 'inbox', ownAct: 'atOnce' }, digestHour: 18 })
    expect(await readPreferences(database, person)).toEqual({ ways: { ...DEFAULTS.ways, progress: 'inbox', ownAct: 'atOnce' }, digestHour: 18 })
    expect(await readPreferences(database, randomUUID())).toEqual(DEFAULTS)
  })

  it('never leaves a letter out of the mail, nor a deadline to the inbox alone, whatever is asked or was stored', async () => {
    const person = randomUUID()
    expect((await changePreferences(database, person, { ways: { letter: 'inbox', deadline: 'inbox' } })).ways).toEqual(DEFAULTS.ways)
    await database.query(`UPDATE notice_preference SET ways = '{"letter": "daily", "deadline": "daily", "gone": "inbox", "task": 7}' WHERE person_id = $1`, [person])
    expect((await readPreferences(database, person)).ways).toEqual({ ...DEFAULTS.ways, deadline: 'daily' })
  })

  it('takes changes of two at once without losing either', async () => {
    const person = randomUUID()
    await Promise.all([changePreferences(database, person, { ways: { progress: 'daily' } }), changePreferences(database, person, { ways: { task: 'inbox' } }), changePreferences(database, person, { digestHour: 0 })])
    expect(await readPreferences(database, person)).toEqual({ ways: { ...DEFAULTS.ways, progress: 'daily', task: 'inbox' }, digestHour: 0 })
  })

  it('goes by what the notice is: a letter, a deadline, an own act, progress to applicants and tasks to the office', () => {
    const [applicant, clerk] = [{ id: 'a', isApplicant: true }, { id: 'c', isApplicant: false }]
    const by = (actorId: string | null, numbered = false): { actorId: string | null; numbered: boolean } => ({ actorId, numbered })
    const plain = { payload: { template: 'x' } }
    expect([kindOf(plain, by('a'), applicant), kindOf(plain, by('a'), clerk), kindOf(plain, by('c'), applicant), kindOf(plain, by('c'), clerk), kindOf(plain, by(null), applicant)])
      .toEqual(['ownAct', 'task', 'progress', 'ownAct', 'progress'])
    expect([kindOf(plain, by('a', true), applicant), kindOf(plain, by('a', true), clerk)]).toEqual(['letter', 'task']) // a receipt
    expect(kindOf({ payload: { template: 'x', attach: 'certificate' } }, by('c'), applicant)).toBe('letter')
    expect(kindOf({ payload: { template: 'x', deadline: { name: 'closing' } } }, by(null), applicant)).toBe('deadline')
  })
})
