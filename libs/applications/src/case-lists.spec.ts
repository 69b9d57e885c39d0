import { randomUUID } from 'node:crypto'
import { jest } from '@jest/globals'
import { applicationsQuery, type ApplicationItem } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { Engine, publishProgramme, Registry } from '@saitaku/engine'
import { createTestDatabase, tidyProgramme, type TestDatabase } from '@saitaku/testkit'
import { BadCursor, CaseLists, CaseViews, createOrganisation, createPerson, grantRole, registerApplications, type Page, type Viewer } from './index.js'

const MANY = process.env.SAITAKU_LONG === '1' ? 1_000_000 : 20_000

describe('lists of applications', () => {
  let server: TestDatabase
  let database: Database
  let lists: CaseLists
  let programme: string
  let versionId: number
  const everyone: Viewer = { personId: randomUUID(), roles: ['secretariat'] }

  beforeAll(async () => {
    server = await createTestDatabase()
    database = await Database.connect({ url: server.url, poolSize: 3 })
    const registry = new Registry()
    registerApplications(registry)
    const engine = new Engine(database, registry)
    const published = await publishProgramme(database, tidyProgramme)
    if (!published.ok) throw new Error(JSON.stringify(published.problems))
    programme = published.programme
    versionId = (await database.query<{ id: number }>('SELECT id FROM programme_version'))[0]?.id ?? 0
    lists = new CaseLists(engine, new CaseViews(engine))
  })
  afterAll(async () => {
    await database.close()
    await server.close()
  })

  /** Rows as the engine would write them, many at once. */
  async function fill(call: string, count: number, organisations: (string | null)[], titles: string[]): Promise<void> {
    await database.query(
      `INSERT INTO cases (id, programme, chart, began_version_id, version_id, parent_id, organisation_id, title, state, version, head, number, states, phase, public_status, turn, tags, done, created_at, moved_at, updated_at)
       SELECT gen_random_uuid(), $1, 'application', $2, $2, $3, ($4::uuid[])[1 + i % cardinality($4::uuid[])], ($5::text[])[1 + i % cardinality($5::text[])], '{"at":"x","attributes":{},"approvals":{},"actors":{}}', 1, '\\x00',
         CASE WHEN i % 10 > 0 THEN 'R8-' || lpad(i::text, 7, '0') END, ARRAY['submitted.screening'], CASE WHEN i % 10 = 0 THEN 'preparing' WHEN i % 10 < 4 THEN 'submitted' ELSE 'judged' END,
         'checking', 'secretariat', ARRAY['submitted'], false, timestamptz '2026-06-01' + i * interval '1 second', now(), now() FROM generate_series(1, $6::int) i`,
      [programme, versionId, call, organisations, titles, count])
  }

  const ask = (query: object, viewer: Viewer = everyone): Promise<Page<ApplicationItem>> => lists.applications(viewer, applicationsQuery.parse(query))

  describe('a search', () => {
    const call = randomUUID()
    beforeAll(async () => {
      const green = await createOrganisation(database, { name: '株式会社みどりﾃﾞﾝｷ', kana: 'ミドリデンキ', corporateNumber: '7123456789012' })
      const river = await createOrganisation(database, { name: 'ＮＰＯ法人 多摩川の会', kana: 'タマガワノカイ' })
      await fill(call, 3, [green, river, null], ['環境教室', '髙橋さんの発電', 'Solar for Schools'])
    })
    const titles = async (q: string): Promise<string[]> => (await ask({ call, q })).items.map(({ title }) => title).sort()

    it.each([
      ['環境', ['環境教室']], ['境教', ['環境教室']], ['教', ['環境教室']], ['環教', []], ['SOLAR', ['Solar for Schools']], ['ｓｏｌａｒ　schools', ['Solar for Schools']], ['髙橋', ['髙橋さんの発電']],
      ['みどりでんき', ['環境教室']], ['ミドリ デンキ', ['環境教室']], ['7123456789012', ['環境教室']], ['NPO 多摩川', ['髙橋さんの発電']], ['多摩川 発電', ['髙橋さんの発電']], ['多摩川 環境', []], ['R8-0000002', ['Solar for Schools']], ['%', []], ["'; DROP TABLE cases", []], ['_', []],
    ] as [string, string[]][])('for %s finds %j', async (q, found) => {
      expect(await titles(q)).toEqual(found)
    })

    it('follows an organisation that is called otherwise now', async () => {
      await database.query(`UPDATE organisation SET name = '改名した会' WHERE name LIKE '%多摩川%'`)
      expect([await titles('改名'), await titles('多摩川'), await titles('たまがわ')]).toEqual([['髙橋さんの発電'], [], ['髙橋さんの発電']])
    })
  })

  describe('an order', () => {
    const call = randomUUID()
    beforeAll(() => fill(call, 25, [null], ['題名']))

    it.each(['createdAt', '-createdAt', 'number', '-number', undefined] as const)('by %s gives each row once, page by page', async (sort) => {
      const seen: ApplicationItem[] = []
      let after: string | undefined
      do {
        const page: Page<ApplicationItem> = await ask({ call, limit: '4', ...(sort ? { sort } : {}), ...(after === undefined ? {} : { after }) })
        expect(page.items.length).toBeLessThanOrEqual(4)
        seen.push(...page.items)
        after = page.next ?? undefined
      } while (after !== undefined)
      const keys = seen.map((item) => (sort === undefined ? item.id : sort.endsWith('number') ? (item.number ?? '') : item.createdAt))
      const sorted = [...keys].sort()
      expect(keys).toEqual(sort?.startsWith('-') ? sorted.reverse() : sorted)
      expect(new Set(seen.map(({ id }) => id)).size).toBe(sort?.endsWith('number') ? 23 : 25) // drafts have no number
    })

    it('takes no place that another order gave, and none that was made up', async () => {
      const { next } = await ask({ call, limit: '4', sort: 'createdAt' })
      for (const query of [{ after: next ?? '' }, { after: 'x', sort: 'createdAt' }, { after: randomUUID(), sort: 'number', call }, { after: `${randomUUID()}~AA` }]) await expect(ask({ call, ...query })).rejects.toBeInstanceOf(BadCursor)
    })
  })

  describe('who looks', () => {
    const call = randomUUID()
    beforeAll(() => fill(call, 10, [null], ['題名']))

    it('decides what a filter may use', async () => {
      const reviewer = { personId: randomUUID(), roles: ['reviewer'] }
      expect((await ask({ call, phase: 'judged' })).items).toHaveLength(6)
      expect((await ask({ call, state: 'submitted.screening', turn: 'secretariat' })).items).toHaveLength(10)
      for (const query of [{ phase: 'judged' }, { state: 'submitted.screening' }, { turn: 'secretariat' }, { q: '題名' }]) expect((await ask({ call, ...query }, reviewer)).items).toEqual([])
      expect((await ask({ call }, reviewer)).items.map(({ title, organisation, phase }) => [title, organisation, phase])).toEqual(Array(9).fill(['', null, undefined]))
    })

    it('sees their own alone where they ask for them', async () => {
      const clerk = await createPerson(database, { name: '職員', email: 'clerk@example.jp' })
      await grantRole(database, clerk, programme, 'secretariat')
      const { items } = await ask({ call }, { personId: clerk, roles: [] })
      await database.query(`INSERT INTO case_party (case_id, person_id, role) VALUES ($1, $2, 'applicant')`, [items[0]?.id, clerk])
      expect([items.length, (await ask({ call, mine: 'true' }, { personId: clerk, roles: [] })).items.map(({ id }) => id)]).toEqual([10, [items[0]?.id]])
    })
  })

  it(`over ${MANY} cases reads by an index whatever is filtered, sorted and searched, on page 1,000 too`, async () => {
    const call = randomUUID()
    const person = await createPerson(database, { name: '申請者', email: 'many@example.jp' })
    const organisation = await createOrganisation(database, { name: '大勢の会' })
    const each = MANY / 10
    for (let n = 0; n < 10; n++) await fill(n === 0 ? call : randomUUID(), each, [organisation, null, null, null, null], ['環境教室', '太陽の発電', '川の清掃', '里山の再生', '食品の配布'])
    await database.query(`INSERT INTO case_party (case_id, person_id, role) SELECT id, $1, 'applicant' FROM cases WHERE parent_id = $2 ORDER BY id LIMIT 20`, [person, call])
    const owner = await Database.connect({ url: server.url, poolSize: 1, asOwner: true })
    await owner.query('VACUUM ANALYZE')
    await owner.close()
    const deep = (await database.query<{ id: string; at: Date }>('SELECT id, created_at AS at FROM cases WHERE parent_id = $1 ORDER BY created_at, id OFFSET $2 LIMIT 1', [call, each / 2]))[0]
    const after = `${deep?.id ?? ''}~${Buffer.from(deep?.at.toISOString() ?? '').toString('base64url')}`
    const applicant = { personId: person, roles: [] }
    const queries: [object, Viewer][] = [
      [{}, everyone], [{ sort: 'createdAt' }, everyone], [{ sort: '-createdAt', q: '川の清掃' }, everyone], [{ call, sort: '-number' }, everyone],
      [{}, applicant], [{ sort: '-createdAt' }, applicant], [{ q: '環境' }, applicant],
      ...[{ programme }, { call }].flatMap((place): [object, Viewer][] =>
        [{}, { phase: 'judged', chart: 'application' }, { sort: 'createdAt' }, { sort: '-createdAt', phase: 'submitted' }, { sort: 'createdAt', after }, { q: '環境', sort: 'createdAt' }, { q: '無い言葉' }, { organisation, sort: 'createdAt' }, { publicStatus: 'checking', done: 'false' }]
          .map((query) => [{ ...place, ...query }, everyone])),
    ]
    const spy = jest.spyOn(database, 'query')
    const scanned: unknown[] = []
    for (const [query, viewer] of queries) {
      spy.mockClear()
      await ask(query, viewer)
      const [text, values] = spy.mock.calls.find(([sql]) => sql.includes('FROM cases c')) ?? ['', []]
      const client = await database.pool.connect()
      try {
        const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: object }] }>(`EXPLAIN (FORMAT JSON) ${text}`, values as unknown[])
        const plan = rows[0]?.['QUERY PLAN'][0]
        const scans = [...JSON.stringify(plan).matchAll(/"Node Type":"Seq Scan"[^{}]*?"Relation Name":"(cases|case_search|case_party|timer|form_revision)"/g)].map((match) => match[1])
        if (scans.includes('cases') || scans.includes('case_search')) scanned.push([query, scans, JSON.stringify(plan).slice(0, 1500)])
      } finally {
        client.release()
      }
    }
    spy.mockRestore()
    expect(scanned).toEqual([])
  }, process.env.SAITAKU_LONG === '1' ? 900_000 : 60_000)
})
