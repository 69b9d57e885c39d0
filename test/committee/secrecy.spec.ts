import { ApiService } from './api-service.js'
import { BLIND_PROGRAMME } from './panel-programme.js'
import { PanelYear } from './panel-year.js'

/** Everything that tells who applied, in the spellings in which it was written somewhere. */
const SECRETS = ['ミナト', 'みなと', '港川', '彩', 'minato', '6990001000101', '役員名簿', '東浜町']
const FIRST = {
  title: '(株)ミナトリサイクルの机づくり', requested: 900_000, applicant: '港川 彩', organisation: { name: '株式会社ミナトリサイクル', kana: 'カブシキガイシャミナトリサイクル', corporateNumber: '6990001000101' },
  answers: {
    summary: '株式会社ミナト リサイクルは、代表の港川彩が始めました。㈱ミナトリサイクル(法人番号 6990-0010-00101)の問合せは minatogawa@minato.example へ。住所は川崎市川崎区東浜町１－２－３です。',
    representative: '港川 彩', address: '川崎市川崎区東浜町1-2-3', attachment: [{ name: '港川_役員名簿.xlsx', size: 1200, sha256: 'ab'.repeat(32) }],
  },
}

describe('What a committee’s routes tell', () => {
  let year: PanelYear
  let api: ApiService

  afterEach(async () => {
    await api.stop()
    await year.end()
  })

  /** Reads every address with every id of the call in its place, as one person. */
  const everything = async (person: string, only?: string[]): Promise<{ path: string; status: number; text: string }[]> => {
    const routes = (await api.readable()).filter(({ path, tags }) => path.startsWith('/api/v1/') && (only === undefined || tags.some((tag) => only.includes(tag))))
    const places = routes.flatMap(({ path }) => [year.callId, ...year.applications].flatMap((id) => year.applications.map((application) => path.replace('{id}', id).replace('{application}', application).replace('{stage}', 'panel').replace('{person}', person).replace('{conflict}', id).replace('{decision}', '1'))))
    const paths = [...new Set(places)].filter((path) => !path.includes('{'))
    const found = [...paths, ...paths.filter((path) => path.endsWith('/ranking') || path.endsWith('/allocation')).map((path) => `${path}?provisional=true`)]
    return Promise.all(found.map(async (path) => {
      const { status, text } = await api.get(person, path)
      return { path, status, text }
    }))
  }

  it('does not tell a reviewer of a blind stage who applied, in any answer, from the first sheet to the decision', async () => {
    year = await PanelYear.begin({ files: BLIND_PROGRAMME, applications: [FIRST, { title: '森の学校', requested: 800_000 }] })
    api = await ApiService.start(year.url)
    await year.committee.assignments.assign(year.key, year.secretary, {})
    const reviewer = year.reviewers[0]?.id ?? ''
    const watch = async (): Promise<number> => {
      const read = await everything(reviewer, ['review', 'decision'])
      for (const { path, text } of read) for (const secret of SECRETS) if (text.normalize('NFKC').replaceAll(/[\s-]/g, '').toLowerCase().includes(secret.normalize('NFKC').replaceAll(/[\s-]/g, '').toLowerCase())) throw new Error(`${path} tells ${secret}: ${text.slice(0, 400)}`)
      return read.filter(({ status }) => status === 200).length
    }
    expect(await watch()).toBeGreaterThan(5)
    const sheet = await api.get(reviewer, `/api/v1/calls/${year.callId}/reviews/panel/${year.applications[0]}`)
    expect(sheet.body).toMatchObject({ blind: true, application: { organisation: null, title: '(株)■■の机づくり' } })
    expect((sheet.body.application as { forms: { answers: object }[] }).forms[0]?.answers).toEqual({
      summary: '■■は、代表の■■が始めました。㈱■■(法人番号 ■■)の問合せは ■■ へ。住所は■■です。', attachment: [{ name: 'file-1.xlsx', size: 1200 }],
    })
    await year.scoreAll([['5', 9], ['3', 5]])
    expect(await watch()).toBeGreaterThan(5)
    await year.send(year.chair, 'closeScoring')
    await year.settle()
    const seq = (await year.committee.decisions.draft(year.key, year.secretary)).seq ?? 0
    expect(await watch()).toBeGreaterThan(5)
    await year.committee.decisions.propose(year.key, year.chair, seq, '審議した。')
    expect(await watch()).toBeGreaterThan(5)
    // the chair judges as well; the office, which does not, knows whose application it is
    expect((await everything(year.chair.id, ['review', 'decision'])).filter(({ text }) => text.includes('ミナト'))).toEqual([])
    expect((await api.get(year.secretary.id, `/api/v1/calls/${year.callId}/ranking`)).text).toContain('株式会社ミナトリサイクル')
  })

  it('tells whoever is recused neither the application nor any of its scores, in any answer', async () => {
    year = await PanelYear.begin({ applications: [{ title: '川の学校', requested: 900_000 }, { title: '森の学校', requested: 800_000 }, { title: '海の学校', requested: 700_000 }], budget: 2_000_000 })
    api = await ApiService.start(year.url)
    await year.scoreAll([['5', 9], ['4', 8], ['3', 5]])
    const [recused] = year.reviewers
    const about = year.applications[1] ?? ''
    const mine = (await api.get(recused?.id ?? '', `/api/v1/calls/${year.callId}/reviews/panel/${about}`)).text
    expect(mine).toContain('28/1') // before: their own total
    const declared = await api.send(recused?.id ?? '', 'POST', `/api/v1/calls/${year.callId}/conflicts`, { application: about, reason: '役員をしています' })
    expect([declared.status, declared.body.state]).toEqual([201, 'confirmed'])
    await year.send(year.chair, 'closeScoring')
    await year.settle()
    await year.committee.deliberations.act(year.key, year.chair, { kind: 'conditionsSet', application: about, conditions: ['計画を直すこと'] })
    const seq = (await year.committee.decisions.draft(year.key, year.secretary)).seq ?? 0
    await year.committee.decisions.propose(year.key, year.chair, seq, '森の学校は28点だった。')

    const read = await everything(recused?.id ?? '')
    const leaks = read.filter(({ text }) => ['森の学校', '28/1', '28.00', '計画を直すこと', '28点'].some((secret) => text.includes(secret)))
    expect(leaks.map(({ path }) => path.replaceAll(/[0-9a-f-]{36}/g, (id) => (id === year.callId ? 'CALL' : year.applications.includes(id) ? 'APPLICATION' : id)))).toEqual(['/api/v1/reviews', '/api/v1/calls/CALL/reviews'])
    // their own list names what they are recused from, and nothing of it
    expect((JSON.parse(leaks[0]?.text ?? '{}') as { items: { application: { title: string }; state: string; total: string | null }[] }).items.filter(({ application }) => application.title === '森の学校').map(({ state, total }) => [state, total])).toEqual([['recused', null]])
    const ranking = (await api.get(recused?.id ?? '', `/api/v1/calls/${year.callId}/ranking`)).body as { rows: { rank: number; application: { title: string } }[] }
    expect(ranking.rows.map(({ rank, application }) => [rank, application.title])).toEqual([[1, '川の学校'], [2, '海の学校']])
    const others = (await api.get(year.chair.id, `/api/v1/calls/${year.callId}/ranking`)).body as { rows: { exact: string; application: { title: string } }[]; committee: { withdrawn: object[] } }
    expect(others.rows.map(({ exact, application }) => [exact, application.title])).toEqual([['33/1', '川の学校'], ['28/1', '森の学校'], ['19/1', '海の学校']])
    expect(await year.database.query(`SELECT state, total FROM score_sheet WHERE application_id = $1 AND reviewer_id = $2`, [about, recused?.id])).toEqual([{ state: 'sealed', total: '28/1' }]) // on record, sealed
  })
})

