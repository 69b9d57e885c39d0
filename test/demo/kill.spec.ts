import path from 'node:path'
import { Redis } from 'ioredis'
import { Database } from '@saitaku/database'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { ensureBuild } from '../../scripts/build.mjs'
import { runDemo, type DemoReport } from '../../apps/cli/src/demo/run-demo.js'

const ROOT = path.join(import.meta.dirname, '../..')
const redisUrl = process.env.TEST_REDIS_URL && process.env.TEST_REDIS_URL.replace(/\/\d*$/, '/12')
const BACKENDS: [name: string, redis: string | undefined][] = [['PostgreSQL', undefined], ...(redisUrl ? [['Redis', redisUrl] as [string, string]] : [])]
/** All five take their minutes. */
const programmes = process.env.SAITAKU_LONG ? undefined : ['sdgs-award']
const LIMIT_MS = process.env.SAITAKU_LONG ? 900_000 : 90_000

describe('The demo year whose worker is killed twice and whose queue is emptied', () => {
  const servers: TestDatabase[] = []
  let undisturbed: DemoReport
  const start = async (): Promise<TestDatabase> => {
    const server = await createTestDatabase()
    servers.push(server)
    return server
  }
  beforeAll(async () => {
    await ensureBuild()
    undisturbed = await runDemo({ databaseUrl: (await start()).url, workflowsDir: path.join(ROOT, 'workflows'), programmes })
  }, LIMIT_MS)
  afterAll(() => Promise.all(servers.map((server) => server.close())))

  const emptyPostgres = async (url: string): Promise<void> => {
    const owner = await Database.connect({ url, asOwner: true, poolSize: 1 })
    await owner.query('TRUNCATE bullmq.job CASCADE')
    await owner.close()
  }
  const emptyRedis = async (url: string): Promise<void> => {
    const redis = new Redis(url)
    await redis.flushdb()
    await redis.quit()
  }

  it.each(BACKENDS)('comes to the same figures, with the queue in %s', async (_, redis) => {
    const server = await start()
    const pids: number[] = []
    let emptied: Promise<void> | undefined
    const kill = (): void => { process.kill(pids.at(-1) as number, 'SIGKILL') }
    const empty = (): void => { emptied = redis === undefined ? emptyPostgres(server.url) : emptyRedis(redis) }
    // What was sent a moment ago is on its way when it strikes.
    const blows = [{ at: 0.25, strike: kill }, { at: 0.5, strike: empty }, { at: 0.7, strike: kill }]
    const report = await runDemo({
      databaseUrl: server.url, redisUrl: redis, allowUnsafeRedis: true, workflowsDir: path.join(ROOT, 'workflows'), programmes,
      worker: 'process', workerFile: path.join(ROOT, 'dist/apps/cli/src/demo/worker-main.js'), lockMs: 2_000,
      onWorker: (pid) => pids.push(pid),
      onProgress: ({ done, total }) => { while (blows[0] && done >= blows[0].at * total) blows.shift()?.strike() },
    })
    await emptied
    expect(pids).toHaveLength(3)
    expect({ ...report, seconds: 0 }).toEqual({ ...undisturbed, seconds: 0 })
  }, LIMIT_MS)
})
