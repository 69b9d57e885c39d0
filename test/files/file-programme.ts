import type { ProgrammeFiles } from '@saitaku/statechart'

const both = (name: string, ja: string, en: string): [string, string][] => [
  [`notices/${name}.ja.md`, `---\nsubject: ${ja}\n---\n${ja}。\n`],
  [`notices/${name}.en.md`, `---\nsubject: ${en}\n---\n${en}.\n`],
]

/** A small programme whose form takes files, and that answers with a letter. */
export const fileProgramme: ProgrammeFiles = {
  'programme.yaml': `
name: file-grant
title: { ja: 書類の補助金, en: Grant with files }
roles:
  applicant: { ja: 申請者, en: Applicant }
  secretariat: { ja: 事務局, en: Secretariat }
  cashier: { ja: 出納係, en: Cashier, sees: [bankbook] }
events:
  open: { ja: 募集を始める, en: Open }
  closeOut: { ja: 完了する, en: Close }
  submit: { ja: 提出する, en: Submit }
  return: { ja: 補正を依頼する, en: Return }
  resubmit: { ja: 再提出する, en: Resubmit }
  pay: { ja: 支払を記録する, en: Record a payment }
  decide: { ja: 決定する, en: Decide }
  announce: { ja: 通知する, en: Announce }
publicStatuses:
  open: { ja: 募集中, en: Open }
  preparing: { ja: 作成中, en: In preparation }
  checking: { ja: 確認中, en: Being checked }
  correcting: { ja: 補正をお願いしています, en: Correction requested }
  adopted: { ja: 採択, en: Adopted }
  ended: { ja: 終了, en: Ended }
charts:
  call:
    initial: planned
    states:
      planned: { label: { ja: 準備中, en: Planned }, turn: secretariat, on: { open: { target: accepting, by: [secretariat] } } }
      accepting: { label: { ja: 募集中, en: Accepting }, tags: [open], publicStatus: open, turn: secretariat, on: { closeOut: { target: done, by: [secretariat] } } }
      done: { type: final, label: { ja: 完了, en: Done }, publicStatus: ended }
  application:
    childOf: call
    form: application
    initial: draft
    states:
      draft:
        label: { ja: 下書き, en: Draft }
        tags: [preparing]
        publicStatus: preparing
        turn: applicant
        on: { submit: { target: checking, by: [applicant], guard: { if: form.complete, else: { ja: 未入力の項目があります, en: Some answers are missing } } } }
      checking:
        label: { ja: 確認中, en: Checking }
        tags: [submitted]
        publicStatus: checking
        turn: secretariat
        on:
          return: { target: correcting, by: [secretariat], requires: [remarks] }
          pay: { by: [cashier] }
          decide: { target: decided, by: [secretariat], do: [{ issueDocument: { template: selection } }] }
      correcting:
        label: { ja: 補正待ち, en: Correcting }
        tags: [submitted]
        publicStatus: correcting
        turn: applicant
        entry: [{ notify: { template: returned, to: applicant } }]
        on: { resubmit: { target: checking, by: [applicant], guard: { if: form.remarksAnswered && form.complete, else: { ja: 補正が済んでいません, en: Some remarks are unanswered } } } }
      decided:
        label: { ja: 決定済み(通知前), en: Decided }
        tags: [submitted, embargoed]
        publicStatus: checking
        turn: secretariat
        on: { announce: { target: adopted, by: [secretariat], do: [{ notify: { template: adopted, to: applicant, attach: selection } }] } }
      adopted: { type: final, label: { ja: 採択, en: Adopted }, tags: [closed, decided.adopted], publicStatus: adopted }
`,
  'form.yaml': `
forms:
  application:
    title: { ja: 申請書, en: Application }
    sections:
      - id: documents
        title: { ja: 書類, en: Documents }
        fields:
          - { id: projectTitle, kind: text, label: { ja: 名称, en: Title } }
          - { id: plan, kind: file, accept: [pdf], maxBytes: 100000000, label: { ja: 計画書, en: Plan } }
          - { id: photographs, kind: file, required: false, maxFiles: 30, accept: [image], label: { ja: 写真, en: Photographs } }
          - { id: bankbook, kind: file, required: false, accept: [image, pdf], label: { ja: 通帳の写し, en: Bank book } }
          - { id: others, kind: file, required: false, maxFiles: 30, maxBytes: 1500000000, accept: [pdf, document, spreadsheet, text, archive], label: { ja: その他, en: Others } }
`,
  ...Object.fromEntries([...both('returned', '補正のお願い', 'Please correct'), ...both('adopted', '採択のお知らせ', 'Adopted'), ...both('selection', '採択通知書', 'Notice of adoption')]),
}
