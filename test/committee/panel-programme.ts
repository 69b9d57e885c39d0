/** A small programme whose applications begin where the panel takes them up: scored by two criteria, funded within a budget. */
export const PANEL_PROGRAMME: Record<string, string> = {
  'programme.yaml': `
name: panel-grant
title: { ja: 審査の試験, en: Panel grant }
roles:
  applicant: { ja: 申請者, en: Applicant }
  secretariat: { ja: 事務局, en: Secretariat }
  reviewer: { ja: 審査委員, en: Reviewer }
  chair: { ja: 委員長, en: Chair }
  approver: { ja: 決裁権者, en: Approver }
  sectionHead: { ja: 課長, en: Section head }
  departmentHead: { ja: 部長, en: Department head }
approvals:
  selection:
    amount: case.budget
    tiers:
      - { upTo: 1000000, steps: [sectionHead] }
      - { steps: [sectionHead, departmentHead] }
events:
  closeScoring: { ja: 採点を締め切る, en: Close scoring }
  reopenScoring: { ja: 採点を再開する, en: Reopen scoring }
  resolve: { ja: 決議する, en: Resolve }
  returnDecision: { ja: 差し戻す, en: Send back }
  approve: { ja: 決裁する, en: Approve }
  withdrawDecision: { ja: 取り消す, en: Withdraw }
  announceNow: { ja: 公表する, en: Publish }
  promoteReserve: { ja: 繰り上げる, en: Promote }
  closeOut: { ja: 終える, en: Close out }
  rank: { ja: 順位を付ける, en: Rank }
  rescore: { ja: 採点に戻す, en: Rescore }
  reconsider: { ja: 審議に戻す, en: Reconsider }
  adopt: { ja: 採択, en: Adopt }
  adoptConditionally: { ja: 条件付採択, en: Adopt conditionally }
  reserve: { ja: 補欠, en: Reserve }
  notAdopt: { ja: 不採択, en: Do not adopt }
  publish: { ja: 伝える, en: Publish }
  promote: { ja: 繰り上げる, en: Promote }
  acceptPlace: { ja: 受ける, en: Accept }
  decline: { ja: 辞退する, en: Decline }
  withdraw: { ja: 取り下げる, en: Withdraw }
facts:
  judgedCount: { children: { chart: application, inPhase: judged } }
  heldCount: { children: { chart: application, inTag: embargoed } }
publicStatuses:
  reviewing: { ja: 審査中, en: Under review }
  published: { ja: 公表済み, en: Published }
  underReview: { ja: 審査中, en: Under review }
  adopted: { ja: 採択, en: Adopted }
  conditional: { ja: 条件付採択, en: Conditionally adopted }
  reserve: { ja: 補欠, en: Reserve }
  promoted: { ja: 繰上採択のご案内, en: Offered a place }
  notAdopted: { ja: 不採択, en: Not adopted }
  withdrawn: { ja: 取下げ, en: Withdrawn }
charts:
  call:
    attributes:
      scoringEndsAt: { type: timestamp, label: { ja: 採点の期限, en: Scoring ends } }
      budget: { type: yen, label: { ja: 予算, en: Budget } }
      minutes: { type: string, label: { ja: 記録, en: Minutes } }
      outcomes: { type: outcomes, label: { ja: 結果, en: Outcomes } }
      reason: { type: string, label: { ja: 理由, en: Reason } }
    initial: judging
    states:
      judging:
        label: { ja: 採点中, en: Scoring }
        publicStatus: reviewing
        turn: reviewers
        on:
          closeScoring:
            target: deliberating
            by: [chair]
            guard:
              - { if: review.panel.missing == 0, else: { ja: 提出されていない採点票があります。, en: Some score sheets are missing. } }
              - { if: review.panel.quorum, else: { ja: 定足数に達していません。, en: There is no quorum. } }
            do: [{ sendToChildren: { event: rank, chart: application, inPhase: judged } }]
      deliberating:
        label: { ja: 審議中, en: Deliberating }
        publicStatus: reviewing
        turn: reviewers
        on:
          resolve:
            target: proposed
            by: [chair]
            requires: [minutes, outcomes]
            asks: { outcomes: { type: outcomes, label: { ja: 結果, en: Outcomes } } }
            set: { outcomes: event.outcomes, minutes: event.minutes }
          reopenScoring: { target: judging, by: [chair], requires: [reason], set: { reason: event.reason }, do: [{ sendToChildren: { event: rescore, chart: application, inPhase: judged } }] }
      proposed:
        label: { ja: 決裁待ち, en: Proposed }
        publicStatus: reviewing
        turn: approver
        on:
          approve: { target: decided, by: [approver], separateFrom: [resolve], approvals: selection, do: [{ sendToChildren: { chart: application, eventFrom: outcomes } }] }
          returnDecision: { target: deliberating, by: [approver], requires: [reason], set: { reason: event.reason } }
      decided:
        label: { ja: 決定済み, en: Decided }
        tags: [embargoed]
        publicStatus: reviewing
        turn: secretariat
        on:
          announceNow:
            target: announced
            by: [secretariat]
            confirm: true
            guard: { if: facts.judgedCount == facts.heldCount, else: { ja: 結果の決まっていない申請があります。, en: Some have no result. } }
          withdrawDecision: { target: deliberating, by: [approver], requires: [reason], set: { reason: event.reason }, do: [{ sendToChildren: { event: reconsider, chart: application, inTag: embargoed } }] }
      announced:
        label: { ja: 公表済み, en: Published }
        tags: [resting]
        publicStatus: published
        turn: secretariat
        entry: [{ sendToChildren: { event: publish, chart: application, inTag: embargoed } }]
        on:
          promoteReserve: { by: [application], do: [{ sendToChildren: { event: promote, chart: application, inTag: decided.reserve, orderBy: reserveRank, limit: 1 } }] }
          closeOut: { target: closed, by: [secretariat], confirm: true }
      closed: { type: final, label: { ja: 終了, en: Closed }, publicStatus: published, turn: nobody }
  application:
    childOf: call
    form: plan
    attributes:
      requestedAmount: { type: yen, label: { ja: 申請額, en: Requested } }
      offeredAmount: { type: yen, label: { ja: 内示額, en: Offered } }
      conditions: { type: strings, label: { ja: 条件, en: Conditions } }
      reserveRank: { type: int, label: { ja: 補欠順位, en: Reserve rank } }
      reason: { type: string, label: { ja: 理由, en: Reason } }
    initial: judged
    states:
      judged:
        label: { ja: 審査中, en: Being judged }
        tags: [judged]
        publicStatus: underReview
        turn: reviewers
        initial: scoring
        on: { withdraw: { target: withdrawn, by: [applicant], confirm: true } }
        states:
          scoring:
            label: { ja: 採点中, en: Being scored }
            on: { rank: { target: ranked, by: [call] } }
          ranked:
            label: { ja: 審議中, en: Being deliberated }
            on:
              rescore: { target: scoring, by: [call] }
              adopt: { target: held.toAdopt, by: [call], requires: [amount], set: { offeredAmount: event.amount } }
              adoptConditionally: { target: held.toConditional, by: [call], requires: [amount, conditions], set: { offeredAmount: event.amount, conditions: event.conditions } }
              reserve: { target: held.toReserve, by: [call], requires: [amount, rank], asks: { rank: { type: int, label: { ja: 順位, en: Rank } } }, set: { offeredAmount: event.amount, reserveRank: event.rank } }
              notAdopt: { target: held.toRefuse, by: [call], requires: [reason], set: { reason: event.reason } }
          held:
            label: { ja: 決定済み, en: Decided }
            tags: [embargoed]
            initial: toAdopt
            on: { reconsider: { target: ranked, by: [call] } }
            states:
              toAdopt: { label: { ja: 採択の予定, en: To adopt }, on: { publish: { target: "#adopted", by: [call] } } }
              toConditional: { label: { ja: 条件付の予定, en: To adopt conditionally }, on: { publish: { target: "#conditional", by: [call] } } }
              toReserve: { label: { ja: 補欠の予定, en: To reserve }, on: { publish: { target: "#reserved", by: [call] } } }
              toRefuse: { label: { ja: 不採択の予定, en: To refuse }, on: { publish: { target: "#notAdopted", by: [call] } } }
      adopted:
        id: adopted
        type: final
        label: { ja: 採択, en: Adopted }
        tags: [closed, decided.adopted]
        publicStatus: adopted
        entry: [{ notify: { template: result, to: applicant } }]
      conditional:
        id: conditional
        type: final
        label: { ja: 条件付採択, en: Conditionally adopted }
        tags: [closed, decided.conditional]
        publicStatus: conditional
        entry: [{ notify: { template: result, to: applicant } }]
      reserved:
        id: reserved
        label: { ja: 補欠, en: Reserve }
        tags: [judged, resting, decided.reserve]
        publicStatus: reserve
        turn: nobody
        entry: [{ notify: { template: result, to: applicant } }]
        on:
          promote: { target: promoted, by: [call] }
          withdraw: { target: withdrawn, by: [applicant], confirm: true }
      promoted:
        label: { ja: 繰上の案内中, en: Offered a place }
        tags: [judged]
        publicStatus: promoted
        turn: applicant
        entry: [{ notify: { template: result, to: applicant } }]
        after: { acceptance: { target: declined, do: [{ sendToParent: promoteReserve }] } }
        on:
          acceptPlace: { target: adopted, by: [applicant] }
          decline: { target: declined, by: [applicant], do: [{ sendToParent: promoteReserve }] }
      notAdopted:
        id: notAdopted
        type: final
        label: { ja: 不採択, en: Not adopted }
        tags: [closed, decided.notAdopted]
        publicStatus: notAdopted
        entry: [{ notify: { template: result, to: applicant } }]
      declined: { type: final, label: { ja: 辞退, en: Declined }, tags: [closed], publicStatus: withdrawn, entry: [{ notify: { template: result, to: applicant } }] }
      withdrawn: { type: final, label: { ja: 取下げ, en: Withdrawn }, tags: [closed], publicStatus: withdrawn, entry: [{ notify: { template: result, to: applicant } }] }
deadlines:
  acceptance: { after: P7D, label: { ja: 回答期限, en: Answer due } }
`,
  'form.yaml': `
forms:
  plan:
    title: { ja: 計画書, en: Plan }
    sections:
      - id: plan
        title: { ja: 計画, en: Plan }
        fields:
          - { id: summary, kind: longText, label: { ja: 概要, en: Summary } }
          - { id: representative, kind: text, required: false, label: { ja: 代表者, en: Representative } }
          - { id: address, kind: text, required: false, label: { ja: 所在地, en: Address } }
          - { id: attachment, kind: file, required: false, label: { ja: 資料, en: Attachment } }
`,
  'rubric.yaml': `
stages:
  - id: panel
    label: { ja: 審査委員会, en: Panel }
    reviewers: { min: 2, quorum: majority }
    scoring: { state: judging, until: scoringEndsAt }
    criteria:
      - { id: need, label: { ja: 必要性, en: Need }, weight: 3, levels: { "5": 5, "4": 4, "3": 3, "2": 2, "1": 1 }, comment: { below: 2 } }
      - { id: effect, label: { ja: 効果, en: Effect }, weight: 2, maxPoints: 10 }
    method: mean
    thresholds:
      - { scope: total, op: "<", value: 12, label: { ja: 平均点が12点未満, en: Mean below 12 } }
    ties:
      - { rule: criterion, criterion: need }
      - { rule: chair }
    allocation: { policy: stop, reserveLimit: 1 }
    decision:
      event: resolve
      approve: approve
      sendBack: returnDecision
      withdraw: withdrawDecision
      publish: announceNow
      adopted: adopt
      conditional: adoptConditionally
      reserve: reserve
      notAdopted: notAdopt
      reasons:
        - { id: below, on: threshold, text: { ja: "{threshold}でした。", en: "{threshold}." } }
        - { id: lower, on: rank, text: { ja: "「{weakest}」の評点が採択の水準に届きませんでした。", en: "{weakest} did not reach what was adopted." } }
`,
  'notices/result.ja.md': '---\nsubject: 結果のお知らせ\n---\n結果をお知らせします。\n',
  'notices/result.en.md': '---\nsubject: Result\n---\nPlease see the result.\n',
}

/** The same programme with a stage whose reviewers do not learn who applied. */
export const BLIND_PROGRAMME: Record<string, string> = {
  ...PANEL_PROGRAMME,
  'programme.yaml': (PANEL_PROGRAMME['programme.yaml'] ?? '').replace('name: panel-grant', 'name: blind-grant'),
  'rubric.yaml': (PANEL_PROGRAMME['rubric.yaml'] ?? '').replace('    reviewers:', '    blind: { hides: [representative, address] }\n    reviewers:'),
}
