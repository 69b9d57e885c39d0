import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { toyProgramme } from '@saitaku/testkit'

/** A form for the toy's applications, and guards that read it. */
const FORM = `
forms:
  application:
    title: { ja: 申請書, en: Application }
    sections:
      - id: project
        title: { ja: 事業, en: Project }
        fields:
          - { id: purpose, kind: text, maxLength: 80, label: { ja: 目的, en: Purpose } }
          - { id: goals, kind: sdgs, min: 1, label: { ja: ゴール, en: Goals } }
`

/** What people did in the toy's year: one file, one table, two ways to go. */
export const TOY_DEMO = `
startsAt: "2023-06-05T00:00"
endsAt: "2023-08-01T00:00"
people:
  - { key: clerk, name: 窓口 花子, email: clerk@city.example, roles: [secretariat] }
  - { key: head, name: 課長 太郎, email: head@city.example, lang: en, roles: [head] }
calls:
  - key: main
    title: { ja: 第1回, en: First }
    attributes: { closesAt: "2023-06-23T17:00" }
    events:
      - { at: "2023-06-01T09:00", event: open, by: clerk }
      - { at: "2023-07-20T10:00", event: publish, by: clerk }
applications:
  - key: a01
    of: main
    organisation: { key: o01, name: 株式会社いろは, kind: company, corporateNumber: "7123456789012" }
    applicant: { name: 一山 一, email: a01@example.jp, lang: en }
    title: 一番
    form: { purpose: 調査, goals: [4] }
    createdAt: "2023-06-02T10:00"
    events:
      - { at: "2023-06-05T11:00", event: submit, by: applicant, data: { amount: 300000 } }
      - { at: "2023-06-06T09:00", event: return, by: clerk, data: { remarks: [{ field: purpose, text: くわしく }] } }
      - { at: "2023-06-07T13:00", form: { purpose: 川の調査 } }
      - { at: "2023-06-07T13:05", event: resubmit, by: applicant }
      - { at: "2023-06-26T09:00", event: propose, by: clerk }
      - { at: "2023-06-27T09:00", event: approve, by: head, data: { amount: 300000 } }
  - key: late
    of: main
    organisation: { key: o02, name: 市民の会, kind: citizens }
    applicant: { name: 二川 二, email: late@example.jp }
    createdAt: "2023-06-20T10:00"
    events:
      - { at: "2023-06-23T17:01", event: submit, by: applicant, data: { amount: 1 }, expect: refused }
  - key: again
    of: main
    organisation: o02
    applicant: { name: 二川 二, email: late@example.jp }
    createdAt: "2023-06-20T10:00"
    events:
      - { at: "2023-06-23T16:59", event: submit, by: applicant, data: { amount: 1 } }
tables:
  - file: rows.csv
paths:
  granted:
    - { after: P1DT2H, event: submit, by: applicant, data: { amount: 200000 } }
    - { after: P2D, event: propose, by: clerk }
    - { after: P3D, event: approve, by: head, data: { amount: 200000 } }
  uncorrected:
    - { after: P1DT2H, event: submit, by: applicant, data: { amount: 200000 } }
    - { after: P2D, event: return, by: clerk, data: { remarks: [{ field: goals, text: 足りません }] } }
  draft: []
`

export const TOY_ROWS = [
  'key,of,organisation,kana,corporateNumber,ward,kind,applicant,email,lang,title,at,path,form.purpose,form.goals',
  ...Array.from({ length: 40 }, (_, i) => {
    const path = i < 30 ? 'granted' : i < 36 ? 'uncorrected' : 'draft'
    const minute = String(i).padStart(2, '0')
    return `r${minute},main,団体${minute},ダンタイ,,中原区,npo,代表 ${minute},r${minute}@example.jp,ja,,2023-06-05T09:${minute},${path},見守り,"[3,11]"`
  }),
].join('\n')

export interface WorkflowsFolder {
  dir: string
  write(file: string, text: string): Promise<void>
  remove(): Promise<void>
}

/** A folder of programmes with the toy and its year in it. */
export async function toyWorkflows(): Promise<WorkflowsFolder> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'saitaku-demo-'))
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true })
    await writeFile(path.join(dir, file), text)
  }
  const programme = (toyProgramme['programme.yaml'] as string)
    .replace('childOf: call\n', 'childOf: call\n    form: application\n')
    .replace('resubmit: { target: checking, by: [applicant] }', 'resubmit: { target: checking, by: [applicant], guard: { if: form.remarksAnswered, else: { ja: 未対応, en: Unanswered } } }')
  for (const [file, text] of Object.entries({ ...toyProgramme, 'programme.yaml': programme, 'form.yaml': FORM })) await write(`toy/${file}`, text)
  await write('toy/demo/demo.yaml', TOY_DEMO)
  await write('toy/demo/rows.csv', TOY_ROWS)
  return { dir, write, remove: () => rm(dir, { recursive: true, force: true }) }
}
