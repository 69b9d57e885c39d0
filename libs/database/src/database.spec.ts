import { randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { Database, appNow, migrate, pendingMigrations, setClock } from './index.js'

describe('the database', () => {
  let server: TestDatabase
  let database: Database
  let owner: Database

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 3 })
    owner = await Database.connect({ url: server.url, asOwner: true, poolSize: 2 })
  })
  afterAll(async () => {
    await database.close()
    await owner.close()
    await server.close()
  })

  it('has nothing left to migrate, and migrating again changes nothing', async () => {
    expect(await pendingMigrations(database)).toBe(false)
    expect(await migrate(server.url)).toEqual([])
  })

  it('lets two processes migrate at once', async () => {
    expect(await Promise.all([migrate(server.url), migrate(server.url)])).toEqual([[], []])
  })

  it('keeps everything of a transaction or nothing', async () => {
    const id = randomUUID()
    await expect(
      database.transaction(async (tx) => {
        await tx.query(`INSERT INTO organisation (id, name) VALUES ($1, 'x')`, [id])
        throw new Error('stop')
      }),
    ).rejects.toThrow('stop')
    expect(await database.query('SELECT 1 FROM organisation WHERE id = $1', [id])).toEqual([])
  })

  it('has one clock, which a test can put forward', async () => {
    await database.transaction(async (tx) => {
      await setClock(tx, new Date('2023-06-23T08:00:00Z'))
      const now = await appNow(tx)
      expect(now.getTime() - Date.parse('2023-06-23T08:00:00Z')).toBeLessThan(5_000)
      await tx.query(`UPDATE app_clock SET shift = '0'`)
    })
  })

  describe('append-only tables', () => {
    beforeAll(async () => {
      await database.query(`INSERT INTO case_event (case_id, seq, at, type, door, actor, payload, facts, version_id, prev, hash)
        VALUES (gen_random_uuid(), 1, now(), 'x', 'event', '{}', '{}', '{}', 1, '', '')`)
    })

    it.each(['UPDATE case_event SET type = $$y$$', 'DELETE FROM case_event', 'TRUNCATE case_event'])('deny the service: %s', async (statement) => {
      await expect(database.query(statement)).rejects.toMatchObject({ code: '42501' })
    })

    it.each(['UPDATE case_event SET type = $$y$$', 'DELETE FROM case_event', 'TRUNCATE case_event', 'DELETE FROM programme_version'])(
      'stop even the owner by a trigger: %s',
      async (statement) => {
        await expect(owner.query(statement)).rejects.toMatchObject({ code: '23001' })
      },
    )
  })
})
