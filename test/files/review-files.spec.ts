import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '@saitaku/database'
import { ApiService } from '../committee/api-service.js'
import { BLIND_PROGRAMME } from '../committee/panel-programme.js'
import { PanelYear } from '../committee/panel-year.js'
import { sha256, zip } from './sample-files.js'

describe('a file in a blind stage', () => {
  let folder: string
  let year: PanelYear
  let api: ApiService
  let database: Database
  const bytes = zip([{ name: '[Content_Types].xml', content: '<Types/>' }, { name: 'xl/workbook.xml', content: '<workbook/>' }])
  const before = process.env.DATA_DIR

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'saitaku-blind-'))
    process.env.DATA_DIR = folder
    year = await PanelYear.begin({
      files: BLIND_PROGRAMME, applications: [{
        title: '机づくり', requested: 900_000, applicant: '港川 彩', organisation: { name: '株式会社ミナトリサイクル' },
        answers: { summary: '机を作ります。', representative: '港川 彩', address: '川崎市', attachment: [{ name: '港川_役員名簿.xlsx', size: bytes.length, sha256: sha256(bytes) }] },
      }],
    })
    api = await ApiService.start(year.url)
    database = await Database.connect({ url: year.url, poolSize: 2 })
    await year.committee.assignments.assign(year.key, year.secretary, {})
    const id = randomUUID()
    await mkdir(join(folder, 'files'), { recursive: true })
    await writeFile(join(folder, 'files', id), bytes)
    const [form] = await database.query<{ form: string }>('SELECT form FROM form_revision WHERE case_id = $1', [year.applications[0]])
    await database.query(
      `INSERT INTO attachment (id, case_id, form, field, name, size, state, media_type, sha256, uploaded_by) VALUES ($1, $2, $3, 'attachment', '港川_役員名簿.xlsx', $4, 'ready', $5, $6, $7)`,
      [id, year.applications[0], form?.form, bytes.length, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', sha256(bytes), randomUUID()])
  })
  afterAll(async () => {
    if (before === undefined) delete process.env.DATA_DIR
    else process.env.DATA_DIR = before
    await database?.close()
    await api?.stop()
    await year?.end()
    await rm(folder, { recursive: true, force: true })
  })

  const download = async (person: string, place: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${api.url}/api/v1/calls/${year.callId}/reviews/panel/${year.applications[0]}/files/${place}`, { headers: { 'x-dev-identity': JSON.stringify({ person }), ...headers } })

  it('reaches its reviewer without the name under which it came and without its sum', async () => {
    const reviewer = year.reviewers[0]?.id ?? ''
    const sheet = (await api.get(reviewer, `/api/v1/calls/${year.callId}/reviews/panel/${year.applications[0]}`)).body as { application: { forms: { name: string }[] } }
    const form = sheet.application.forms[0]?.name ?? ''
    const got = await download(reviewer, `${form}/attachment/0`)
    expect([got.status, got.headers.get('content-disposition'), got.headers.get('etag'), got.headers.get('cache-control')]).toEqual([200, `attachment; filename="file-1.xlsx"; filename*=UTF-8''file-1.xlsx`, null, 'private, no-store'])
    expect(sha256(Buffer.from(await got.arrayBuffer()))).toBe(sha256(bytes))
    // whoever holds the same file cannot ask whether it is this one
    expect((await download(reviewer, `${form}/attachment/0`, { 'if-none-match': `"${sha256(bytes)}"` })).status).toBe(200)
    for (const place of [`${form}/attachment/1`, `${form}/representative/0`, `${form}/summary/0`, `${form}/__proto__/0`, `other/attachment/0`, `${form}/attachment/x`]) expect([place, (await download(reviewer, place)).status]).toEqual([place, 404])
    expect((await download(randomUUID(), `${form}/attachment/0`)).status).toBe(403)
  })
})
