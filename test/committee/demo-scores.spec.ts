import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Database } from '@saitaku/database'
import { createTestDatabase } from '@saitaku/testkit'
import { parse, stringify } from 'yaml'
import { runDemo } from '../../apps/cli/src/demo/run-demo.js'

const WORKFLOWS = path.resolve(import.meta.dirname, '../../workflows')

interface DemoYaml {
  endsAt: string
  calls: { attributes: Record<string, unknown>; events: { at: string }[] }[]
  applications: { title: string; events: { at: string }[] }[]
}

/** Lives through the beginning of a programme's year, with other inputs, and gives what each application's applicant sees at the end of it. */
async function livedThrough(programme: string, until: string, { demo = () => undefined, sheets = (text: string) => text }: { demo?: (year: DemoYaml) => void; sheets?: (text: string) => string } = {}): Promise<Record<string, string>> {
  const dir = await mkdtemp(path.join(tmpdir(), 'demo-scores-'))
  const server = await createTestDatabase()
  try {
    await cp(path.join(WORKFLOWS, programme), path.join(dir, programme), { recursive: true })
    const file = path.join(dir, programme, 'demo/demo.yaml')
    const year = parse(await readFile(file, 'utf8')) as DemoYaml
    // what people did after the results depends on them
    for (const one of [...year.calls, ...year.applications]) one.events = one.events.filter(({ at }) => at < until)
    year.endsAt = until
    demo(year)
    await writeFile(file, stringify(year))
    const csv = path.join(dir, programme, 'demo/sheets.csv')
    await writeFile(csv, sheets(await readFile(csv, 'utf8')))
    const report = await runDemo({ databaseUrl: server.url, workflowsDir: dir, programmes: [programme] })
    expect({ audit: report.audit, invariants: report.invariants }).toEqual({ audit: 'ok', invariants: [] })
    return await outcomes(server.url)
  } finally {
    await server.close()
    await rm(dir, { recursive: true, force: true })
  }
}

async function outcomes(url: string): Promise<Record<string, string>> {
  const database = await Database.connect({ url, poolSize: 1 })
  try {
    const rows = await database.query<{ title: string; outcome: string }>(
      `SELECT title, concat_ws(' ', public_status, state->'attributes'->>'prize', state->'attributes'->>'reserveRank') AS outcome FROM cases WHERE parent_id IS NOT NULL ORDER BY title`)
    return Object.fromEntries(rows.map(({ title, outcome }) => [title, outcome]))
  } finally {
    await database.close()
  }
}

/** Gives one application's sheets to another and the other's to it. */
const exchanged = (stage: string, a: string, b: string) => (text: string): string =>
  text.split('\n').map((line) => {
    const cells = line.split(',')
    if (cells[0] !== stage) return line
    if (cells[2] === a) cells[2] = b
    else if (cells[2] === b) cells[2] = a
    return cells.join(',')
  }).join('\n')

describe('In the demo year', () => {
  const ADOPTED = ['adopted', 'conditional']
  const RESULTS = '2023-08-22T00:00'
  const numberOf = (found: Record<string, string>, kinds: string[]): number => Object.values(found).filter((outcome) => kinds.includes(outcome)).length

  it('the 8 of the subsidy follow from the sheets and the budget: exchanged sheets exchange the outcomes, half the budget adopts half as many', async () => {
    const asScored = await livedThrough('model-project-subsidy', RESULTS)
    expect(numberOf(asScored, ADOPTED)).toBe(8)
    expect([asScored['町工場の端材でつくる防災家具'], asScored['集合住宅のベランダ太陽光の共同購入']]).toEqual(['adopted', 'notAdopted'])
    expect([asScored['古着を染め直す循環の仕組みづくり'], asScored['子ども食堂をつなぐ配食の地図'], asScored['里山の間伐材で焼く炭と防災訓練']]).toEqual(['reserve 1', 'reserve 2', 'conditional'])

    const swapped = await livedThrough('model-project-subsidy', RESULTS, { sheets: exchanged('stage1', 'a02', 'a11') })
    expect(swapped).toEqual({ ...asScored, 町工場の端材でつくる防災家具: 'notAdopted', 集合住宅のベランダ太陽光の共同購入: 'adopted' })

    const half = await livedThrough('model-project-subsidy', RESULTS, { demo: ({ calls }) => { for (const { attributes } of calls) attributes.budget = 4_000_000 } })
    expect(numberOf(half, ADOPTED)).toBe(4)
    expect(Object.entries(half).filter(([, outcome]) => ADOPTED.includes(outcome)).map(([title]) => asScored[title])).toEqual(['adopted', 'adopted', 'adopted', 'adopted'])
  })

  it('the prizes of the award follow from the sheets: exchanged sheets of the finals exchange the grand prize', async () => {
    const CEREMONY = '2024-02-11T00:00'
    const asScored = await livedThrough('sdgs-award', CEREMONY)
    expect(Object.values(asScored).filter((outcome) => outcome.startsWith('winner')).sort()).toEqual(['winner excellencePrize', 'winner excellencePrize', 'winner grandPrize', 'winner specialPrize', 'winner specialPrize'])
    expect([asScored['子どもが続ける多摩川の水しらべ'], asScored['社員3人の町工場の再エネ100%']]).toEqual(['winner grandPrize', 'notChosen'])
    const swapped = await livedThrough('sdgs-award', CEREMONY, { sheets: exchanged('presentations', 'w01', 'w06') })
    expect(swapped).toEqual({ ...asScored, 子どもが続ける多摩川の水しらべ: 'notChosen', '社員3人の町工場の再エネ100%': 'winner grandPrize' })
  })
})
