import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { randomUUID } from 'node:crypto'
import { Database } from '@saitaku/database'
import { Engine, Registry } from '@saitaku/engine'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { runProgram } from './program.js'

const DOOR = `name: door
title: { ja: 扉, en: Door }
roles:
  secretariat: { ja: 事務局, en: Secretariat }
events:
  open: { ja: 開ける, en: Open }
  close: { ja: 閉める, en: Close }
publicStatuses:
  shut: { ja: 閉, en: Shut }
  wide: { ja: 開, en: Open }
charts:
  door:
    title: { ja: 扉, en: Door }
    initial: shut
    states:
      shut: { label: { ja: 閉, en: Shut }, publicStatus: shut, turn: secretariat, on: { open: { target: wide, by: [secretariat] } } }
      wide: { label: { ja: 開, en: Open }, publicStatus: wide, turn: secretariat, after: { late: done }, on: { close: { target: shut, by: [secretariat] } } }
      done: { type: final, label: { ja: 終, en: Done }, publicStatus: shut }
deadlines:
  late: { after: P1D, label: { ja: 期限, en: Late } }
`

interface Ended {
  code: number
  out: string
  err: string
}

let folder: string
const saitaku = async (args: string[], variables: NodeJS.ProcessEnv = {}): Promise<Ended> => {
  const ended: Ended = { code: 0, out: '', err: '' }
  ended.code = await runProgram(args, { out: (text) => void (ended.out += text), err: (text) => void (ended.err += text), cwd: folder, variables })
  return ended
}
const programme = (name: string, text: string): string => {
  mkdirSync(path.join(folder, name, 'notices'), { recursive: true })
  mkdirSync(path.join(folder, name, 'demo'), { recursive: true })
  writeFileSync(path.join(folder, name, 'programme.yaml'), text)
  writeFileSync(path.join(folder, name, 'README.md'), 'not part of the programme')
  writeFileSync(path.join(folder, name, 'demo/demo.yaml'), 'neither')
  return name
}

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'saitaku-cli-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

describe('saitaku programme check', () => {
  it('says that nothing is wrong, and exits 0', async () => {
    expect(await saitaku(['programme', 'check', programme('door', DOOR)])).toEqual({ code: 0, out: 'door: no errors, no warnings\n', err: '' })
    expect(await saitaku(['programme', 'check', 'door', '--json'])).toEqual({ code: 0, out: '{\n  "problems": []\n}\n', err: '' })
  })

  it('names file, line and column of every problem at once on stderr, and exits 1', async () => {
    programme('door', DOOR.replace('target: wide', 'target: windy').replace('by: [secretariat] } } }\n      done', 'by: [secretary] } } }\n      done'))
    const { code, out, err } = await saitaku(['programme', 'check', 'door'])
    expect([code, out]).toEqual([1, ''])
    const errors = err.split('\n').filter((line) => line.includes(' error '))
    expect(errors.map((line) => /^door\/programme\.yaml:(\d+):\d+ error ([\w-]+) ./.exec(line)?.slice(1, 3))).toEqual(expect.arrayContaining([['16', 'unknown-target'], ['17', 'unknown-role']]))
  })

  it('prints one JSON value and nothing else when told to', async () => {
    programme('door', DOOR.replace('initial: shut', 'initial: nowhere'))
    const { code, out, err } = await saitaku(['programme', 'check', 'door', '--json'])
    expect([code, err]).toEqual([1, ''])
    const { problems } = JSON.parse(out) as { problems: Record<string, unknown>[] }
    expect(problems[0]).toEqual({ file: 'programme.yaml', line: 14, column: 14, severity: 'error', code: expect.any(String) as string, message: expect.any(String) as string })
  })

  it('takes an empty folder for a programme without its file', async () => {
    mkdirSync(path.join(folder, 'empty'))
    expect(await saitaku(['programme', 'check', 'empty'])).toMatchObject({ code: 1, err: expect.stringMatching(/^empty\/programme\.yaml:1:1 error missing-file /) as string })
  })

  it('loads no database, no queue and no framework', () => {
    const root = path.resolve(import.meta.dirname, '../../..')
    for (const command of ['programme-check', 'programme-diagram', 'programme-simulate', 'program', 'main']) expect([command, heavy(packagesBehind(root, path.join(import.meta.dirname, `${command}.ts`)))]).toEqual([command, []])
  })
})

