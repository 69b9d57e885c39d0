import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '../../scripts/process-identity.mjs'
import { freePort } from '../../scripts/postgres/server.mjs'
import { runningPostgres } from '../../scripts/postgres.mjs'
import { makeTinyProject, type TinyProject } from './tiny-project.js'

describe('npm start', () => {
  let project: TinyProject
  beforeAll(() => { project = makeTinyProject() })
  afterAll(() => project.remove())
  beforeEach(() => { fs.rmSync(path.join(project.data, 'notes'), { force: true }) })

  const database = (): string => path.join(project.data, 'postgres')
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await sleep(20)
  }

  const workerRuns = (): Promise<void> => until(() => project.notes().includes('worker runs'))

  it('builds, sets up, serves, loads the demo, and on SIGTERM stops the api, the worker and then PostgreSQL', async () => {
    const port = await freePort()
    const run = project.begin('start.mjs', ['--port', String(port)])
    await run.says('the demo year is loaded')
    await workerRuns()
    const answer = await fetch(`http://127.0.0.1:${port}/`)
    const env = await answer.json() as Record<string, string>
    expect({ PORT: env.PORT, HOST: env.HOST, BASE_URL: env.BASE_URL, DATA_DIR: env.DATA_DIR, LOG_LEVEL: env.LOG_LEVEL, REDIS_URL: env.REDIS_URL })
      .toEqual({ PORT: String(port), HOST: '127.0.0.1', BASE_URL: `http://localhost:${port}`, DATA_DIR: project.data, LOG_LEVEL: 'info', REDIS_URL: undefined })
    const server = runningPostgres(database())
    expect(env.DATABASE_URL).toBe(server?.url)
    run.child.kill('SIGTERM')
    const { code, stdout, stderr } = await run.ended
    expect(stdout).toBe(`Saitaku serves at http://localhost:${port}\nCtrl-C stops it; logs are in ${path.join(project.data, 'logs')}\ncome in by --demo ${path.join(project.data, 'demo-accounts.json')}\nthe demo year is loaded\n`)
    expect(stderr).toBe('Building …\n')
    expect(code).toBe(143)
    expect(project.notes().filter((note) => !['api serves', 'worker runs'].includes(note))).toEqual(['setup', 'accounts', 'demo', 'api stops', 'worker stops'])
    expect(isAlive(server?.pid ?? 0)).toBe(false)
    expect(runningPostgres(database())).toBeUndefined()
  })

  it('serves without the demo when --empty is given, at the address that BASE_URL says', async () => {
    const run = project.begin('start.mjs', ['--empty'], { env: { PORT: String(await freePort()), BASE_URL: 'https://subsidies.example/' } })
    await run.says('Saitaku serves at https://subsidies.example\n')
    run.child.kill('SIGINT')
    expect((await run.ended).code).toBe(130)
    expect(project.notes()).not.toContain('demo')
  })

  it('keeps a secret of its own in the data folder, for its owner alone, and takes the one that is given instead', async () => {
    const secretOf = async (env: Record<string, string>): Promise<string | undefined> => {
      const port = await freePort()
      const run = project.begin('start.mjs', ['--empty', '--port', String(port)], { env })
      await run.says('come in by')
      const answer = await (await fetch(`http://127.0.0.1:${port}/`)).json() as Record<string, string>
      run.child.kill('SIGTERM')
      await run.ended
      return answer.SESSION_SECRET
    }
    const file = path.join(project.data, 'session-secret')
    const kept = await secretOf({})
    expect([kept?.length, fs.readFileSync(file, 'utf8').trim(), fs.statSync(file).mode & 0o777]).toEqual([64, kept, 0o600])
    expect(await secretOf({})).toBe(kept)
    expect(await secretOf({ SESSION_SECRET: 'one that whoever starts it has chosen' })).toBe('one that whoever starts it has chosen')
  })

  it('refuses the demo beside a mail server, which would write to its people', async () => {
    const sentence = 'The demo goes without a mail server, which would write to the addresses of its people: leave SMTP_URL out, or start with --empty.\n'
    for (const args of [[], ['--demo']]) expect(await project.run('start.mjs', args, { env: { SMTP_URL: 'smtp://mail.example' } })).toEqual({ code: 2, stdout: '', stderr: sentence })
  })

  it('says in one sentence which port is taken and how to choose another', async () => {
    const other = net.createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => { other.once('listening', resolve) })
    const { port } = other.address() as net.AddressInfo
    const ended = await project.run('start.mjs', ['--port', String(port)])
    other.close()
    expect(ended).toEqual({ code: 3, stdout: '', stderr: `Port ${port} is taken by another program: choose another with npm start -- --port N (or PORT).\n` })
  })

  it('names the variable that holds a wrong value, before anything is started', async () => {
    expect(await project.run('start.mjs', [], { env: { REDIS_URL: 'localhost:6379' } }))
      .toEqual({ code: 3, stdout: '', stderr: 'REDIS_URL must be an address that begins with redis:// or rediss://.\n' })
  })

  it('passes on the sentence with which the set-up refuses, and leaves nothing running', async () => {
    const sentence = 'Redis at 127.0.0.1:6379 may evict jobs: set maxmemory-policy to noeviction.'
    expect(await project.run('start.mjs', ['--port', String(await freePort())], { env: { SETUP_REFUSES: sentence } }))
      .toEqual({ code: 3, stdout: '', stderr: `${sentence}\n` })
    expect(runningPostgres(database())).toBeUndefined()
  })

  it('stops everything and says so when a process dies', async () => {
    const port = await freePort()
    const run = project.begin('start.mjs', ['--empty', '--port', String(port)])
    await run.says('serves at')
    await workerRuns()
    await fetch(`http://127.0.0.1:${port}/exit`).catch(() => undefined)
    const { code, stderr } = await run.ended
    expect(stderr).toBe(`The api ended unexpectedly (code 6), so everything was stopped; its last words: none (all of them in ${path.join(project.data, 'logs/api.log')}).\n`)
    expect(code).toBe(3)
    expect(project.notes()).toContain('worker stops')
    expect(runningPostgres(database())).toBeUndefined()
  })

  it('tells the last words of a process that dies before it serves', async () => {
    const { code, stderr } = await project.run('start.mjs', ['--port', String(await freePort())], { env: { API_DIES: '1' } })
    expect(stderr).toBe(`The api ended unexpectedly (code 5), so everything was stopped; its last words: the api cannot go on (all of them in ${path.join(project.data, 'logs/api.log')}).\n`)
    expect(code).toBe(3)
  })

  it('takes everything with it when it is killed without a chance to tidy up', async () => {
    const port = await freePort()
    const run = project.begin('start.mjs', ['--empty', '--port', String(port)])
    await run.says('serves at')
    await workerRuns()
    const server = runningPostgres(database())
    run.child.kill('SIGKILL')
    await run.ended
    await until(() => !isAlive(server?.pid ?? 0))
    expect(project.notes().filter((note) => note.endsWith('stops'))).toEqual(['api stops', 'worker stops'])
  })

  it('prints how it is called, and refuses what it does not know with exit code 2', async () => {
    const help = await project.run('start.mjs', ['--help'])
    expect([help.code, help.stdout.split('\n')[0]]).toEqual([0, 'npm start [-- OPTIONS]'])
    const unknown = await project.run('start.mjs', ['--prot', '3'])
    expect([unknown.code, unknown.stderr.split('\n')[0]]).toEqual([2, 'npm start does not know --prot.'])
  })
})
