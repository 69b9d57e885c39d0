import type { ProgrammeFiles } from '@saitaku/statechart'

/** A small programme that uses every construct once; the engine's logic is tested on it, so that real ones change freely. */
export const toyProgramme: ProgrammeFiles = {
  'programme.yaml': `
name: toy
title: { ja: 試験, en: Toy }
roles:
  applicant: { ja: 申請者, en: Applicant }
  secretariat: { ja: 事務局, en: Secretariat }
  head: { ja: 課長, en: Head }
  director: { ja: 部長, en: Director }
events:
  submit: { ja: 提出, en: Submit }
  return: { ja: 差戻し, en: Return }
  resubmit: { ja: 再提出, en: Resubmit }
  propose: { ja: 起案, en: Propose }
  approve: { ja: 決裁, en: Approve }
  sendBack: { ja: 返却, en: Send back }
  withdraw: { ja: 取下げ, en: Withdraw }
  pause: { ja: 中断, en: Pause }
  resume: { ja: 再開, en: Resume }
  finishA: { ja: A完了, en: Finish A }
  finishB: { ja: B完了, en: Finish B }
  note: { ja: 記録, en: Note }
  open: { ja: 開始, en: Open }
  extend: { ja: 延長, en: Extend }
  publish: { ja: 公表, en: Publish }
approvals:
  decision:
    amount: event.amount
    tiers:
      - { upTo: 1000000, steps: [head] }
      - { steps: [head, director] }
numbers:
  receiptNo: { format: "R{era}-{seq:4}", per: [programme, fiscalYear] }
params:
  rate: { type: fraction, value: 2/3 }
  grace: { type: duration, value: P3D }
facts:
  unsent: { children: { chart: application, inPhase: preparing } }
  twins: { others: { chart: application, inPhase: submitted, sameCall: true } }
publicStatuses:
  preparing: { ja: 作成中, en: In preparation }
  received: { ja: 受付済み, en: Received }
  decided: { ja: 決定, en: Decided }
charts:
  call:
    initial: planned
    attributes: { closesAt: { type: timestamp }, publishedAt: { type: timestamp } }
    states:
      planned: { tags: [resting], on: { open: { target: accepting, by: [secretariat] } } }
      accepting:
        tags: [open]
        after: { closing: closed }
        on:
          extend: { by: [secretariat], requires: [reason], asks: { until: { type: timestamp } }, set: { closesAt: event.until } }
      closed:
        tags: [resting]
        on: { publish: { target: done, by: [secretariat], set: { publishedAt: now }, do: [{ sendToChildren: { event: publish } }] } }
      done: { type: final }
  application:
    childOf: call
    initial: draft
    attributes: { amount: { type: yen }, offered: { type: yen }, rounds: { type: int }, returns: { type: int } }
    states:
      draft:
        label: { ja: 下書き, en: Draft }
        tags: [preparing]
        publicStatus: preparing
        turn: applicant
        on:
          submit:
            target: submitted
            by: [applicant]
            asks: { amount: { type: yen } }
            guard:
              - { if: event.receivedAt < call.closesAt, else: { ja: 募集は終了しました, en: The call is closed } }
              - { if: facts.twins == 0, else: { ja: すでに申請があります, en: There is another application already } }
              - { if: event.amount > 0, else: { ja: 金額を入力してください, en: Give an amount } }
            set: { amount: event.amount, offered: floor1000(event.amount * params.rate), returns: "0" }
            do: [{ assignNumber: receiptNo }, { notify: { template: received, to: applicant } }]
        after: { closing: "#lapsed" }
      submitted:
        label: { ja: 受付済み, en: Submitted }
        tags: [submitted]
        publicStatus: received
        turn: secretariat
        initial: waiting
        exit: [{ set: { rounds: "1" } }]
        on:
          withdraw: { target: "#withdrawn", by: [applicant], confirm: true }
          note: { by: [secretariat], do: [{ notify: { template: noted, to: secretariat } }] }
          publish: { by: [call], do: [{ notify: { template: noted, to: applicant } }] }
        states:
          waiting:
            on:
              return: { target: returned, by: [secretariat], requires: [remarks], set: { returns: case.returns + 1 } }
              pause: { target: "#paused", by: [secretariat] }
              propose: { target: proposed, by: [secretariat] }
          returned:
            turn: applicant
            after: { correction: "#lapsed" }
            on: { resubmit: checking }
          checking:
            always:
              - { target: "#lapsed", guard: { if: case.returns > 2, else: { ja: 回数, en: count } } }
              - waiting
          proposed:
            on:
              approve: { target: "#work", by: [head, director], separateFrom: [propose], requires: [amount], approvals: decision, do: [{ notify: { template: noted, to: applicant } }] }
              sendBack: { target: waiting, by: [head, director], requires: [reason] }
          back: { type: history, history: deep, target: waiting }
      paused:
        id: paused
        tags: [submitted, resting]
        publicStatus: received
        on: { resume: { target: submitted.back, by: [secretariat] } }
      work:
        id: work
        type: parallel
        tags: [adopted]
        publicStatus: decided
        onDone: ended
        states:
          a: { initial: open, states: { open: { turn: applicant, after: { workDue: { do: [{ notify: { template: late, to: applicant } }] } }, on: { finishA: { target: shut, by: [applicant] } } }, shut: { type: final } } }
          b: { initial: open, states: { open: { on: { finishB: { target: shut, by: [secretariat] } } }, shut: { type: final } } }
      ended: { type: final, tags: [closed], publicStatus: decided }
      lapsed: { id: lapsed, type: final, tags: [closed], publicStatus: decided, entry: [{ notify: { template: lapsed, to: applicant } }] }
      withdrawn: { id: withdrawn, type: final, tags: [closed], publicStatus: decided }
deadlines:
  closing: { at: call.closesAt, label: { ja: 締切, en: Closing } }
  correction: { after: P10D, calendar: business }
  workDue: { after: params.grace, remind: { before: [P1D], template: soon, to: applicant } }
`.replace('on: { resubmit: checking }', 'on: { resubmit: { target: checking, by: [applicant] } }'),
  'notices/received.ja.md': '---\nsubject: 受け付けました\n---\n{{ case.receiptNo }}を受け付けました。\n',
  'notices/received.en.md': '---\nsubject: Received\n---\nWe received {{ case.receiptNo }}.\n',
  ...Object.fromEntries(
    ['noted', 'late', 'soon', 'lapsed'].flatMap((name) => [
      [`notices/${name}.ja.md`, `---\nsubject: ${name}\n---\nお知らせします。\n`],
      [`notices/${name}.en.md`, `---\nsubject: ${name}\n---\nPlease note.\n`],
    ]),
  ),
}