/** What a file imports when it is loaded, through every file in between; an `import()` is loaded later. */
function packagesBehind(root: string, file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>()
  if (seen.has(file)) return packages
  seen.add(file)
  const imports = [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )(?:[^;'"]*? from )?'([^']+)'/gm)].map((match) => match[1] ?? '')
  for (const specifier of imports) {
    const lib = /^@saitaku\/([\w-]+)$/.exec(specifier)?.[1]
    const next = lib ? path.join(root, 'libs', lib, 'src/index.ts') : specifier.startsWith('.') ? path.resolve(path.dirname(file), specifier.replace(/\.js$/, '.ts')) : undefined
    if (next === undefined) packages.add(specifier)
    else for (const name of packagesBehind(root, next, seen)) packages.add(name)
  }
  return packages
}

const heavy = (packages: Set<string>): string[] => [...packages].filter((name) => /^(@nestjs|typeorm|pg|bullmq|ioredis|pino|rxjs|reflect-metadata)/.test(name))

describe('saitaku programme simulate', () => {
  it('gives the same answer for the same seed', async () => {
    programme('door', DOOR)
    const args = ['programme', 'simulate', 'door', '--cases', '50', '--seed', '7', '--json']
    const first = await saitaku(args)
    expect([first.code, first.err]).toEqual([0, ''])
    expect(JSON.parse(first.out)).toMatchObject({ cases: 50, finished: 50, stuck: [], byFinalState: { done: 50 } })
    expect(await saitaku(args)).toEqual(first)
    expect(await saitaku(['programme', 'simulate', 'door', '--cases', '50', '--seed', '7'])).toMatchObject({ code: 0, out: expect.stringMatching(/^50 cases, 50 finished, 0 stuck, /) as string })
  })

  it('runs no programme that has errors', async () => {
    programme('door', DOOR.replace('target: wide', 'target: windy'))
    expect(await saitaku(['programme', 'simulate', 'door'])).toMatchObject({ code: 1, out: '', err: expect.stringContaining('door/programme.yaml:16:') as string })
  })
})

describe('saitaku programme diagram', () => {
  it('draws the chart in both formats and both languages', async () => {
    programme('door', DOOR)
    const mermaid = await saitaku(['programme', 'diagram', 'door', '--format', 'mermaid', '--chart', 'door', '--lang', 'en'])
    expect(mermaid).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/\nstateDiagram-v2\n[\s\S]*shut --> wide : Open \(Secretariat\)\n[\s\S]*\n$/) as string })
    const svg = await saitaku(['programme', 'diagram', 'door', '--format', 'svg', '--chart', 'door'])
    expect(svg).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^<svg [\s\S]*開ける[\s\S]*<\/svg>\n$/) as string })
  })

  it('says which charts there are when one is not', async () => {
    programme('door', DOOR)
    expect(await saitaku(['programme', 'diagram', 'door', '--chart', 'window'])).toEqual({ code: 2, out: '', err: 'error: there is no chart window; there are door\n' })
  })
})

