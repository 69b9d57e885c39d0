import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkProgramme, type ProgrammeDefinition, type ProgrammeFiles } from '@saitaku/statechart'
import type { OutboxRow } from '@saitaku/engine'
import { templateContext, type NoticeCase } from './notice-context.js'
import { NoticeTemplates, type Lang } from './templates.js'

const WORKFLOWS = join(import.meta.dirname, '../../../workflows')
const around = { baseUrl: 'https://apply.example', officeName: '事務局' }

/** Where a template is used: the chart that sends it, and whether a deadline or a document goes with it. */
interface Use {
  chart: string
  deadline: boolean
  document: boolean
}

function files(folder: string): ProgrammeFiles {
  const read = (path: string): [string, string] => [path, readFileSync(join(folder, path), 'utf8')]
  const notices = readdirSync(join(folder, 'notices')).map((name) => `notices/${name}`)
  return Object.fromEntries([...['programme.yaml', 'form.yaml', 'rubric.yaml'].filter((name) => readdirSync(folder).includes(name)), ...notices].map(read))
}

function* uses(node: unknown, chart: string, underAfter: boolean): Generator<[string, Use]> {
  if (node === null || typeof node !== 'object') return
  for (const [key, value] of Object.entries(node)) {
    const params = value as { template?: string; attach?: string }
    if (key === 'notify' && params.template !== undefined) yield [params.template, { chart, deadline: underAfter, document: params.attach !== undefined }]
    if (key === 'issueDocument' && params.template !== undefined) yield [params.template, { chart, deadline: underAfter, document: true }]
    // what a state does on entry knows of no deadline, wherever it was entered from
    yield* uses(value, chart, key === 'entry' || key === 'exit' || key === 'on' || key === 'always' ? false : underAfter || key === 'after')
  }
}

function usesOf(definition: ProgrammeDefinition): [string, Use][] {
  const charts = Object.keys(definition.charts)
  const reminders = Object.entries(definition.deadlines).flatMap(([name, { remind }]): [string, Use][] =>
    remind ? charts.filter((chart) => JSON.stringify(definition.charts[chart]).includes(`"${name}":`)).map((chart) => [remind.template, { chart, deadline: true, document: false }]) : [])
  const approvals = Object.entries(definition.approvals).flatMap(([name, { notify }]): [string, Use][] =>
    notify === undefined ? [] : charts.filter((chart) => JSON.stringify(definition.charts[chart]).includes(`"approvals":"${name}"`)).map((chart) => [notify, { chart, deadline: false, document: false }]))
  return [...charts.flatMap((chart) => [...uses(definition.charts[chart], chart, false)]), ...reminders, ...approvals]
}

describe.each(readdirSync(WORKFLOWS).filter((name) => readdirSync(join(WORKFLOWS, name)).includes('notices')))('The notices of %s', (name) => {
  const { programme } = checkProgramme(files(join(WORKFLOWS, name)))
  const definition = programme?.definition as ProgrammeDefinition
  const templates = new NoticeTemplates(definition)

  const context = ({ chart, deadline, document }: Use, lang: Lang): ReturnType<typeof templateContext> => {
    const holder = definition.charts[chart]?.childOf
    const subject: NoticeCase = {
      id: 'id', version: { definition, templates }, chart, title: '件名', publicStatus: null, attributes: {},
      parent: holder === undefined ? null : { chart: holder, title: '募集', attributes: {} }, organisation: null, people: [],
    }
    const row: OutboxRow = {
      id: '1', caseId: 'id', seq: 1, topic: 'notify', at: new Date('2026-06-01T00:00:00Z'), generation: 1,
      payload: { cause: { type: 'e', data: {} }, ...(deadline ? { deadline: { name: 'd', label: null, dueAt: '2026-06-01T00:00:00+09:00' } } : {}) },
    }
    return { ...templateContext(subject, row, lang, { name: '氏名' }, around), ...(document ? { document: { number: '第1号', title: '通知書', issuedAt: row.at } } : {}) }
  }

  it('ask for nothing that the charts which send them do not have, in either language', () => {
    const failures = usesOf(definition).flatMap(([template, use]) => (['ja', 'en'] as const).flatMap((lang) => {
      try {
        return templates.render(template, lang, context(use, lang)).lang === lang ? [] : [`${template} has no ${lang}`]
      } catch (error) {
        return [`${use.chart}: ${(error as Error).message}`]
      }
    }))
    expect([...new Set(failures)]).toEqual([])
    expect(usesOf(definition).length).toBeGreaterThan(0)
  })
})

describe('every shipped programme', () => {
  it.each(readdirSync(WORKFLOWS))('%s warns the applicant 48 hours before a draft can no longer be submitted', (folder) => {
    const definition = checkProgramme(files(join(WORKFLOWS, folder))).programme?.definition
    const warnings = Object.values(definition?.deadlines ?? {}).flatMap(({ remind }) => (remind?.template === 'draft-reminder' ? [remind] : []))
    expect(warnings.map(({ before, to }) => [before.includes('PT48H'), to])).toEqual([[true, ['applicant']]])
  })
})
