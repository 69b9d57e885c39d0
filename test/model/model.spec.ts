import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { Database, setClock } from '@saitaku/database'
import { Invariants, publishProgramme, verifyAudit } from '@saitaku/engine'
import type { ProgrammeFiles } from '@saitaku/statechart'
import { createTestDatabase, toyProgramme, type TestDatabase } from '@saitaku/testkit'
import { RandomOffice, type Move } from './random-office.js'

const LONG = process.env.SAITAKU_LONG === '1'
const RUNS = LONG ? 60 : 4
const WORKFLOWS = join(process.cwd(), 'workflows')

function folderFiles(name: string): ProgrammeFiles {
  const files: Record<string, string> = {}
  for (const file of readdirSync(join(WORKFLOWS, name), { recursive: true, encoding: 'utf8' }))
    if (/^(programme|form|rubric)\.yaml$|^notices\/.*\.md$/.test(file)) files[file] = readFileSync(join(WORKFLOWS, name, file), 'utf8')
  return files
}

const pick = fc.record({ subject: fc.nat(40), event: fc.nat(60), actor: fc.nat(40), twist: fc.nat(1000) })
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), picks: fc.array(pick, { minLength: 1, maxLength: 32 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 24 * 45 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('begin' as const), parent: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'effects' as const }) },
)
const opening: Move[] = Array.from({ length: 10 }, (_, parent) => ({ kind: 'begin', parent }))
const run = fc.record({ actors: fc.integer({ min: 2, max: 32 }), moves: fc.array(move, { minLength: 8, maxLength: LONG ? 40 : 14 }) })

describe.each([['toy', toyProgramme], ...readdirSync(WORKFLOWS).map((name): [string, ProgrammeFiles] => [name, folderFiles(name)])])('random people on %s', (name, files) => {
  let server: TestDatabase
  let database: Database
  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 8, asOwner: true })
    const published = await publishProgramme(database, files)
    expect(published.ok ? [] : published.problems).toEqual([])
  })
  afterAll(async () => {
    await database.close()
    await server.close()
  })

  it('never bring a case where its chart has no state, and every case replays to its snapshot', async () => {
    const taken = new Set<string>()
    await fc.assert(
      fc.asyncProperty(run, async ({ actors, moves }) => {
        await setClock(database, new Date('2026-04-01T00:00:00Z'))
        const office = await RandomOffice.open(database, name, actors)
        for (const answer of await office.run([...opening, ...moves])) taken.add(answer.ok ? 'accepted' : answer.refused.code)
        expect(await new Invariants(database).check()).toEqual([])
        expect((await verifyAudit(database)).fault).toBeNull()
      }),
      { numRuns: RUNS, seed: 20260401, endOnFailure: true },
    )
    // the run must have done something of each kind, or it proves nothing
    for (const kind of ['accepted', 'role', 'notAvailable', 'badInput']) expect([...taken]).toContain(kind)
  }, LONG ? 900_000 : 120_000)
})
