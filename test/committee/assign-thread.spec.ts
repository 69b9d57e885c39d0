import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBuild } from '../../scripts/build.mjs'
import { HttpProblem } from '../../apps/api/src/problems.js'
import { threadedAssigner } from '../../apps/api/src/committee/assign-thread.js'

const BUILT = fileURLToPath(new URL('../../dist/apps/api/src/committee/assign-main.js', import.meta.url))
const input = { perApplication: 1, applications: ['A', 'B'], reviewers: [{ id: 'r1' }, { id: 'r2' }] }

describe('The assignment of reviewers', () => {
  let folder: string
  beforeEach(async () => { folder = await mkdtemp(path.join(tmpdir(), 'assign-')) })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const file = async (text: string): Promise<string> => {
    const name = path.join(folder, 'main.mjs')
    await writeFile(name, text)
    return name
  }
  const problem = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'nothing', (error: Error) => (error instanceof HttpProblem ? error.code : error.message))

  it('is computed in a thread, as it is in the process', async () => {
    await ensureBuild()
    const [inThread, here] = await Promise.all([threadedAssigner(BUILT)(input), threadedAssigner('/nothing/there.js')(input)])
    expect(inThread).toEqual(here)
    expect(inThread).toMatchObject({ ok: true, result: { load: { min: 1, max: 1 } } })
  })

  it('is given up after its time, and its thread with it', async () => {
    expect(await problem(threadedAssigner(await file('setInterval(() => undefined, 1000)'), 50)(input))).toBe('tooLong')
  })

  it('fails with the thread that fails', async () => {
    expect(await problem(threadedAssigner(await file('throw new Error("no solver")'))(input))).toBe('no solver')
  })

  it('refuses a third while two are computed', async () => {
    const assigner = threadedAssigner(await file('setInterval(() => undefined, 1000)'), 100)
    expect(await Promise.all([1, 2, 3].map(() => problem(assigner(input))))).toEqual(['tooLong', 'tooLong', 'transient'])
  })
})
