import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Database } from '@saitaku/database'
import { createIdentity } from '@saitaku/identity'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { runProgram } from './program.js'

const SECRET = 'a secret of the tests that is long enough'
interface Answer {
  firstAdministrator: string | null
  accounts: { name: string; email: string; roles: { programme: string; role: string }[]; password: string | null }[]
}

describe('saitaku accounts', () => {
  let server: TestDatabase
  let database: Database
  let folder: string
  const file = (): string => path.join(folder, 'demo-accounts.json')

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 2 })
    folder = await mkdtemp(path.join(tmpdir(), 'saitaku-accounts-'))
  })
  afterAll(async () => {
    await database.close()
    await server.close()
    await rm(folder, { recursive: true })
  })

  async function run(args: string[], variables: NodeJS.ProcessEnv = {}): Promise<{ code: number; out: string; err: string }> {
    let out = '', err = ''
    const code = await runProgram(['accounts', ...args], {
      out: (text) => { out += text }, err: (text) => { err += text }, cwd: folder, variables: { DATABASE_URL: server.url, SESSION_SECRET: SECRET, BASE_URL: 'http://localhost:4000', ...variables },
    })
    return { code, out, err }
  }
  const answer = async (args: string[]): Promise<Answer> => JSON.parse((await run([...args, '--json'])).out) as Answer

  it('prints the one-time link while there is no administrator, and a later one voids it', async () => {
    const { code, out } = await run([])
    expect([code, out]).toEqual([0, expect.stringMatching(/^To become the first administrator, open this link \(it works once, for 7 days\):\n {2}http:\/\/localhost:4000\/first-administrator#token=[\w-]{43}\n$/)])
    const identity = createIdentity({ database, secrets: [SECRET], settings: { baseUrl: 'http://localhost:4000' } })
    const token = /token=([\w-]+)/.exec(out)?.[1]
    expect(await identity.firstAdministrator.isOpen(token)).toBe(true)
    const later = await answer([])
    expect([await identity.firstAdministrator.isOpen(token), await identity.firstAdministrator.isOpen(later.firstAdministrator?.split('=')[1])]).toEqual([false, true])
  })

  it('makes accounts for the people of the demo, with the ids and roles that its year gives them, and passwords that sign in', async () => {
    const { firstAdministrator, accounts } = await answer(['--demo', file()])
    expect(firstAdministrator).toBeNull() // the demo's own is one
    const roles = new Set(accounts.flatMap((account) => account.roles.map(({ role }) => role)))
    expect([...roles].sort()).toEqual(expect.arrayContaining(['administrator', 'approver', 'chair', 'finance', 'reviewer', 'secretariat']))
    expect(accounts.filter((account) => account.roles.length === 0).length).toBeGreaterThanOrEqual(4) // applicants
    const identity = createIdentity({ database, secrets: [SECRET], settings: { baseUrl: 'http://localhost:4000' } })
    const clerk = accounts.find((account) => account.roles.some(({ programme, role }) => programme === 'sdgs-award' && role === 'secretariat'))
    const inside = await identity.signIn.withPassword({ email: clerk?.email ?? '', password: clerk?.password ?? '' }, { address: '127.0.0.1', userAgent: undefined })
    expect(inside).toMatchObject({ ok: true, outcome: 'signedIn' })
    const held = await database.query<{ programme: string; role: string }>('SELECT g.programme, g.role FROM role_grant g JOIN person p ON p.id = g.person_id WHERE p.email = $1 ORDER BY 1, 2', [clerk?.email])
    expect(held).toEqual([...(clerk?.roles ?? [])].sort((a, b) => a.programme.localeCompare(b.programme)))
    const sinceEver = await database.query(`SELECT DISTINCT starts_at = '-infinity' AS since_ever FROM role_period`)
    expect(sinceEver).toEqual([{ since_ever: true }]) // the demo's clock stands in a year that is past
  })

  it('prints the same passwords again, but never one that its person has changed, and keeps them from other eyes', async () => {
    const first = await answer(['--demo', file()])
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    const [changed] = first.accounts
    await database.query(`UPDATE account SET password_set_at = clock_timestamp() WHERE person_id = (SELECT id FROM person WHERE email = $1)`, [changed?.email])
    const second = await answer(['--demo', file()])
    expect(second.accounts).toEqual(first.accounts.map((account) => (account.email === changed?.email ? { ...account, password: null } : account)))
    expect(await answer(['--demo', file()])).toEqual(second)
    expect((await run(['--demo', file()])).out).toMatch(new RegExp(`^Accounts of the demo, with their passwords:\n {2}${changed?.email} +\\(changed\\) +デモ管理者: administrator\n`))
  })

  it('gives new passwords where the kept ones are lost, and finishes what a start that died had begun', async () => {
    const before = await answer(['--demo', file()])
    const kept = JSON.parse(await readFile(file(), 'utf8')) as Record<string, { password: string; setAt: string | null }>
    const begun = Object.fromEntries(Object.entries(kept).map(([email, { password }]) => [email, { password, setAt: null }]))
    await writeFile(file(), JSON.stringify(begun))
    expect((await answer(['--demo', file()])).accounts.map(({ password }) => password)).toEqual(Object.values(kept).map(({ password }) => password))
    await rm(file())
    const after = await answer(['--demo', file()])
    expect(after.accounts.filter(({ password }, i) => password === null || password === before.accounts[i]?.password)).toEqual([])
    await writeFile(file(), 'no JSON')
    expect(await run(['--demo', file()])).toMatchObject({ code: 1, out: '', err: `${file()} does not hold the passwords of the demo's accounts: delete it, and they get new ones\n` })
  })

  it('needs the secret that seals what it hands out', async () => {
    expect(await run([], { SESSION_SECRET: 'too short' })).toEqual({ code: 2, out: '', err: 'error: SESSION_SECRET needs 32 characters or more\n' })
  })
})
