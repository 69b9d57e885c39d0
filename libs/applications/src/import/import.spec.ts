import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { Database } from '@saitaku/database'
import { Engine, publishProgramme, Registry } from '@saitaku/engine'
import { createTestDatabase, tidyProgramme, type TestDatabase } from '@saitaku/testkit'
import iconv from 'iconv-lite'
import { importApplications, importOrganisations, importReviewers, registerApplications, type ImportResult } from '../index.js'

const csv = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'))
const wrong = (result: ImportResult): [number, string, string][] => (result.ok ? [] : result.problems.map(({ row, column, message }) => [row, column, message.en]))

/** A workbook of one sheet with these cells: the parts that every spreadsheet writes, stored without compression. */
function workbook(rows: (string | number)[][]): Buffer {
  const cell = (value: string | number): string => (typeof value === 'number' ? `<c><v>${value >= 1e12 ? value.toExponential().replace('e+', 'E') : value}</v></c>` : `<c t="inlineStr"><is><t>${value}</t></is></c>`)
  const sheet = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows.map((row, r) => `<row r="${r + 1}">${row.map((value, c) => cell(value).replace('<c', `<c r="${'ABCDEFGH'[c]}${r + 1}"`)).join('')}</row>`).join('')}</sheetData></worksheet>`
  const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  return zip({
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>',
    '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${type}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${type}"><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${type}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': sheet,
  })
}

function zip(files: Record<string, string>): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt32LE(crc32(content), 10)
    fields.writeUInt32LE(content.length, 14)
    fields.writeUInt32LE(content.length, 18)
    fields.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), content])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, rest, Buffer.from(name)]))
    parts.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(listed.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, listed, Buffer.from('PK\x05\x06'), end])
}

describe('an import', () => {
  let server: TestDatabase
  let database: Database
  let engine: Engine
  let programme: string
  let call: string
  const clerk = randomUUID()

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 3 })
    const registry = new Registry()
    registerApplications(registry)
    engine = new Engine(database, registry)
    const published = await publishProgramme(database, tidyProgramme)
    if (!published.ok) throw new Error('the toy does not publish')
    programme = published.programme
    call = (await engine.create({ programme, chart: 'call', title: '募集', actor: { id: clerk, roles: ['secretariat'] } })).caseId
  })
  afterAll(async () => {
    await database.close()
    await server.close()
  })
  const names = async (): Promise<string[]> => (await database.query<{ name: string }>('SELECT name FROM organisation ORDER BY name')).map(({ name }) => name)

  describe('of organisations', () => {
    const rows = ['名称,フリガナ,法人番号,区', '緑の会,ミドリノカイ,7123456789012,川崎区', '"株式会社 髙橋",タカハシ,,"中原区"']

    it.each([
      ['UTF-8', csv(...rows)], ['UTF-8 with its mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), csv(...rows)])], ['Windows-31J', iconv.encode(rows.join('\r\n'), 'cp932')],
      ['XLSX', workbook([['名称', 'フリガナ', '法人番号', '区'], ['緑の会', 'ミドリノカイ', 7_123_456_789_012, '川崎区'], ['株式会社 髙橋', 'タカハシ', '', '中原区']])],
    ])('reads %s', async (_, content) => {
      expect(await importOrganisations(database, content, { dryRun: true })).toEqual({ ok: true, rows: 2, created: 2, known: 0, dryRun: true })
      expect(await names()).toEqual([])
    })

    it('enters all rows, knows those again that have a number, and writes nothing in a dry run', async () => {
      const before = await names()
      expect(await importOrganisations(database, csv(...rows), { dryRun: true })).toEqual({ ok: true, rows: 2, created: 2, known: 0, dryRun: true })
      expect(await names()).toEqual(before)
      expect(await importOrganisations(database, iconv.encode(rows.join('\r\n'), 'cp932'))).toEqual({ ok: true, rows: 2, created: 2, known: 0, dryRun: false })
      expect(await importOrganisations(database, csv(...rows.slice(0, 2)))).toEqual({ ok: true, rows: 1, created: 0, known: 1, dryRun: false })
      expect(await database.query('SELECT name, kana, corporate_number, ward FROM organisation ORDER BY kana')).toEqual([
        { name: '株式会社 髙橋', kana: 'タカハシ', corporate_number: null, ward: '中原区' }, { name: '緑の会', kana: 'ミドリノカイ', corporate_number: '7123456789012', ward: '川崎区' },
      ])
    })

    it('names each bad row with its column, and then enters none', async () => {
      const before = await names()
      const bad = csv('名称,法人番号,色', ',7123456789012,', '良い会,7123456789012,', '悪い会,1234567890123,', '同じ会,７１２３４５６７８９０１２,')
      expect(wrong(await importOrganisations(database, bad))).toEqual([
        [1, '色', 'there is no column of this name'], [2, '名称', 'it is empty'], [4, '法人番号', 'the check digit of the corporate number does not match'], [5, '法人番号', 'it stands in row 3 already'],
      ])
      expect(await names()).toEqual(before)
    })

    it.each<[string, Buffer, string]>([
      ['nothing', Buffer.alloc(0), 'The first row holds no headings'], ['no table', Buffer.from('\u0000\u0001\u0002'), 'This is neither CSV nor XLSX'], ['a heading twice', csv('名称,名称', 'a,b'), 'this heading stands twice'],
      ['no name', csv('区', '川崎区'), 'this column is needed'], ['half a workbook', workbook([['名称']]).subarray(0, 200), 'The XLSX file cannot be read'], ['an open quote', csv('名称', '"緑の会'), 'The CSV cannot be read'],
    ])('refuses %s with a sentence', async (_, content, sentence) => {
      expect(wrong(await importOrganisations(database, content))[0]?.[2]).toContain(sentence)
    })
  })

  it('of reviewers makes each person once, and a reviewer of the programme', async () => {
    const file = csv('氏名,氏名フリガナ,メール,言語', '審査 太郎,シンサ タロウ,taro@example.jp,', '審査 花子,,hanako@example.jp,en')
    expect(await importReviewers(database, programme, file)).toEqual({ ok: true, rows: 2, created: 2, known: 0, dryRun: false })
    expect(await importReviewers(database, programme, file)).toEqual({ ok: true, rows: 2, created: 0, known: 2, dryRun: false })
    expect(await database.query(`SELECT p.name, p.lang, g.role FROM person p JOIN role_grant g ON g.person_id = p.id WHERE g.programme = $1 ORDER BY p.email`, [programme])).toEqual([{ name: '審査 花子', lang: 'en', role: 'reviewer' }, { name: '審査 太郎', lang: 'ja', role: 'reviewer' }])
    expect(wrong(await importReviewers(database, programme, csv('氏名,メール,言語', '甲,a@example.jp,fr', '乙,A@example.jp,', '丙,x,', ',b@example.jp,')))).toEqual([
      [2, '言語', 'it is neither ja nor en'], [3, 'メール', 'it stands in row 2 already'], [4, 'メール', 'this is no e-mail address'], [5, '氏名', 'it is empty'],
    ])
  })

  it('of applications enters drafts with their answers, organisation and applicant, and a second time nothing', async () => {
    const file = csv('題名,名称,氏名,メール', '緑の教室,緑の会の友,申請 一郎,ichiro@example.jp', '川の清掃,,,')
    expect(await importApplications(engine, call, clerk, file, { dryRun: true, chart: 'application' })).toEqual({ ok: true, rows: 2, created: 2, known: 0, dryRun: true })
    expect(await importApplications(engine, call, clerk, file, { chart: 'application' })).toEqual({ ok: true, rows: 2, created: 2, known: 0, dryRun: false })
    expect(await importApplications(engine, call, clerk, file, { chart: 'application' })).toEqual({ ok: true, rows: 2, created: 0, known: 2, dryRun: false })
    const rows = await database.query('SELECT c.title, c.phase, o.name AS organisation, i.channel, i.reference, (SELECT p.name FROM case_party q JOIN person p ON p.id = q.person_id WHERE q.case_id = c.id) AS applicant FROM cases c JOIN case_intake i ON i.case_id = c.id LEFT JOIN organisation o ON o.id = c.organisation_id WHERE c.parent_id = $1 ORDER BY c.title', [call])
    expect(rows).toEqual([
      { title: '川の清掃', phase: 'preparing', organisation: null, channel: 'paper', reference: 'row 3', applicant: null }, { title: '緑の教室', phase: 'preparing', organisation: '緑の会の友', channel: 'paper', reference: 'row 2', applicant: '申請 一郎' },
    ])
    expect(wrong(await importApplications(engine, randomUUID(), clerk, file))).toEqual([[1, '', 'There is no such call']])
    expect(wrong(await importApplications(engine, call, clerk, csv('題名,氏名', ',申請者'), { chart: 'application' }))).toEqual([[2, 'メール', "the applicant's address is needed"], [2, '題名', 'it is empty']])
  })
})
