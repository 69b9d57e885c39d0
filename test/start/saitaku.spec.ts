import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { databaseFor } from '../../scripts/cli.mjs'
import { freePort } from '../../scripts/postgres/server.mjs'
import { runningPostgres } from '../../scripts/postgres.mjs'
import { makeTinyProject, type TinyProject } from './tiny-project.js'

describe('the saitaku command', () => {
  let project: TinyProject
  beforeAll(() => { project = makeTinyProject() })
  afterAll(() => project.remove())

  const database = (): string => path.join(project.data, 'postgres')

  it.each([
    ['none', ['programme check DIR', '--json programme simulate DIR --cases 10', 'programme diagram DIR', 'programme diff OLD NEW', 'amount --cost 1', 'score FILE', '', 'programme', 'audit verify --help', '--version']],
    ['temporary', ['demo', 'demo --json']],
    ['lasting', ['demo --load', 'programme publish DIR', 'programme export NAME DIR', 'audit verify --since 2026-04-01', 'invariants', 'setup']],
  ])('finds that the database needed is %s', (kind, commands) => {
    expect(commands.map((command) => [command, databaseFor(command.split(' ').filter(Boolean))])).toEqual(commands.map((command) => [command, kind]))
  })

  it('runs what needs no database without one, from any folder, with stdout and exit code of the command alone', async () => {
    const ended = await project.run('saitaku.mjs', ['programme', 'check', 'dir', '1'], { cwd: os.tmpdir() })
    expect(ended).toEqual({
      code: 1, stderr: 'Building …\n',
      stdout: `${JSON.stringify({ args: ['programme', 'check', 'dir', '1'], cwd: fs.realpathSync(os.tmpdir()), database: null })}\n`,
    })
    expect(fs.existsSync(database())).toBe(false)
  })

  it('works through a link, like an installed command', () => {
    const link = path.join(project.root, 'linked')
    fs.symlinkSync(path.join(project.root, 'scripts/saitaku.mjs'), link)
    const { status, stdout } = spawnSync(link, ['amount', '2'], { cwd: '/', encoding: 'utf8' })
    expect([status, JSON.parse(stdout)]).toEqual([2, { args: ['amount', '2'], cwd: '/', database: null }])
  })

  it('reads paths from where npm was called, not from where npm goes', async () => {
    const { stdout } = await project.run('saitaku.mjs', ['amount'], { env: { npm_lifecycle_event: 'saitaku', INIT_CWD: '/' } })
    expect(JSON.parse(stdout)).toEqual({ args: ['amount'], cwd: '/', database: null })
  })

  it('starts the database for a command that needs it, sets it up once a build, and stops it afterwards', async () => {
    for (let time = 0; time < 2; time++) {
      const { code, stdout, stderr } = await project.run('saitaku.mjs', ['ask'])
      expect([code, stderr, JSON.parse(stdout)]).toEqual([0, '', { rows: [{ answers: true }], cwd: project.root }])
      expect(runningPostgres(database())).toBeUndefined()
    }
    expect(project.notes()).toEqual(['setup'])
  })

  it('uses the database that npm start runs, and leaves it running', async () => {
    const served = project.begin('start.mjs', ['--empty', '--port', String(await freePort())])
    await served.says('serves at')
    const before = runningPostgres(database())
    const { stdout } = await project.run('saitaku.mjs', ['audit', 'verify'])
    expect((JSON.parse(stdout) as { database: string }).database).toBe(before?.url)
    expect(runningPostgres(database())).toEqual(before)
    served.child.kill('SIGTERM')
    await served.ended
  })

  it('uses the database of DATABASE_URL, and starts none', async () => {
    const url = 'postgres://somebody:secret@127.0.0.1:1/theirs'
    const { stdout } = await project.run('saitaku.mjs', ['audit', 'verify'], { env: { DATABASE_URL: url } })
    expect((JSON.parse(stdout) as { database: string }).database).toBe(url)
    expect(runningPostgres(database())).toBeUndefined()
  })

  it('runs demo and bench each on a fresh database that is gone afterwards, never on DATABASE_URL', async () => {
    const before = fs.readdirSync(project.data)
    const env = { DATABASE_URL: 'postgres://somebody:secret@127.0.0.1:1/theirs' }
    const demo = await project.run('run.mjs', ['demo', '--json'], { env })
    expect([demo.code, demo.stderr]).toEqual([0, ''])
    expect((JSON.parse(demo.stdout) as { database: string }).database).toMatch(/^postgres:\/\/saitaku:/)
    const bench = await project.run('run.mjs', ['bench', 'dispatch'], { env })
    expect(JSON.parse(bench.stdout)).toEqual({ bench: ['dispatch'], database: true })
    expect(fs.readdirSync(project.data)).toEqual(before)
  })

  it('passes on the sentence with which the set-up refuses, with exit code 3 and an empty stdout', async () => {
    const ended = await project.run('run.mjs', ['demo'], { env: { SETUP_REFUSES: 'Redis may evict jobs.' } })
    expect(ended).toEqual({ code: 3, stdout: '', stderr: 'Redis may evict jobs.\n' })
  })
})