describe('saitaku', () => {
  it.each([
    [[]], [['programme']], [['nothing']], [['programme', 'check']], [['programme', 'check', 'a', 'b']], [['programme', 'check', 'missing']], [['programme', 'check', '.', '--colour']], [['programme', 'diagram', '.', '--format', 'png']],
    [['programme', 'simulate', '.', '--cases', '0']], [['programme', 'simulate', '.', '--cases', 'many']], [['programme', 'simulate', '.', '--seed', '-1']], [['audit', 'verify', '--case', 'x']], [['audit', 'verify', '--since', 'yesterday']],
    [['invariants']], [['setup', '--workflows', 'missing']],
  ])('%j is a mistake of usage: exit 2, said on stderr', async (args) => {
    const { code, out, err } = await saitaku(args)
    expect([args, code, out]).toEqual([args, 2, ''])
    expect(err).not.toBe('')
    expect(err).not.toMatch(/^\s+at /m)
  })

  it('prints its help and its version on stdout', async () => {
    expect(await saitaku(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' })
    expect(await saitaku(['programme', 'simulate', '--help'])).toMatchObject({ code: 0, err: '', out: expect.stringContaining('--seed <s>') as string })
  })

  it('says in one sentence that the database cannot be reached: exit 3', async () => {
    expect(await saitaku(['invariants'], { DATABASE_URL: 'postgres://x:secret@127.0.0.1:1/x' })).toEqual({ code: 3, out: '', err: expect.stringMatching(/^The database cannot be reached: .*\n$/) as string })
    const { err } = await saitaku(['migrate'], { DATABASE_URL: 'postgres://x:secret@127.0.0.1:1/x' })
    expect(err).toMatch(/^The database refused: .*\n$/)
    expect(err).not.toContain('secret')
  })
})

describe('saitaku on a database', () => {
  let server: TestDatabase
  let variables: NodeJS.ProcessEnv
  const on = (...args: string[]): Promise<Ended> => saitaku(args, variables)

  beforeAll(async () => {
    server = await createTestDatabase()
    variables = { DATABASE_URL: server.url }
  })
  afterAll(() => server.close())

  it('publishes, finds nothing changed, and exports the same files again', async () => {
    programme('door', DOOR)
    expect(await on('programme', 'publish', 'door')).toEqual({ code: 0, out: 'door is published as version 1\n', err: '' })
    expect(JSON.parse((await on('programme', 'publish', 'door', '--json')).out)).toMatchObject({ programme: 'door', version: 1, fresh: false })
    expect(await on('programme', 'export', 'door', 'copy/of/it')).toEqual({ code: 0, out: 'door: 1 files in copy/of/it\n', err: '' })
    expect(readFileSync(path.join(folder, 'copy/of/it/programme.yaml'), 'utf8')).toBe(DOOR)
    expect(await on('programme', 'export', 'door', 'copy/of/it')).toMatchObject({ code: 2, err: expect.stringContaining('--force') as string })
    expect((await on('programme', 'export', 'door', 'copy/of/it', '--force', '--number', '1')).code).toBe(0)
    expect(await on('programme', 'export', 'door', 'other', '--number', '9')).toEqual({ code: 1, out: '', err: 'There is no version 9 of a programme door.\n' })
    expect(await on('programme', 'export', 'window', 'other')).toEqual({ code: 1, out: '', err: 'There is no programme window.\n' })
    expect(existsSync(path.join(folder, 'other'))).toBe(false)
  })

  it('publishes nothing that has an error', async () => {
    programme('wall', DOOR.replaceAll('door', 'wall').replace('target: wide', 'target: windy'))
    expect(await on('programme', 'publish', 'wall')).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^wall\/programme\.yaml:16:\d+ error unknown-target /) as string })
    expect((await on('programme', 'export', 'wall', 'x')).code).toBe(1)
  })

  it('sets up once, then changes nothing until a file changes', async () => {
    programme('gate', DOOR.replaceAll('door', 'gate'))
    const setup = async (): Promise<unknown> => JSON.parse((await on('setup', '--workflows', '.', '--json')).out)
    expect(await setup()).toEqual({ migrations: [], programmes: [{ programme: 'gate', version: 1, fresh: true }] })
    expect(await setup()).toEqual({ migrations: [], programmes: [{ programme: 'gate', version: 1, fresh: false }] })
    programme('gate', DOOR.replaceAll('door', 'gate').replace('P1D', 'P2D'))
    programme('wall', DOOR.replaceAll('door', 'wall').replace('target: wide', 'target: windy'))
    expect(await on('setup', '--workflows', '.')).toMatchObject({ code: 1, err: expect.stringContaining('wall/programme.yaml:16:') as string })
    rmSync(path.join(folder, 'wall'), { recursive: true })
    expect(await setup()).toEqual({ migrations: [], programmes: [{ programme: 'gate', version: 2, fresh: false }] })
    expect(await on('migrate')).toEqual({ code: 0, out: 'The database is up to date.\n', err: '' })
  })

  it('verifies the record, and names the first row that was tampered with', async () => {
    programme('door', DOOR)
    await on('programme', 'publish', 'door')
    const database = await Database.connect({ url: server.url, poolSize: 2 })
    const engine = new Engine(database, new Registry())
    const clerk = { id: randomUUID(), roles: ['secretariat'] }
    const { caseId } = await engine.create({ programme: 'door', chart: 'door', actor: clerk })
    await engine.dispatch({ caseId, type: 'open', actor: clerk })
    await database.close()
    expect(await on('audit', 'verify')).toEqual({ code: 0, out: 'audit: ok (1 cases, 2 events)\n', err: '' })
    expect(JSON.parse((await on('audit', 'verify', '--case', caseId.toUpperCase(), '--json')).out)).toEqual({ ok: true, cases: 1, events: 2, fault: null })
    expect(JSON.parse((await on('audit', 'verify', '--since', '2999-01-01', '--json')).out)).toEqual({ ok: true, cases: 0, events: 0, fault: null })
    const absent = randomUUID()
    expect(await on('audit', 'verify', '--case', absent)).toEqual({ code: 1, out: '', err: `There is no case ${absent}.\n` })
    expect(await on('invariants')).toEqual({ code: 0, out: 'invariants: all hold\n', err: '' })

    const owner = await Database.connect({ url: server.url, asOwner: true, poolSize: 1 })
    await owner.query(`UPDATE cases SET version = 3 WHERE id = $1`, [caseId])
    await owner.close()
    expect(await on('audit', 'verify')).toEqual({ code: 1, out: '', err: expect.stringMatching(new RegExp(`^audit: case ${caseId}: .+\n$`)) as string })
    expect(JSON.parse((await on('invariants', '--json')).out)).toMatchObject({ ok: false, violations: [{ invariant: 'a case has as many events as its version says, without a gap', subject: caseId }] })
    expect((await on('invariants')).code).toBe(1)
  })

  it('says that an empty database lacks migrations, and migrates it', async () => {
    const empty = await createTestDatabase()
    const owner = await Database.connect({ url: empty.url, asOwner: true, poolSize: 1 })
    await owner.query('DROP SCHEMA public CASCADE')
    await owner.query('CREATE SCHEMA public')
    await owner.close()
    expect(await saitaku(['invariants'], { DATABASE_URL: empty.url })).toEqual({ code: 3, out: '', err: 'The database lacks migrations: run "saitaku migrate" first.\n' })
    const { code, out } = await saitaku(['migrate', '--json'], { DATABASE_URL: empty.url })
    expect([code, (JSON.parse(out) as { ran: string[] }).ran.length > 0]).toEqual([0, true])
    expect(await saitaku(['invariants'], { DATABASE_URL: empty.url })).toEqual({ code: 0, out: 'invariants: all hold\n', err: '' })
    await empty.close()
  })
})
