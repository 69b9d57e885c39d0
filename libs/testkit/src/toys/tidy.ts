import type { ProgrammeFiles } from '@saitaku/statechart'

const notice = (name: string): Record<string, string> => ({
  [`notices/${name}.ja.md`]: `---\nsubject: ${name}\n---\nお知らせします。\n`,
  [`notices/${name}.en.md`]: `---\nsubject: ${name}\n---\nPlease note.\n`,
})

/** A small programme that the checker has nothing to say about. Its specs break it, one thing at a time. */
export const tidyProgramme: ProgrammeFiles = {
  'programme.yaml': `name: tidy
title: { ja: 整頓, en: Tidy }
fiscalYear: { startsOn: "04-01" }
roles:
  applicant: { ja: 申請者, en: Applicant }
  secretariat: { ja: 事務局, en: Secretariat }
  chair: { ja: 委員長, en: Chair }
  head: { ja: 課長, en: Head, sees: [cost] }
  director: { ja: 部長, en: Director }
approvals:
  decision:
    amount: event.amount
    notify: approval-requested
    tiers:
      - { upTo: 1000000, steps: [head] }
      - { steps: [head, director] }
numbers:
  receiptNo: { format: "R{era}-{seq:4}", per: [programme, fiscalYear] }
  documentNo: { format: "第{seq}号", per: [office] }
params:
  rate: { type: fraction, value: 2/3 }
  grace: { type: duration, value: P14D }
facts:
  pending: { children: { chart: application, inPhase: submitted } }
  others: { others: { chart: application, inPhase: adopted } }
publicStatuses:
  callOpen: { ja: 募集中, en: Open }
  callOver: { ja: 募集終了, en: Over }
  preparing: { ja: 作成中, en: In preparation }
  received: { ja: 受付済み, en: Received }
  correcting: { ja: 補正中, en: Being corrected }
  paused: { ja: 中断中, en: Paused }
  underReview: { ja: 審査中, en: Under review }
  adopted: { ja: 採択, en: Adopted }
  reporting: { ja: 報告中, en: Reporting }
  notAdopted: { ja: 不採択, en: Not adopted }
  ended: { ja: 終了, en: Ended }
  joined: { ja: 参加中, en: Joined }
events:
  open: { ja: 開始, en: Open }
  extend: { ja: 延長, en: Extend }
  startJudging: { ja: 審査開始, en: Start judging }
  resolve: { ja: 決議, en: Resolve }
  announce: { ja: 公表, en: Announce }
  substitute: { ja: 補欠, en: Substitute }
  submit: { ja: 提出, en: Submit }
  giveBack: { ja: 差戻し, en: Return }
  resubmit: { ja: 再提出, en: Resubmit }
  judge: { ja: 審査, en: Judge }
  adopt: { ja: 採択, en: Adopt }
  refuse: { ja: 不採択, en: Refuse }
  publish: { ja: 結果, en: Publish }
  withdraw: { ja: 取下げ, en: Withdraw }
  pause: { ja: 中断, en: Pause }
  resume: { ja: 再開, en: Resume }
  propose: { ja: 起案, en: Propose }
  pay: { ja: 支払, en: Pay }
  report: { ja: 報告, en: Report }
  audit: { ja: 監査, en: Audit }
  leave: { ja: 退会, en: Leave }
  finish: { ja: 解散, en: Finish }
charts:
  call:
    title: { ja: 募集, en: Call }
    initial: planned
    attributes: { closesAt: { type: timestamp }, outcomes: { type: outcomes } }
    states:
      planned:
        label: { ja: 準備中, en: Planned }
        tags: [resting]
        publicStatus: callOpen
        on: { open: { target: accepting, by: [secretariat] } }
      accepting:
        label: { ja: 募集中, en: Accepting }
        tags: [open]
        publicStatus: callOpen
        after: { closing: screening }
        on:
          extend: { by: [secretariat], asks: { until: { type: timestamp } }, set: { closesAt: event.until } }
      screening:
        label: { ja: 形式審査, en: Screening }
        publicStatus: callOver
        on:
          startJudging:
            target: judging
            by: [secretariat]
            guard: { if: facts.pending == 0, else: { ja: 未確認の申請があります, en: Some are unchecked } }
            do: [{ sendToChildren: { event: judge, chart: application, inPhase: screened } }]
      judging:
        label: { ja: 審査, en: Judging }
        publicStatus: callOver
        on:
          resolve:
            target: decided
            by: [chair]
            asks: { outcomes: { type: outcomes } }
            set: { outcomes: event.outcomes }
            do: [{ sendToChildren: { chart: application, eventFrom: outcomes } }]
      decided:
        label: { ja: 決定済み, en: Decided }
        tags: [embargoed]
        publicStatus: callOver
        on:
          announce: { target: announced, by: [secretariat], do: [{ sendToChildren: { event: publish, chart: application, inTag: embargoed } }] }
      announced:
        label: { ja: 公表済み, en: Announced }
        tags: [resting]
        publicStatus: callOver
        on:
          substitute: { by: [application], do: [{ notify: { template: substitute, to: secretariat } }] }
          finish: { target: over, by: [secretariat], do: [{ sendToChildren: { event: finish, chart: membership } }] }
      over: { type: final, label: { ja: 終了, en: Over }, publicStatus: callOver }
  application:
    title: { ja: 申請, en: Application }
    childOf: call
    form: entry
    attributes: { rank: { type: int }, returns: { type: int }, paid: { type: yen } }
    initial: draft
    states:
      draft:
        label: { ja: 下書き, en: Draft }
        tags: [preparing]
        publicStatus: preparing
        turn: applicant
        after: { lapse: "#withdrawn" }
        on:
          submit:
            target: office
            by: [applicant]
            guard:
              - { if: event.receivedAt < call.closesAt, else: { ja: 募集は終了しました, en: The call is closed } }
              - { if: form.complete && facts.others == 0, else: { ja: 未入力があります, en: Answers are missing } }
            set: { returns: "0" }
            do: [{ assignNumber: receiptNo }, { notify: { template: received, to: applicant } }]
      office:
        label: { ja: 受付後, en: With the office }
        tags: [submitted]
        initial: received
        on: { withdraw: { target: "#withdrawn", by: [applicant], confirm: true } }
        states:
          received:
            label: { ja: 受付済み, en: Received }
            publicStatus: received
            turn: secretariat
            on:
              giveBack: { target: returned, by: [secretariat], requires: [remarks], set: { returns: case.returns + 1 } }
              judge: { target: screened, by: [secretariat] }
              pause: { target: "#paused", by: [secretariat] }
          returned:
            label: { ja: 補正中, en: Returned }
            publicStatus: correcting
            turn: applicant
            after: { correction: "#withdrawn" }
            on: { resubmit: { target: sorting, by: [applicant] } }
          sorting:
            always:
              - { target: "#withdrawn", guard: { if: case.returns > 2 } }
              - received
          screened:
            label: { ja: 確認済み, en: Screened }
            tags: [screened]
            publicStatus: received
            turn: secretariat
            on: { judge: { target: "#judging", by: [call] } }
          back: { type: history, history: deep, target: received }
      paused:
        id: paused
        label: { ja: 中断, en: Paused }
        tags: [submitted, resting]
        publicStatus: paused
        turn: secretariat
        on:
          resume: { target: office.back, by: [secretariat] }
          withdraw: { target: "#withdrawn", by: [applicant] }
      judging:
        id: judging
        label: { ja: 審査中, en: Judging }
        tags: [judged]
        publicStatus: underReview
        turn: reviewers
        initial: open
        on: { withdraw: { target: "#withdrawn", by: [applicant], confirm: true } }
        states:
          open:
            label: { ja: 審査, en: Open }
            on:
              adopt: { target: toAdopt, by: [call], asks: { rank: { type: int, optional: true } }, set: { rank: event.?rank.orValue(1) } }
              refuse: { target: toRefuse, by: [call] }
          toAdopt: { label: { ja: 採択予定, en: To adopt }, tags: [embargoed], on: { publish: { target: "#grant", by: [call] } } }
          toRefuse: { label: { ja: 不採択予定, en: To refuse }, tags: [embargoed], on: { publish: { target: "#refused", by: [call] } } }
      grant:
        id: grant
        label: { ja: 交付, en: Grant }
        tags: [adopted, decided.adopted]
        type: parallel
        entry:
          - issueDocument: { template: grant-letter, number: documentNo }
          - notify: { template: adopted, to: applicant, attach: grant-letter }
        onDone: closed
        states:
          money:
            initial: planned
            states:
              planned:
                label: { ja: 支払前, en: Planned }
                turn: secretariat
                on: { propose: { target: proposed, by: [secretariat] } }
              proposed:
                label: { ja: 決裁中, en: Proposed }
                turn: director
                on: { pay: { target: paid, by: [head, director], separateFrom: [propose], requires: [amount], approvals: decision, set: { paid: floor1000(event.amount * params.rate) } } }
              paid: { type: final, label: { ja: 支払済み, en: Paid } }
          work:
            initial: running
            states:
              running:
                label: { ja: 実施中, en: Running }
                publicStatus: reporting
                turn: applicant
                after:
                  reportDue: { do: [{ notify: { template: late, to: applicant } }] }
                on: { report: { target: ready, by: [applicant], requires: [form.results] } }
              ready: { type: final, label: { ja: 報告済み, en: Reported }, publicStatus: adopted }
      refused:
        id: refused
        type: final
        label: { ja: 不採択, en: Refused }
        tags: [closed, decided.notAdopted]
        publicStatus: notAdopted
        entry: [{ notify: { template: not-adopted, to: applicant } }, { sendToParent: substitute }]
      withdrawn: { id: withdrawn, type: final, label: { ja: 取下げ, en: Withdrawn }, tags: [closed], publicStatus: ended }
      closed: { type: final, label: { ja: 終了, en: Closed }, tags: [closed], publicStatus: ended, entry: [{ notify: { template: finished, to: applicant } }, { sendToOrganisation: { programme: tidy, chart: membership, event: audit } }] }
  membership:
    title: { ja: 会員, en: Membership }
    childOf: call
    initial: joined
    states:
      joined:
        label: { ja: 参加中, en: Joined }
        tags: [adopted, inForce, resting]
        publicStatus: joined
        on:
          audit: { by: [application] }
          leave: { target: left, by: [applicant] }
          finish: { target: left, by: [call], do: [{ notify: { template: finished, to: applicant } }] }
      left: { type: final, label: { ja: 退会, en: Left }, tags: [closed], publicStatus: ended }
deadlines:
  closing: { at: call.closesAt, label: { ja: 締切, en: Closing } }
  lapse: { at: call.closesAt, label: { ja: 下書きの締切, en: Drafts end }, remind: { before: [PT48H], template: soon, to: applicant } }
  correction: { after: P10D, calendar: business, label: { ja: 補正期限, en: Correction due }, remind: { before: [P3D], template: soon, to: applicant } }
  reportDue: { after: params.grace, label: { ja: 報告期限, en: Report due } }
`,
  'form.yaml': `forms:
  entry:
    title: { ja: 申請書, en: Entry }
    sections:
      - id: main
        title: { ja: 内容, en: Main }
        fields:
          - { id: cost, kind: yen, label: { ja: 経費, en: Cost } }
  results:
    title: { ja: 報告書, en: Report }
    sections:
      - id: main
        title: { ja: 内容, en: Main }
        fields:
          - { id: spent, kind: yen, label: { ja: 支出, en: Spent } }
`,
  ...notice('received'),
  ...notice('approval-requested'),
  ...notice('substitute'),
  ...notice('grant-letter'),
  ...notice('adopted'),
  ...notice('not-adopted'),
  ...notice('late'),
  ...notice('soon'),
  ...notice('finished'),
}
