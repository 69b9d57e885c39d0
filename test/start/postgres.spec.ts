import { spawn, spawnSync, execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { isAlive } from '../../scripts/process-identity.mjs'
import { runningPostgres, startPostgres, startTemporaryPostgres, stopAbandonedPostgres, type Postgres } from '../../scripts/postgres.mjs'
import { packageFolder } from '../../scripts/postgres/binaries.mjs'

const STARTER = path.resolve(import.meta.dirname, '../../scripts/postgres.mjs')
const isRoot = process.getuid?.() === 0
/** A small disk to fill takes the right to mount one, which not every container grants. */
const itIfMounting = isRoot && spawnSync('unshare', ['--mount', 'true']).status === 0 ? it : it.skip

describe('the embedded PostgreSQL', () => {
  let folder: string
  let dataDir: string
  const started: Postgres[] = []
  let ready: string

  beforeAll(async () => {
    ready = fs.mkdtempSync(path.join(os.tmpdir(), 'saitaku-ready-'))
    fs.chmodSync(ready, 0o755)
    await (await startPostgres({ dataDir: path.join(ready, 'postgres'), durable: false })).stop()
  })
  afterAll(() => fs.rmSync(ready, { recursive: true, force: true }))
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saitaku-postgres-'))
    fs.chmodSync(folder, 0o755)
    dataDir = path.join(folder, 'postgres')
  })
  afterEach(async () => {
    for (const each of started.splice(0)) await each.stop()
    fs.rmSync(folder, { recursive: true, force: true })
  })

  const start = async (options: { port?: number, durable?: boolean } = {}): Promise<Postgres> => {
    const postgres = await startPostgres({ dataDir, ...options })
    started.push(postgres)
    return postgres
  }

  /** Starts on a copy of a database that was made once: making one takes most of a test's time. */
  const startReady = async (options: { port?: number, durable?: boolean } = {}): Promise<Postgres> => {
    copyReady()
    return start(options)
  }
  const copyReady = (): void => {
    for (const suffix of ['', '.password']) execFileSync('cp', ['-a', path.join(ready, `postgres${suffix}`), `${dataDir}${suffix}`])
  }

  it('makes its folder, with a password of its own and rights for nobody else', async () => {
    await start()
    expect([fs.statSync(`${dataDir}.password`).mode & 0o777, fs.statSync(dataDir).mode & 0o777]).toEqual([0o600, 0o700])
    expect(fs.readFileSync(`${dataDir}.password`, 'utf8')).toMatch(/^[\w-]{32}\n$/)
  })

  it('is a durable PostgreSQL 18 with Japanese collation, on loopback alone, for those who know the password', async () => {
    const postgres = await startReady()
    expect(await rows(postgres.url, `SELECT name, setting FROM pg_settings WHERE name IN
      ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'max_connections', 'unix_socket_directories', 'password_encryption') ORDER BY name`))
      .toEqual([
        { name: 'fsync', setting: 'on' }, { name: 'full_page_writes', setting: 'on' }, { name: 'listen_addresses', setting: '127.0.0.1' },
        { name: 'max_connections', setting: '200' }, { name: 'password_encryption', setting: 'scram-sha-256' },
        { name: 'server_version', setting: '18.4' }, { name: 'synchronous_commit', setting: 'on' }, { name: 'unix_socket_directories', setting: '' },
      ])
    expect(await rows(postgres.url, `SELECT datname, datlocprovider, datlocale FROM pg_database WHERE datname = current_database()`))
      .toEqual([{ datname: 'saitaku', datlocprovider: 'i', datlocale: 'ja-JP' }])
    expect(await rows(postgres.url, `CREATE EXTENSION pg_trgm; SELECT similarity('採択事業', '採択事業')`)).toEqual([{ similarity: 1 }])
    await expect(rows(postgres.url.replace(/:[^:@]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  })

  it('stops cleanly and keeps its data, its password and nothing running', async () => {
    const first = await startReady()
    await rows(first.url, 'CREATE TABLE kept AS SELECT 7 AS n')
    await first.stop()
    expect([isAlive(first.pid), runningPostgres(dataDir), fs.existsSync(path.join(dataDir, 'postmaster.pid'))]).toEqual([false, undefined, false])
    const second = await start()
    expect(await rows(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }])
    expect(new URL(second.url).password).toBe(new URL(first.url).password)
    expect(fs.readFileSync(`${dataDir}.log`, 'utf8')).not.toMatch(/recovery|not properly shut down/)
  })

  it('is shared by all who start it on one folder, and stopped by the last to leave', async () => {
    const [first, second] = await Promise.all([start(), start()])
    expect(second.pid).toBe(first.pid)
    await first.stop()
    expect(await rows(second.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
    expect(runningPostgres(dataDir)).toEqual({ url: second.url, port: second.port, pid: second.pid })
    await second.stop()
    expect(isAlive(first.pid)).toBe(false)
  })

  it('takes over the server of a starter that was killed, and stops it at the end', async () => {
    const orphan = await startAndKillStarter()
    expect(isAlive(orphan.pid)).toBe(true)
    const postgres = await start()
    expect([postgres.pid, postgres.url]).toEqual([orphan.pid, orphan.url])
    expect(await rows(postgres.url, 'SELECT n FROM committed')).toEqual([{ n: 1 }])
    await postgres.stop()
    expect(isAlive(orphan.pid)).toBe(false)
  })

  it('restarts a taken-over server that runs with other settings, and ends one that nobody uses', async () => {
    const orphan = await startAndKillStarter({ durable: false })
    const postgres = await start()
    expect(postgres.pid).not.toBe(orphan.pid)
    expect(await rows(postgres.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }])
    await stopAbandonedPostgres(dataDir)
    expect(isAlive(postgres.pid)).toBe(true)
    await postgres.stop()
    const second = await startAndKillStarter()
    await stopAbandonedPostgres(dataDir)
    expect(isAlive(second.pid)).toBe(false)
  })

  it('recovers what was committed when starter and server were both killed', async () => {
    const orphan = await startAndKillStarter()
    process.kill(orphan.pid, 'SIGKILL')
    while (isAlive(orphan.pid)) await sleep(10)
    expect(fs.existsSync(path.join(dataDir, 'postmaster.pid'))).toBe(true)
    const postgres = await start()
    expect(await rows(postgres.url, 'SELECT n FROM committed')).toEqual([{ n: 1 }])
    expect(fs.readFileSync(`${dataDir}.log`, 'utf8')).toMatch(/automatic recovery in progress/)
  })

  it('is not stopped by a stale postmaster.pid whose number another living program bears now', async () => {
    const first = await startReady()
    const pidFile = path.join(dataDir, 'postmaster.pid')
    const lines = fs.readFileSync(pidFile, 'utf8').split('\n')
    await first.stop()
    const stranger = spawn('sleep', ['60'], { ...(isRoot ? ownerOf(dataDir) : {}), cwd: '/', stdio: 'ignore' })
    fs.writeFileSync(pidFile, [String(stranger.pid), ...lines.slice(1)].join('\n'))
    try {
      const second = await start()
      expect(await rows(second.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
      expect(isAlive(stranger.pid ?? 0)).toBe(true)
    } finally {
      stranger.kill()
    }
  })

  it('sets a new password when its file was lost', async () => {
    const first = await startReady()
    await first.stop()
    fs.rmSync(`${dataDir}.password`)
    const second = await start()
    expect(new URL(second.url).password).not.toBe(new URL(first.url).password)
    expect(await rows(second.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
  })

  it('says so when the password file holds another password', async () => {
    copyReady()
    fs.writeFileSync(`${dataDir}.password`, 'another\n')
    await expect(start()).rejects.toMatchObject({ name: 'StartProblem',
      message: `${dataDir}.password does not hold the password of the database in ${dataDir}: delete that file, and a new password is set at the next start.` })
    expect(runningPostgres(dataDir)).toBeUndefined()
  })

  it('says which port is taken', async () => {
    const other = net.createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => { other.once('listening', resolve) })
    const { port } = other.address() as net.AddressInfo
    await expect(startReady({ port })).rejects.toMatchObject({ name: 'StartProblem',
      message: `Port ${port} is taken by another program: give PostgreSQL another port, or none to let a free one be found.` })
    other.close()
  })

  it('says so when the data folder is of another major version, and does not touch it', async () => {
    fs.mkdirSync(dataDir)
    fs.writeFileSync(path.join(dataDir, 'PG_VERSION'), '17\n')
    await expect(start()).rejects.toMatchObject({ name: 'StartProblem',
      message: `The data folder ${dataDir} was made by PostgreSQL 17, but this release runs PostgreSQL 18: move it over with pg_dump, or choose another folder with DATA_DIR.` })
    expect(fs.readdirSync(dataDir)).toEqual(['PG_VERSION'])
  })

  it('says so when the folder holds something else', async () => {
    fs.mkdirSync(dataDir)
    fs.writeFileSync(path.join(dataDir, 'letter.txt'), '')
    await expect(start()).rejects.toMatchObject({ name: 'StartProblem',
      message: `The data folder ${dataDir} holds other files (letter.txt), but no database: choose an empty folder with DATA_DIR.` })
  })

  it('says so when a file is in the way of the folder', async () => {
    fs.writeFileSync(dataDir, '')
    await expect(start()).rejects.toMatchObject({ name: 'StartProblem',
      message: `The data folder ${dataDir} cannot be made, for a file of that name is in the way: choose another folder with DATA_DIR.` })
  })

  it('says so when there is no package for the machine', () => {
    expect(() => packageFolder({ platform: 'freebsd', arch: 'x64' }))
      .toThrow('There is no packaged PostgreSQL for freebsd on x64: set DATABASE_URL to a PostgreSQL 18 server.')
  })

  it('deletes a temporary database when it is stopped', async () => {
    const postgres = await startTemporaryPostgres({ durable: false, under: folder })
    expect(await rows(postgres.url, 'SHOW fsync')).toEqual([{ fsync: 'off' }])
    await postgres.stop()
    expect([isAlive(postgres.pid), fs.readdirSync(folder)]).toEqual([false, []])
  });

  (isRoot ? describe : describe.skip)('run by root', () => {
    it('runs as another user', async () => {
      const { pid } = await startReady()
      expect(fs.statSync(`/proc/${pid}`).uid).toBe(fs.statSync(dataDir).uid)
      expect(fs.statSync(dataDir).uid).not.toBe(0)
    })

    it('works in a folder that only root may enter', async () => {
      fs.chmodSync(folder, 0o700)
      const postgres = await start()
      expect(await rows(postgres.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }])
      expect(fs.readFileSync(path.join(dataDir, 'WHERE'), 'utf8')).toContain(postgres.dataDir)
      expect(runningPostgres(dataDir)?.pid).toBe(postgres.pid)
      await postgres.stop()
      fs.rmSync(postgres.dataDir, { recursive: true })
    })

    it('works for an ordinary user, also with a packaged copy whose library links were never made', () => {
      const root = path.join(folder, 'project')
      copyProject(root, { withLinks: false })
      execFileSync('chown', ['-R', 'nobody', folder])
      const done = asNobody(root, `const p = await startPostgres({ dataDir: ${JSON.stringify(dataDir)} }); console.log(p.dataDir); await p.stop()`)
      expect(done).toEqual({ status: 0, stdout: `${dataDir}\n`, stderr: '' })
    })

    it('says so when the folder is not writable by this user', () => {
      const root = path.join(folder, 'project')
      copyProject(root, { withLinks: true })
      const done = asNobody(root, `await startPostgres({ dataDir: ${JSON.stringify(dataDir)} }).catch((e) => console.log(e.name, e.message))`)
      expect(done.stdout).toBe(`StartProblem The data folder ${dataDir} is not writable by this user: mend its rights, or choose another folder with DATA_DIR.\n`)
    })

    itIfMounting('says so when the disk is full while the database is made, and leaves nothing half made', async () => {
      const disk = path.join(folder, 'disk')
      fs.mkdirSync(disk)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk])
      try {
        await expect(startPostgres({ dataDir: path.join(disk, 'postgres') })).rejects.toMatchObject({ name: 'StartProblem',
          message: `The disk is full: the database in ${disk}/postgres could not be made.` })
        expect(fs.readdirSync(disk).sort()).toEqual(['postgres', 'postgres.password', 'postgres.users'])
        expect(fs.readdirSync(path.join(disk, 'postgres'))).toEqual([])
      } finally {
        execFileSync('umount', [disk])
      }
    })

    itIfMounting('says so when the disk has become full before a start', async () => {
      const disk = path.join(folder, 'disk')
      fs.mkdirSync(disk)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=100m', 'tmpfs', disk])
      try {
        await (await startPostgres({ dataDir: path.join(disk, 'postgres') })).stop()
        spawnSync('dd', ['if=/dev/zero', `of=${disk}/filler`, 'bs=1M'])
        await expect(startPostgres({ dataDir: path.join(disk, 'postgres') })).rejects.toMatchObject({ name: 'StartProblem',
          message: expect.stringMatching(/^The disk is full: /) as string })
      } finally {
        execFileSync('umount', [disk])
      }
    })
  })

  /** A process that starts the server, commits a row and is killed. */
  async function startAndKillStarter(options: { durable?: boolean } = {}): Promise<{ pid: number, url: string }> {
    if (!fs.existsSync(dataDir)) copyReady()
    const program = `import { startPostgres } from ${JSON.stringify(STARTER)}
      const { pid, url } = await startPostgres(${JSON.stringify({ dataDir, ...options })})
      console.log(JSON.stringify({ pid, url })); setInterval(() => undefined, 1000)`
    const starter = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const said = await new Promise<string>((resolve) => { starter.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())) })
    const orphan = JSON.parse(said) as { pid: number, url: string }
    await rows(orphan.url, 'CREATE TABLE IF NOT EXISTS committed AS SELECT 1 AS n')
    starter.kill('SIGKILL')
    await new Promise((resolve) => { starter.once('exit', resolve) })
    return orphan
  }

  function copyProject(root: string, { withLinks }: { withLinks: boolean }): void {
    const source = path.resolve(import.meta.dirname, '../..')
    fs.cpSync(path.join(source, 'scripts'), path.join(root, 'scripts'), { recursive: true })
    const native = packageFolder()
    const copy = path.join(root, 'node_modules', path.relative(path.join(source, 'node_modules'), native))
    fs.cpSync(native, copy, { recursive: true, verbatimSymlinks: true, filter: (file) => withLinks || !fs.lstatSync(file).isSymbolicLink() })
    for (const name of fs.readdirSync(path.join(source, 'node_modules')).filter((each) => /^(pg|postgres|xtend|split2)/.test(each)))
      fs.cpSync(path.join(source, 'node_modules', name), path.join(root, 'node_modules', name), { recursive: true })
  }

  function asNobody(root: string, program: string): { status: number | null, stdout: string, stderr: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e',
      `import { startPostgres } from ${JSON.stringify(path.join(root, 'scripts/postgres.mjs'))}; ${program}`],
    { uid: 65_534, gid: 65_534, cwd: '/', encoding: 'utf8', env: { PATH: process.env.PATH, HOME: folder } })
    return { status, stdout, stderr }
  }
})

/** The rows of the last statement. */
async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const results: unknown = await client.query(sql)
    const last = Array.isArray(results) ? results.at(-1) as pg.QueryResult<object> : results as pg.QueryResult<object>
    return last.rows
  } finally {
    await client.end()
  }
}

function ownerOf(file: string): { uid: number, gid: number } {
  const { uid, gid } = fs.statSync(file)
  return { uid, gid }
}
