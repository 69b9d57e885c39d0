import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '../../scripts/process-identity.mjs'
import { makeTinyProject, write, type TinyProject } from './tiny-project.js'

describe('npm test', () => {
  let project: TinyProject
  let temporary: string
  beforeAll(() => {
    project = makeTinyProject()
    temporary = path.join(project.root, 'tmp')
    fs.mkdirSync(temporary)
    fs.copyFileSync(path.resolve(import.meta.dirname, '../../jest.config.js'), path.join(project.root, 'jest.config.js'))
    write(project.root, 'libs/words/src/three.spec.ts', `
import { health } from '@saitaku/words'
it('passes', () => expect(health()).toBe('{"status":"ok"}'))
it('fails', () => expect(process.env.SAITAKU_LONG).toBe('never'))
it.skip('is skipped', () => undefined)
`)
    write(project.root, 'libs/words/src/asks.spec.ts', `
import pg from 'pg'
it('finds the database and counts long when told', async () => {
  const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL })
  await client.connect()
  const { rows } = await client.query("SELECT current_setting('fsync') AS fsync")
  await client.end()
  expect([rows, process.env.SAITAKU_LONG]).toEqual([[{ fsync: 'off' }], '1'])
})
`)
    write(project.root, 'libs/words/src/hangs.spec.ts', `
import { appendFileSync } from 'node:fs'
it('waits for ever', async () => { appendFileSync(process.env.TMPDIR + '/hangs', ''); await new Promise(() => setInterval(() => undefined, 1000)) })
`)
  })
  afterAll(() => project.remove())

  const run = (args: string[]): ReturnType<TinyProject['begin']> => project.begin('test.mjs', args, { env: { TMPDIR: temporary }, cwd: os.tmpdir() })
  /** Where there is no Redis, that is one more. */
  const withoutRedis = process.env.TEST_REDIS_URL ? 0 : 1

  it('ends with one line that counts what passed, failed and was skipped, and exit code 1 after a failure', async () => {
    const { code, stdout } = await run(['libs/words/src/three']).ended
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([1, `1 passed, 1 failed, ${1 + withoutRedis} skipped`])
    expect(fs.readdirSync(temporary).filter((name) => name.startsWith('saitaku'))).toEqual([])
  })

  it('gives specs a database, hands filters and options to jest, and exits with 0 when all passed', async () => {
    const { code, stdout } = await run(['--long', 'libs/words', '-t', 'counts long']).ended
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`1 passed, 0 failed, ${4 + withoutRedis} skipped`)
    expect(code).toBe(0)
  })

  it('fails when a filter finds no spec', async () => {
    const { code, stdout } = await run(['libs/nothing']).ended
    expect([code, stdout.trimEnd().split('\n').at(-1)]).toEqual([1, `0 passed, 1 failed, ${withoutRedis} skipped`])
  })

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves nothing running and nothing on the disk after %s', async (signal) => {
    const { child, ended } = run(['libs/words/src/hangs'])
    while (!fs.existsSync(path.join(temporary, 'hangs'))) await sleep(20)
    const [folder] = fs.readdirSync(temporary).filter((name) => name.startsWith('saitaku-test-'))
    const pid = Number(fs.readFileSync(path.join(temporary, folder ?? '', 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
    expect(isAlive(pid)).toBe(true)
    child.kill(signal)
    await ended
    while (isAlive(pid) || fs.readdirSync(temporary).some((name) => name.startsWith('saitaku'))) await sleep(20)
    fs.rmSync(path.join(temporary, 'hangs'))
  })
})