describe('Until its publication', () => {
  it('a decision changes nothing that an applicant can observe, in any answer, list, count, history or mail', async () => {
    const year = await PanelYear.begin({ applications: [{ title: '川の学校', requested: 900_000 }, { title: '森の学校', requested: 800_000 }, { title: '海の学校', requested: 700_000 }, { title: '空の学校', requested: 600_000 }], budget: 1_800_000 })
    const api = await ApiService.start(year.url)
    try {
      await year.scoreAll([['5', 9], ['4', 8], ['3', 7], ['2', 2]])
      const addresses = [...new Set((await api.readable()).filter(({ path }) => path.startsWith('/api/v1/')).flatMap(({ path }) => [year.callId, ...year.applications].map((id) => path.replace('{id}', id).replace('{application}', id).replace('{stage}', 'panel').replace('{name}', year.programme).replace('{number}', '1'))))].filter((path) => !path.includes('{'))
      const asSeen = async (person: string): Promise<string[]> => {
        const answers = await Promise.all(addresses.map(async (path) => {
          const { status, etag, text } = await api.get(person, path)
          return `${path} ${status} ${etag ?? ''} ${text}`
        }))
        const mails = await year.database.query<{ line: string }>(`SELECT concat_ws(' ', template, subject, body_text) AS line FROM notice WHERE person_id = $1 ORDER BY id`, [person])
        return [...answers, ...mails.map(({ line }) => line)]
      }
      // one who is adopted on conditions, and one who is not
      const everyone = (): Promise<string[][]> => Promise.all([year.applicants[1] ?? '', year.applicants[3] ?? ''].map(asSeen))
      const before = await everyone()
      expect(before[0]?.filter((line) => line.includes('森の学校')).length).toBeGreaterThan(2) // the watch does see what is theirs
      expect(before[0]?.filter((line) => line.includes('川の学校'))).toEqual([])
      const { decisions, deliberations } = year.committee
      const first = async (): Promise<number> => (await decisions.draft(year.key, year.secretary)).seq ?? 0
      let seq = 0
      const steps: [string, () => Promise<unknown>][] = [
        ['scoring is closed', () => year.send(year.chair, 'closeScoring')],
        ['the panel meets', () => deliberations.act(year.key, year.chair, { kind: 'meetingOpened', title: '審査委員会', agenda: [] })],
        ['conditions are set', () => deliberations.act(year.key, year.chair, { kind: 'conditionsSet', application: year.applications[1] ?? '', conditions: ['計画を直すこと'] })],
        ['a decision is drafted', async () => { seq = await first() }],
        ['it is proposed', () => decisions.propose(year.key, year.chair, seq, '審議した。')],
        ['it is sent back', () => decisions.move(year.key, year.head, 'sendBack', '再考のこと')],
        ['it is drafted and proposed again', async () => decisions.propose(year.key, year.chair, (seq = await first()), '再び審議した。')],
        ['it is approved once', () => decisions.approve(year.key, year.head, seq)],
        ['it is approved', () => decisions.approve(year.key, year.director, seq)],
        ['it is taken back', () => decisions.move(year.key, year.director, 'withdraw', '誤りのため')],
        ['it is decided again', async () => {
          await decisions.propose(year.key, year.chair, (seq = await first()), '三たび審議した。')
          await decisions.approve(year.key, year.head, seq)
          await decisions.approve(year.key, year.director, seq)
        }],
      ]
      for (const [step, take] of steps) {
        await take()
        await year.settle()
        const after = await everyone()
        after.forEach((seen, i) => expect({ step, applicant: i, changed: seen.filter((line, n) => line !== before[i]?.[n]) }).toEqual({ step, applicant: i, changed: [] }))
      }
      await decisions.move(year.key, year.secretary, 'publish')
      await year.settle()
      const published = await everyone()
      expect(published.map((seen, i) => seen.length > (before[i]?.length ?? 0))).toEqual([true, true]) // each has a mail now
      expect((await api.get(year.applicants[1] ?? '', `/api/v1/applications/${year.applications[1]}`)).body.publicStatus).toBe('conditional')
    } finally {
      await api.stop()
      await year.end()
    }
  })
})
