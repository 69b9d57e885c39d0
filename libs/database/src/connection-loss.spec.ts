import { randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { Database, isConnectionLoss } from './index.js'

describe('the loss of a connection', () => {
  let server: TestDatabase
  let database: Database
  let owner: Database
  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 2, applicationName: 'cut' })
    owner = await Database.connect({ url: server.url, poolSize: 2, asOwner: true })
  })
  afterAll(async () => {
    await database.close()
    await owner.close()
    await server.close()
  })

  const errorOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error)
  /** Ends the connections of `database`, and waits until this process has heard of it where `heard`. */
  const cut = async (heard: boolean): Promise<void> => {
    await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut' AND datname = current_database()`)
    if (heard) await new Promise((resolve) => setTimeout(resolve, 100))
  }

  it.each([
    ['in a query', () => database.query('SELECT pg_sleep(5)'), false],
    ['between two queries of a transaction', () => database.transaction(async (tx) => { await tx.query('SELECT 1'); await cut(true); await tx.query('SELECT 1') }), undefined],
    ['between two queries on a connection that was taken from the pool', async () => {
      const client = await database.pool.connect()
      await cut(true)
      await client.query('SELECT 1').finally(() => { client.release(true) })
    }, undefined],
    ['before the commit', () => database.transaction(async (tx) => { await tx.query('SELECT 1'); await cut(true) }), undefined],
  ])('is seen %s, and the next work goes on', async (_, work, heard) => {
    const failing = errorOf(work())
    if (heard !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await cut(heard)
    }
    const error = await failing
    expect([error, isConnectionLoss(error)]).toEqual([expect.any(Error), true])
    expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('is seen where nobody listens', async () => {
    const error = await errorOf(Database.connect({ url: 'postgres://nobody@127.0.0.1:1/nothing' }))
    expect(isConnectionLoss(error)).toBe(true)
  })

  it('is not seen in an error of the statement, a mistake, or what is no error', async () => {
    const wrong = await errorOf(database.query('INSERT INTO case_party VALUES ($1, $1, $2)', [randomUUID(), 'x']))
    expect([wrong, new TypeError('x is not a function'), 'ECONNRESET', null].map(isConnectionLoss)).toEqual([false, false, false, false])
    expect(wrong).toMatchObject({ code: '23503' })
  })
})
