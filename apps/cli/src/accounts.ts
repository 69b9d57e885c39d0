import { randomInt } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { grantRole } from '@saitaku/applications'
import type { Database } from '@saitaku/database'
import { createIdentity, identityVariables, sessionSecrets, type Identity } from '@saitaku/identity'
import { z } from 'zod'
import { FINE, InputProblem, printJson, SystemProblem, UsageProblem, type Console } from './command-line.js'
import { demoPeople, type DemoPerson } from './demo/demo-people.js'
import { readDemos } from './demo/read-demo.js'
import { ownWorkflows } from './setup.js'
import { withDatabase } from './with-database.js'

/** Which accounts there are to come in by at a start. */
interface StartAccounts {
  /** The one-time link of the first administrator; null once there is an administrator. */
  firstAdministrator: string | null
  accounts: StartAccount[]
}

interface StartAccount {
  name: string
  email: string
  roles: DemoPerson['roles']
  /** Null where the person has chosen another. */
  password: string | null
}

/** Passwords of the demo's accounts by address, and when each was set; null before that is known. */
const keptPasswords = z.record(z.string(), z.object({ password: z.string(), setAt: z.iso.datetime().nullable() }))
type KeptPasswords = z.output<typeof keptPasswords>

/** `saitaku accounts [--demo FILE] [--json]`: how to come in. FILE keeps the passwords of the demo's accounts, so that a restart prints them again. */
export async function accountsCommand(console: Console, { demo, json }: { demo?: string; json?: true }): Promise<number> {
  const { variables, cwd } = console
  const secret = identityVariables.SESSION_SECRET.safeParse(variables.SESSION_SECRET?.trim())
  if (!secret.success) throw new UsageProblem('SESSION_SECRET needs 32 characters or more')
  const people = demo === undefined ? [] : demoPeople(await readDemos(ownWorkflows()))
  const answer = await withDatabase(console, async (database): Promise<StartAccounts> => {
    const identity = createIdentity({ database, secrets: sessionSecrets(secret.data), settings: { baseUrl: variables.BASE_URL?.trim() || 'http://localhost:3000' } })
    const accounts = demo === undefined ? [] : await provideDemo(database, identity, people, path.resolve(cwd, demo))
    return { firstAdministrator: (await identity.firstAdministrator.link()) ?? null, accounts }
  })
  if (json) printJson(console, answer)
  else console.out(startText(answer))
  return FINE
}

async function provideDemo(database: Database, identity: Identity, people: readonly DemoPerson[], file: string): Promise<StartAccount[]> {
  const kept = await readKept(file)
  // Kept before any is set: what was printed once must be known at the next start, however this one ends.
  const chosen = new Map(people.map(({ email }) => [email, kept[email]?.password ?? newPassword()]))
  await keep(file, Object.fromEntries([...chosen].map(([email, password]) => [email, { password, setAt: kept[email]?.setAt ?? null }])))
  const made = await Promise.all(people.map(async ({ id: personId, roles, ...person }) => {
    const password = chosen.get(person.email) ?? newPassword()
    const before = kept[person.email]?.setAt ?? null
    const { outcome, setAt } = await identity.provisioning.provide({ ...person, personId, password, setAt: before === null ? null : new Date(before) })
    for (const { programme, role } of roles) await grantRole(database, personId, programme, role)
    const isTheirs = outcome === 'changed'
    return { account: { name: person.name, email: person.email, roles, password: isTheirs ? null : password }, entry: { password, setAt: isTheirs ? before : setAt.toISOString() } }
  }))
  await keep(file, Object.fromEntries(made.map(({ account, entry }) => [account.email, entry])))
  return made.map(({ account }) => account)
}

async function readKept(file: string): Promise<KeptPasswords> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}'
    throw new SystemProblem(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  })
  const parsed = keptPasswords.safeParse(parsedJson(text))
  if (!parsed.success) throw new InputProblem([`${file} does not hold the passwords of the demo's accounts: delete it, and they get new ones`])
  return parsed.data
}

/** Whole or not at all, and for nobody else's eyes. */
async function keep(file: string, kept: KeptPasswords): Promise<void> {
  const draft = `${file}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600, flush: true })
  await rename(draft, file)
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// Without letters that are read for one another: it is copied from a screen.
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const newPassword = (): string => Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('')).join('-')

function startText({ firstAdministrator, accounts }: StartAccounts): string {
  const link = firstAdministrator === null ? [] : [`To become the first administrator, open this link (it works once, for 7 days):\n  ${firstAdministrator}`]
  const widest = Math.max(...accounts.map(({ email }) => email.length))
  const lines = accounts.map(({ email, password, name, roles }) => `  ${email.padEnd(widest)}  ${(password ?? '(changed)').padEnd(19)}  ${name}: ${rolesText(roles)}`)
  const demo = accounts.length === 0 ? [] : [`Accounts of the demo, with their passwords:\n${lines.join('\n')}`]
  return [...link, ...demo].map((paragraph) => `${paragraph}\n`).join('')
}

/** `secretariat (partner-registration, working-group)`. */
function rolesText(roles: DemoPerson['roles']): string {
  if (roles.length === 0) return 'applicant'
  const programmes = new Map<string, string[]>()
  for (const { programme, role } of roles) programmes.set(role, [...(programmes.get(role) ?? []), programme])
  const byPlaces = new Map<string, string[]>()
  for (const [role, places] of programmes) byPlaces.set(places.join(', '), [...(byPlaces.get(places.join(', ')) ?? []), role])
  return [...byPlaces].map(([places, held]) => (places === '*' ? held.join(', ') : `${held.join(', ')} (${places})`)).join('; ')
}
