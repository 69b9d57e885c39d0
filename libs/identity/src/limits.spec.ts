import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { Database } from '@saitaku/database'
import { SECRET } from '../test/stage.js'
import { KeyRing } from './key-ring.js'
import { Limits, type Counted } from './limits.js'
import { identitySettings } from './settings.js'

describe('the limits of an address', () => {
  let server: TestDatabase
  let database: Database
  let limits: Limits

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 6 })
    limits = new Limits(database, new KeyRing([SECRET]), identitySettings({ baseUrl: 'http://localhost', limits: { address: 10 } }))
  })
  afterAll(async () => {
    await database.close()
    await server.close()
  })

  const wait = (seconds: number) => database.query(`UPDATE rate_bucket SET last_at = last_at - make_interval(secs => $1), blocked_until = blocked_until - make_interval(secs => $1)`, [seconds])
  const fail = (address: string): Promise<Counted> => limits.fromAddress(address)
  const failing = async (address: string, times: number): Promise<number> => {
    const counted: Counted[] = []
    for (let time = 0; time < times; time++) counted.push(await fail(address))
    return counted.filter(({ ok }) => ok).length
  }

  it('leak with time, so that an office behind one address is not shut out by a day of mistyping', async () => {
    for (let hour = 0; hour < 5; hour++) {
      expect(await failing('192.0.2.1', 9)).toBe(9)
      await wait(3600)
    }
  })

  it('count a /64 of IPv6 as one, and other networks apart', async () => {
    expect(await failing('2001:db8::1', 11)).toBe(11)
    expect([(await fail('2001:db8::2')).ok, (await fail('2001:db8:0:1::1')).ok]).toEqual([false, true])
  })

  it('give back what a right attempt cost, and no more', async () => {
    await failing('192.0.2.3', 8)
    for (let time = 0; time < 5; time++) {
      const counted = await fail('192.0.2.3')
      if (counted.ok) await counted.attempt.succeeded()
    }
    expect(await failing('192.0.2.3', 5)).toBe(3)
  })

  it('wait for at most a quarter of an hour', async () => {
    await failing('192.0.2.4', 10)
    const waits: (number | null | undefined)[] = []
    for (let time = 0; time < 12; time++) {
      await fail('192.0.2.4')
      const blocked = await fail('192.0.2.4')
      waits.push(blocked.ok ? 0 : blocked.refused.retryAfter)
      await database.query(`UPDATE rate_bucket SET blocked_until = '-infinity'`)
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900])
  })
})
