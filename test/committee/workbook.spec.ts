import writeXlsxFile, { type Row } from 'write-excel-file/node'
import { readSheet } from 'read-excel-file/node'
import { PanelYear } from './panel-year.js'

type Cells = (string | number | null)[][]

describe('A workbook of score sheets', () => {
  let year: PanelYear
  const reviewer = (): { id: string; roles: readonly string[] } => year.reviewers[0] ?? year.chair
  const out = async (): Promise<Cells> => (await readSheet(await year.committee.workbooks.write(year.key, reviewer(), 'en'))) as Cells
  const file = (cells: Cells): Promise<Buffer> => writeXlsxFile(cells.map((row): Row => row.map((value) => (typeof value === 'number' ? { type: Number, value } : { type: String, value: value ?? '' })))).toBuffer()
  const problems = async (cells: Cells): Promise<string[][]> => (await year.committee.workbooks.read(year.key, reviewer(), await file(cells), { dryRun: true })).problems.map(({ pointer, code }) => [pointer, code])
  /** Fills in both lines. */
  const filled = async (): Promise<Cells> => {
    const cells = await out()
    for (const [i, [need, effect]] of [['4', 7], ['5', 10]].entries()) {
      const line = cells[i + 2]
      if (line) [line[3], line[5], line[7]] = [need ?? null, effect ?? null, '=1+1']
    }
    return cells
  }

  beforeEach(async () => {
    year = await PanelYear.begin({ applications: [{ title: '=HYPERLINK("http://x.example")', requested: 900_000 }, { title: '森の学校', requested: 800_000 }] })
    await year.committee.assignments.assign(year.key, year.secretary, {})
  })
  afterEach(() => year.end())

  it('goes out with what is saved, as text, and comes in again', async () => {
    await year.committee.sheets.save({ ...year.key, applicationId: year.applications[1] ?? '', reviewerId: reviewer().id }, { points: { need: '3' }, note: '途中' })
    const cells = await out()
    expect(cells.slice(0, 2)).toEqual([['ID', 'Receipt number', 'Application', 'Need (1/2/3/4/5)', 'Need comment', 'Effect (0–10)', 'Effect comment', 'Remarks'], ['application', 'number', 'title', 'need', 'need.comment', 'effect', 'effect.comment', 'note']])
    expect(cells.slice(2).map(([, , title, need, , effect, , note]) => [title, need, effect, note]).sort()).toEqual([['=HYPERLINK("http://x.example")', null, null, null], ['森の学校', '3', null, '途中']].sort())
    const dry = await year.committee.workbooks.read(year.key, reviewer(), await file(await filled()), { dryRun: true })
    expect(dry).toMatchObject({ problems: [], written: false, ready: [{ line: 3, total: '26/1' }, { line: 4, total: '35/1' }] })
    expect(await year.database.query(`SELECT 1 FROM score_sheet WHERE state = 'submitted'`)).toEqual([])
    expect(await year.committee.workbooks.read(year.key, reviewer(), await file(await filled()))).toMatchObject({ written: true })
    expect(await year.database.query(`SELECT state, total, note FROM score_sheet WHERE reviewer_id = $1 ORDER BY total`, [reviewer().id])).toEqual([{ state: 'submitted', total: '26/1', note: '=1+1' }, { state: 'submitted', total: '35/1', note: '=1+1' }])
    expect(await problems(await filled())).toEqual([['/3/application', 'submitted'], ['/4/application', 'submitted']])
  })

  it('is refused line by line and column by column, and then nothing of it is taken', async () => {
    const change = async (edit: (cells: Cells) => void): Promise<string[][]> => {
      const cells = await filled()
      edit(cells)
      return problems(cells)
    }
    const set = (line: number, column: number, value: string | number | null) => (cells: Cells): void => { const row = cells[line]; if (row) row[column] = value }
    expect(await change((cells) => { cells.push([...(cells[2] ?? [])]) })).toEqual([['/5/application', 'duplicateId']])
    expect(await change(set(2, 0, year.callId))).toEqual([['/3/application', 'notAssigned']])
    expect(await change(set(2, 3, '６'))).toEqual([['/3/need', 'fullWidthDigits']])
    expect(await change(set(3, 5, 11))).toEqual([['/4/effect', 'offScale']])
    expect(await change(set(3, 3, null))).toEqual([['/4/need', 'missingPoints']])
    expect(await change(set(2, 3, '1'))).toEqual([['/3/need.comment', 'commentRequired']])
    expect(await change(set(1, 3, 'charm'))).toEqual([['/2/need', 'missing'], ['/2/charm', 'unknownKey']])
    const wrong = await filled()
    set(3, 5, 11)(wrong)
    const refused = await year.committee.workbooks.read(year.key, reviewer(), await file(wrong)).then(() => null, (error: { code: string; problems: { message: { ja: string } }[] }) => [error.code, error.problems[0]?.message.ja])
    expect(refused).toEqual(['badInput', '4行目: 「11」は審査項目「effect」の尺度にありません(0–10 / 1)。'])
    expect(await year.database.query('SELECT 1 FROM score_sheet')).toEqual([])
  })

  it('that is none, is empty, or would unpack without end is refused', async () => {
    const code = (content: Buffer): Promise<string> => year.committee.workbooks.read(year.key, reviewer(), content).then(() => 'taken', (error: { code?: string; message: string }) => error.message)
    const small = await file([['x']])
    const bomb = Buffer.from(small)
    bomb.writeUInt32LE(4_000_000_000, bomb.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02])) + 24)
    expect([await code(Buffer.from('no workbook')), await code(Buffer.alloc(0)), await code(small.subarray(0, small.length - 30)), await code(bomb)]).toEqual([
      'The file is no workbook (.xlsx) that can be read', 'The file is no workbook (.xlsx) that can be read', 'The file is no workbook (.xlsx) that can be read', 'The workbook is too large'])
    expect(await code(await file(await out()))).toBe('No line of the workbook has a score')
  })
})
