import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from './program.js'

const TABLE: Record<string, number[]> = {
  T: [120, 152, 148, 143, 128, 131], D: [116, 148, 145, 128, 125, 126], A: [115, 134, 143, 125, 133, 127], C: [120, 139, 142, 142, 117, 116], B: [110, 130, 139, 129, 116, 117],
}
const REVIEWERS = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6']
const panel = (method: string): object => ({
  applications: Object.keys(TABLE).map((id) => ({ id })),
  reviewers: REVIEWERS,
  scores: Object.entries(TABLE).flatMap(([application, totals]) => totals.map((total, i) => ({ reviewer: REVIEWERS[i], application, total }))),
  method,
})

describe('the figures of a panel, by command line', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'saitaku-cli-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  async function run(args: string[], input?: unknown): Promise<{ code: number; out: string; err: string }> {
    if (input !== undefined) writeFileSync(join(folder, 'input.json'), typeof input === 'string' ? input : JSON.stringify(input, null, 1))
    let out = ''
    let err = ''
    const code = await runProgram(args, { out: (text) => (out += text), err: (text) => (err += text), cwd: folder, variables: {} })
    return { code, out, err }
  }
  const ranking = async (method: string): Promise<[string, string][]> => {
    const { out } = await run(['score', 'input.json'], panel(method))
    return (JSON.parse(out) as { ranking: { application: string; exact: string }[] }).ranking.map(({ application, exact }) => [application, exact])
  }

  it.each([
    ['sum', [['T', '822/1'], ['D', '788/1'], ['A', '777/1'], ['C', '776/1'], ['B', '741/1']]],
    ['mean', [['T', '137/1'], ['D', '394/3'], ['A', '259/2'], ['C', '388/3'], ['B', '247/2']]],
    ['trimmedMean', [['T', '275/2'], ['D', '131/1'], ['A', '519/4'], ['C', '259/2'], ['B', '123/1']]],
    ['rankSum', [['T', '15/2'], ['D', '17/1'], ['A', '19/1'], ['C', '39/2'], ['B', '27/1']]],
  ])('score ranks by %s', async (method, expected) => {
    expect(await ranking(method)).toEqual(expected)
  })

  it('score names the place of a score that is no number', async () => {
    const { code, out, err } = await run(['score', 'input.json'], { ...panel('sum'), scores: [{ reviewer: 'r1', application: 'T', total: '７５' }] })
    expect([code, out]).toEqual([1, ''])
    expect(err.split('\n')[0]).toMatch(/^input\.json:\d+:\d+ error fullWidthDigits "７５" is in full-width digits; write half-width ones\.$/)
  })

  it('says where a file is no JSON, and that a file is not there', async () => {
    expect(await run(['score', 'input.json'], '{ "criteria": [ }')).toMatchObject({ code: 1, out: '' })
    expect(await run(['score', 'none.json'])).toMatchObject({ code: 2, out: '' })
  })

  it.each([
    ['stop', 300_000, ['P1', 'P2', 'P3', 'P4', 'P5']],
    ['skip', 0, ['P1', 'P2', 'P3', 'P4', 'P5', 'P7']],
    ['reduce', 0, ['P1', 'P2', 'P3', 'P4', 'P5', 'P6']],
  ])('allocate divides a budget by %s', async (policy, left, ids) => {
    const items = [1_000_000, 1_000_000, 900_000, 1_000_000, 800_000, 700_000, 300_000].map((requested, i) => ({ id: `P${i + 1}`, rank: i + 1, requested, score: String(90 - i), minimum: 300_000 }))
    const { code, out } = await run(['allocate', 'input.json'], { budget: 5_000_000, policy, items })
    const result = JSON.parse(out) as { allocated: { id: string }[]; left: number }
    expect([code, result.left, result.allocated.map(({ id }) => id)]).toEqual([0, left, ids])
  })

  it('assign gives each application its reviewers, or the reasons why it cannot', async () => {
    const input = { perApplication: 2, applications: ['A', 'B'], reviewers: [{ id: 'r1' }, { id: 'r2' }], conflicts: [], affinity: [], seed: 1 }
    expect(JSON.parse((await run(['assign', 'input.json'], input)).out)).toMatchObject({ load: { min: 2, max: 2 } })
    const { code, out } = await run(['assign', 'input.json'], { ...input, conflicts: [{ reviewer: 'r1', application: 'A' }] })
    expect(code).toBe(1)
    expect((JSON.parse(out) as { infeasible: unknown[] }).infeasible.length).toBeGreaterThan(0)
  })

  it.each([
    [['--cost', '1234567', '--rate', '2/3'], '823000\n'],
    [['--cost', '1800000', '--rate', '2/3', '--cap', '1000000'], '1000000\n'],
    [['--cost', '900000', '--rate', '2/3', '--income', '500000'], '400000\n'],
  ])('amount %j', async (args, expected) => {
    expect(await run(['amount', ...args])).toEqual({ code: 0, out: expected, err: '' })
  })

  it('amount names the option that is no amount', async () => {
    expect(await run(['amount', '--cost', '1e309', '--rate', '2/3'])).toMatchObject({ code: 1, out: '' })
    expect((await run(['amount', '--cost', '-5', '--rate', '2/3'])).err).toMatch(/^--cost error /)
  })
})
