import { readlinkSync, mkdtempSync, rmSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { appNow, Database, setClock } from '@saitaku/database'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { openQueues, startWorking, UnsafeRedis, type Queues, type QueuesOptions, type Working, type WorkingOptions } from './index.js'
import { effectJob, timerJob } from './jobs.js'
import { OutboxRelay } from './outbox-relay.js'
import { Rows, ToyEngine } from '../test/toy-engine.js'

/** An own database of the test Redis, which these tests empty. */
const redisUrl = process.env.TEST_REDIS_URL && process.env.TEST_REDIS_URL.replace(/\/\d*$/, '/7')
const quick = { backoffMs: 20, attempts: 3 }
const POLICIES = { notices: quick, documents: quick, fanout: quick }

const NOTHING = { waiting: 0, active: 0, delayed: 0, failed: 0 }
const backends = [{ backend: 'postgres' as const, redis: undefined }, { backend: 'redis' as const, redis: redisUrl }]

for (const { backend, redis } of backends) {
  const suite = backend === 'postgres' || redis ? describe : describe.skip
  suite(`The queue on ${backend}`, () => {
    let place: TestDatabase
    let database: Database
    let engine: ToyEngine
    let rows: Rows
    const opened: Queues[] = []
    const started: Working[] = []

    const open = async (options: Partial<QueuesOptions> = {}): Promise<Queues> => {
      const queues = await openQueues({ databaseUrl: place.url, redisUrl: redis, policies: POLICIES, ...options })
      opened.push(queues)
      return queues
    }
    const work = async (queues: Queues, options: Partial<WorkingOptions> = {}): Promise<Working> => {
      const working = await startWorking({ database, engine, queues, listenUrl: place.url, ...options })
      started.push(working)
      return working
    }
    const empty = async (): Promise<void> => {
      if (!redis) return asOwner('TRUNCATE bullmq.job CASCADE')
      const client = new Redis(redis)
      await client.flushdb()
      await client.quit()
    }
    const asOwner = async (sql: string): Promise<void> => {
      const owner = await Database.connect({ url: place.url, asOwner: true, poolSize: 1 })
      await owner.query(sql)
      await owner.close()
    }

    beforeEach(async () => {
      place = await createTestDatabase()
      database = await Database.connect({ url: place.url })
      engine = new ToyEngine(database)
      rows = new Rows(database)
    })
    afterEach(async () => {
      await Promise.all(started.splice(0).map((working) => working.stop()))
      await Promise.all(opened.splice(0).map((queues) => queues.close()))
      await database.close()
      if (redis) await empty()
      await place.close()
    })

    it('performs every effect once and keeps nothing of its job', async () => {
      const queues = await open()
      const working = await work(queues)
      const ids = await rows.effects(20)
      await working.idle()
      expect(engine.performed.sort()).toEqual(ids.sort())
      await working.stop()
      expect(await queues.counts('notices')).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 })
    })

    it('tries again after a growing pause until the effect succeeds', async () => {
      const tries: number[] = []
      engine.effect = (_, attempt) => {
        tries.push(performance.now())
        if (attempt < 3) throw new Error('mail server is away')
      }
      const working = await work(await open({ policies: { notices: { attempts: 3, backoffMs: 100 } } }))
      const [id = ''] = await rows.effects(1)
      await working.idle()
      expect(await rows.outcome(id)).toEqual({ state: 'done', attempts: 3, error: null })
      const [first = 0, second = 0, third = 0] = tries
      expect(second - first).toBeGreaterThanOrEqual(50) // 100 ms less up to half by chance
      expect(third - second).toBeGreaterThanOrEqual(100)
    })

    it('buries an effect whose last attempt failed, and tells why', async () => {
      engine.effect = () => { throw new Error('mail server is away') }
      const queues = await open()
      const working = await work(queues)
      const [id = ''] = await rows.effects(1)
      await working.idle()
      expect(await rows.outcome(id)).toEqual({ state: 'dead', attempts: 3, error: 'mail server is away' })
      await working.stop()
      expect(await queues.counts('notices')).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 })
    })

    it('buries a defect at its first attempt', async () => {
      engine.effect = () => { throw Object.assign(new Error('no template adopted.en'), { name: 'Defect' }) }
      const working = await work(await open())
      const [id = ''] = await rows.effects(1)
      await working.idle()
      expect(await rows.outcome(id)).toEqual({ state: 'dead', attempts: 1, error: 'no template adopted.en' })
    })

    it('carries many effects in a few jobs, and what fails in a group goes on alone', async () => {
      engine.kind = 'transaction'
      const queues = await open()
      await queues.mark()
      const ids = await rows.effects(50)
      const [defect = '', late = '', dead = ''] = ids
      engine.effect = (id, attempt) => {
        if (id === defect) throw Object.assign(new Error('no template'), { name: 'Defect' })
        if (id === dead || (id === late && attempt < 3)) throw new Error('not yet')
      }
      const relay = new OutboxRelay(database, queues, () => true, () => false, () => undefined)
      await relay.relay()
      expect((await queues.counts('notices')).waiting).toBe(3)
      const working = await work(queues)
      await working.idle()
      expect(engine.performed.sort()).toEqual(ids.filter((id) => id !== defect && id !== dead).sort())
      expect(await rows.outcome(defect)).toEqual({ state: 'dead', attempts: 1, error: 'no template' })
      expect(await rows.outcome(late)).toEqual({ state: 'done', attempts: 3, error: null })
      expect(await rows.outcome(dead)).toEqual({ state: 'dead', attempts: 4, error: 'not yet' })
    })

    it('runs a retried dead letter as a new generation', async () => {
      engine.effect = () => { throw new Error('mail server is away') }
      const working = await work(await open())
      const [id = ''] = await rows.effects(1)
      await working.idle()
      engine.effect = () => undefined
      await database.query(`UPDATE effect_outcome SET state = 'failing' WHERE outbox_id = $1`, [id])
      await database.query('UPDATE outbox SET generation = generation + 1, relayed_at = NULL WHERE id = $1', [id])
      await working.idle()
      expect(await rows.outcome(id)).toEqual({ state: 'done', attempts: 4, error: null })
    })

    it('adds nothing under an id that it still knows', async () => {
      const queues = await open()
      const job = effectJob({ id: '17', topic: 'notify', generation: 1 })
      await queues.add([job])
      await queues.add([job, effectJob({ id: '17', topic: 'notify', generation: 2 })])
      expect(await queues.counts('notices')).toEqual({ waiting: 2, active: 0, delayed: 0, failed: 0 })
    })

    it('is woken for a timer at its instant, and never fires early', async () => {
      const working = await work(await open(), { sweepEveryMs: 60_000 })
      const ids = await rows.timers(5, 700)
      working.wake()
      for (let waited = 0; engine.fired.length < 5 && waited < 5_000; waited += 20) await sleep(20)
      expect(engine.fired.map(({ id }) => id).sort()).toEqual(ids.sort())
      expect(engine.fired.filter(({ lateMs }) => lateMs < 0)).toEqual([])
    })

    it('wakes once for all timers of one instant', async () => {
      const queues = await open()
      const working = await work(queues, { sweepEveryMs: 60_000 })
      await rows.timers(40, 900, 0)
      working.wake()
      for (let waited = 0; (await queues.counts('timers')).delayed < 1 && waited < 5_000; waited += 20) await sleep(20)
      expect((await queues.counts('timers')).delayed).toBe(1)
      for (let waited = 0; engine.fired.length < 40 && waited < 5_000; waited += 20) await sleep(20)
      expect(engine.fired.filter(({ lateMs }) => lateMs >= 0).length).toBe(40)
    })

    it('leaves timers that are due in more than two days in their rows', async () => {
      const queues = await open()
      const working = await work(queues)
      await rows.timers(2, 47 * 3_600_000)
      await rows.timers(3, 49 * 3_600_000)
      working.wake()
      for (let waited = 0; (await rows.unqueuedTimers()) > 3 && waited < 5_000; waited += 20) await sleep(20)
      expect(await rows.unqueuedTimers()).toBe(3)
      expect((await queues.counts('timers')).delayed).toBe(2)
    })

    it('fires what is overdue in groups rather than one by one', async () => {
      const groups: number[] = []
      engine.firing = (group) => void groups.push(group.length)
      await rows.timers(1_200, -5_000)
      const working = await work(await open())
      await working.idle()
      expect(groups.sort()).toEqual([200, 500, 500])
      expect(engine.fired.length).toBe(1_200)
    })

    it('puts a timer back when a worker’s clock wakes it ahead of the database’s', async () => {
      const queues = await open()
      const [id = ''] = await rows.timers(1, 1_200)
      const working = await work(queues)
      // The job comes up in a tenth of the time, as it would where a worker's clock is ahead.
      await queues.add([timerJob({ id, generation: 1 }, 100)])
      await database.query('UPDATE timer SET queued_at = app_now()')
      await sleep(600)
      expect(engine.fired).toEqual([])
      await working.idle()
      for (let waited = 0; engine.fired.length < 1 && waited < 5_000; waited += 20) await sleep(20)
      expect(engine.fired.map((timer) => timer.id)).toEqual([id])
      expect(engine.fired.filter(({ lateMs }) => lateMs < 0)).toEqual([])
    })

    it('fires what became due when the database’s clock was moved on', async () => {
      const working = await work(await open())
      const ids = await rows.timers(3, 3 * 86_400_000)
      await setClock(database, new Date((await appNow(database)).getTime() + 4 * 86_400_000))
      await working.idle()
      expect(engine.fired.map(({ id }) => id).sort()).toEqual(ids.sort())
    })

    it('fires a group without the one timer that fails, and that one later', async () => {
      let broken = true
      const [bad] = await rows.timers(1, -1_000)
      await rows.timers(9, -500)
      engine.firing = (group) => { if (broken && group.some(({ id }) => id === bad)) throw new Error('this case is broken') }
      const working = await work(await open(), { claimSeconds: 0.3, sweepEveryMs: 50 })
      for (let waited = 0; engine.fired.length < 9 && waited < 5_000; waited += 20) await sleep(20)
      expect(engine.fired.length).toBe(9)
      broken = false
      await working.idle()
      expect(engine.fired.length).toBe(10)
    })

    it('leaves nothing behind once it is erased', async () => {
      const prefix = 'saitaku-erased'
      const queues = await open({ prefix })
      await queues.mark()
      await queues.add([timerJob({ id: '1', generation: 1 }, 60_000), effectJob({ id: '1', topic: 'notify', generation: 1 })])
      await queues.erase()
      expect([await queues.isEmptied(), await queues.counts('timers'), await queues.counts('notices')]).toEqual([true, NOTHING, NOTHING])
      if (!redis) return
      const client = new Redis(redis)
      expect(await client.keys(`${prefix}*`)).toEqual([])
      await client.quit()
    })

    it('restores all effects and timers of a queue that was emptied', async () => {
      const queues = await open({ policies: { notices: { ...quick, backoffMs: 60_000 } } })
      const working = await work(queues)
      engine.effect = (_, attempt) => { if (attempt === 1) throw new Error('not yet') }
      const effects = await rows.effects(10)
      await rows.timers(30, 3_600_000)
      working.wake()
      for (let waited = 0; (await queues.counts('timers')).delayed + (await queues.counts('notices')).delayed < 40 && waited < 10_000; waited += 50) await sleep(50)
      await empty()
      expect((await queues.counts('timers')).delayed).toBe(0)
      const restored = await working.reconcile()
      expect(restored).toEqual({ emptied: true, effects: 10, timers: 30 })
      await working.idle()
      expect(engine.performed.sort()).toEqual(effects.sort())
      for (let waited = 0; (await queues.counts('timers')).delayed < 30 && waited < 5_000; waited += 20) await sleep(20)
      expect((await queues.counts('timers')).delayed).toBe(30)
      expect(await working.reconcile()).toEqual({ emptied: false, effects: 0, timers: 0 })
    })

    it('restores an effect whose job alone was lost', async () => {
      const queues = await open()
      const [id = ''] = await rows.effects(1)
      await database.query(`UPDATE outbox SET relayed_at = clock_timestamp() - interval '1 minute'`)
      await queues.mark()
      const working = await work(queues)
      await working.idle()
      expect(engine.performed).toEqual([id])
    })

    it('performs an effect once although a stalled worker’s job runs a second time', async () => {
      let letGo: () => void = () => undefined
      const stuck = new Promise<void>((resolve) => { letGo = resolve })
      engine.effect = (_, attempt) => (attempt === 1 ? stuck : undefined)
      await work(await open({ lockMs: 500, renewLocks: false, onError: () => undefined })) // it complains of its lost lock
      const [id = ''] = await rows.effects(1)
      for (let waited = 0; engine.tries(id) < 1 && waited < 5_000; waited += 20) await sleep(20)
      const second = await work(await open({ lockMs: 500 }))
      for (let waited = 0; engine.performed.length < 1 && waited < 10_000; waited += 20) await sleep(20)
      letGo()
      await second.idle()
      expect(engine.tries(id)).toBe(2)
      expect(engine.performed).toEqual([id])
      expect((await rows.outcome(id))?.state).toBe('done')
    }, 20_000)

    it('goes on relaying when the connection that listens was cut', async () => {
      const working = await work(await open(), { relayEveryMs: 100 })
      await asOwner(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'saitaku-relay' AND datname = current_database()`)
      const ids = await rows.effects(3)
      await working.idle()
      expect(engine.performed.sort()).toEqual(ids.sort())
    })

    it('ends what runs before it stops, and takes nothing new', async () => {
      let letGo: () => void = () => undefined
      const gate = new Promise<void>((resolve) => { letGo = resolve })
      engine.effect = () => gate
      const queues = await open({ policies: { notices: { ...quick, concurrency: 2 } } })
      const working = await work(queues)
      await rows.effects(5)
      for (let waited = 0; (await queues.counts('notices')).active < 2 && waited < 5_000; waited += 20) await sleep(20)
      const stopping = working.stop()
      await sleep(100)
      letGo()
      await stopping
      expect(engine.performed.length).toBe(2)
      expect(await queues.counts('notices')).toEqual({ waiting: 3, active: 0, delayed: 0, failed: 0 })
    })
  })
}

;(redisUrl ? describe : describe.skip)('A Redis that may lose jobs', () => {
  const refusal = async (...settings: string[]): Promise<unknown> => {
    const known = new Redis(redisUrl ?? '')
    const program = readlinkSync(`/proc/${/process_id:(\d+)/.exec(await known.info('server'))?.[1] ?? ''}/exe`)
    await known.quit()
    const port = await freePort()
    const folder = mkdtempSync(join(tmpdir(), 'saitaku-unsafe-redis-'))
    const server = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...settings], { argv0: 'redis-server', stdio: 'ignore' })
    try {
      const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, maxRetriesPerRequest: null })
      client.on('error', () => undefined) // until it is up
      await client.ping()
      await client.quit()
      const queues = await openQueues({ databaseUrl: '', redisUrl: `redis://127.0.0.1:${port}` })
      await queues.close()
      return 'opened'
    } catch (error) {
      return error instanceof UnsafeRedis ? error.message.replace(String(port), 'PORT') : error
    } finally {
      server.kill()
      rmSync(folder, { recursive: true, force: true })
    }
  }

  it('is refused when it may evict', async () => {
    expect(await refusal('--appendonly', 'yes', '--maxmemory-policy', 'allkeys-lru')).toBe(
      'Redis at 127.0.0.1:PORT may evict jobs (maxmemory-policy is allkeys-lru); set maxmemory-policy noeviction, or allow it with ALLOW_UNSAFE_REDIS=1.')
  })

  it('is refused when it keeps no append-only file', async () => {
    expect(await refusal('--appendonly', 'no', '--maxmemory-policy', 'noeviction')).toBe(
      'Redis at 127.0.0.1:PORT loses its jobs in a crash (appendonly is off); set appendonly yes, or allow it with ALLOW_UNSAFE_REDIS=1.')
  })

  it('is not waited for where there is none', async () => {
    const port = await freePort()
    await expect(openQueues({ databaseUrl: '', redisUrl: `redis://127.0.0.1:${port}` })).rejects.toThrow(
      `Redis at 127.0.0.1:${port} cannot be reached (connect ECONNREFUSED 127.0.0.1:${port}); start it, or correct REDIS_URL.`)
  })

  it('is opened when it does neither', async () => {
    expect(await refusal('--appendonly', 'yes', '--maxmemory-policy', 'noeviction')).toBe('opened')
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => { resolve(port) })
    })
  })
}
