/** A programme with something to hide in every place: each secret says what it is and of whom. */
export const leakyProgramme = {
  'programme.yaml': `
name: leaky
title: { ja: 秘密のある制度, en: A programme with secrets }
roles:
  applicant: { ja: 申請者, en: Applicant }
  secretariat: { ja: 事務局, en: Secretariat }
  head: { ja: 課長, en: Head }
  finance: { ja: 会計, en: Finance, sees: [bankAccount] }
  surveyor: { ja: 調査員, en: Surveyor }
  reviewer: { ja: 審査委員, en: Reviewer }
  chair: { ja: 委員長, en: Chair }
approvals:
  decision: { tiers: [{ steps: [head] }] }
events:
  open: { ja: 募集する, en: Open }
  submit: { ja: 提出する, en: Submit }
  return: { ja: 補正を依頼する, en: Return }
  note: { ja: 記録する, en: Note }
  propose: { ja: 起案する, en: Propose }
  decide: { ja: 決裁する, en: Decide }
  publish: { ja: 公表する, en: Publish }
publicStatuses:
  open: { ja: 募集中, en: Open }
  preparing: { ja: 作成中, en: In preparation }
  reviewing: { ja: 審査中, en: Under review }
  adopted: { ja: 採択, en: Adopted }
charts:
  call:
    initial: planned
    states:
      planned: { label: { ja: 準備中, en: Planned }, turn: secretariat, on: { open: { target: accepting, by: [secretariat] } } }
      accepting: { label: { ja: 募集中, en: Accepting }, tags: [open, resting], publicStatus: open, turn: applicant, on: { note: { target: ended, by: [secretariat] } } }
      ended: { type: final, label: { ja: 終了, en: Ended }, publicStatus: open }
  application:
    childOf: call
    form: main
    initial: draft
    attributes: { verdict: { type: string } }
    states:
      draft:
        label: { ja: 下書き, en: Draft }
        tags: [preparing]
        publicStatus: preparing
        turn: applicant
        on: { submit: { target: screening, by: [applicant], guard: { if: form.complete, else: { ja: 未入力, en: Incomplete } } } }
      screening:
        label: { ja: 秘密の状態, en: Secret screening }
        tags: [submitted]
        publicStatus: reviewing
        turn: secretariat
        on:
          note: { by: [secretariat] }
          return: { by: [secretariat], requires: [remarks] }
          propose: { target: proposed, by: [secretariat], requires: [reason], asks: { verdict: { type: string } }, set: { verdict: event.verdict } }
      proposed:
        label: { ja: 秘密の起案, en: Secret proposal }
        tags: [judged]
        publicStatus: reviewing
        turn: head
        on: { decide: { target: held, by: [head], approvals: decision, separateFrom: [propose] } }
      held:
        label: { ja: 秘密の採択, en: Secretly adopted }
        tags: [judged, embargoed, decided.adopted]
        publicStatus: reviewing
        turn: secretariat
        on: { publish: { target: adopted, by: [secretariat], do: [{ notify: { template: adopted, to: applicant } }] } }
      adopted: { type: final, label: { ja: 採択, en: Adopted }, tags: [closed, decided.adopted], publicStatus: adopted }
`,
  'form.yaml': `
forms:
  main:
    title: { ja: 申請書, en: Application }
    sections:
      - id: plan
        title: { ja: 計画, en: Plan }
        fields:
          - { id: plan, kind: text, label: { ja: 計画, en: Plan } }
          - { id: bankAccount, kind: text, label: { ja: 口座, en: Bank account } }
`,
  'notices/adopted.ja.md': '---\nsubject: 結果のお知らせ\n---\n採択されました。\n',
  'notices/adopted.en.md': '---\nsubject: The result\n---\nYour application was adopted.\n',
}
