import { breakProgramme, tidyProgramme, toyProgramme, type Edit } from '@saitaku/testkit'
import { checkProgramme, type Problem, type ProgrammeFiles } from './index.js'

type Told = Pick<Problem, 'file' | 'line' | 'column' | 'severity' | 'code'>
const told = (files: ProgrammeFiles): Told[] => checkProgramme(files).problems.map(({ file, line, column, severity, code }) => ({ file, line, column, severity, code }))

/** Codes in the order of their places; a warning's begins with `?`. */
type Case = readonly [name: string, edits: readonly Edit[], codes: readonly string[], file?: string]

function expectTold([, edits, codes, file]: Case): void {
  const { files, marks } = breakProgramme(tidyProgramme, edits, file)
  const expected = codes.map((code, i) => ({ ...(marks[i] as (typeof marks)[number]), severity: code.startsWith('?') ? 'warning' : 'error', code: code.replace('?', '') }))
  expect(told(files)).toEqual(expected)
  expect(marks).toHaveLength(codes.length)
}

describe('a tidy programme', () => {
  it('has no problem', () => {
    expect(checkProgramme(tidyProgramme).problems).toEqual([])
  })

  it('has every construct that the checker walks', () => {
    const words = ['parallel', 'history: deep', 'always', 'onDone', 'after', 'sendToChildren', 'sendToParent', 'sendToOrganisation', 'eventFrom', 'embargoed', 'approvals', 'separateFrom', 'remind']
    expect(words.filter((word) => !tidyProgramme['programme.yaml']?.includes(word))).toEqual([])
  })
})

describe('the structure of a chart', () => {
  const cases: Case[] = [
    ['a target beside the state that is not there', [['after: { closing: screening }', 'after: { closing: «screning }']], ['unknown-target']],
    ['a target by an id that is not there', [['judge: { target: "#judging", by: [call] }', 'judge: { target: «"#jugding", by: [call] }']], ['unknown-target']],
    ['a target inside the state that is not there', [['resume: { target: office.back,', 'resume: { target: «.back,']], ['unknown-target']],
    ['a target two levels down that is not there', [['resume: { target: office.back,', 'resume: { target: «office.front,']], ['unknown-target']],
    ['the target of a history that is not there', [['history: deep, target: received }', 'history: deep, target: «reveived }']], ['unknown-target']],
    ['the target of a history outside of what it remembers', [['history: deep, target: received }', 'history: deep, target: «"#judging" }']], ['history-target-outside']],
    ['an id that two states have', [['        id: paused\n', '        id: grant\n'], ['        id: grant\n        label: { ja: 交付', '        id: «grant\n        label: { ja: 交付'], ['target: "#paused"', 'target: "#grant"']], ['duplicate-id']],
    ['a compound state that does not say where it begins', [['        initial: received\n        on: { withdraw', '        on: { withdraw'], ['      office:\n', '      «office:\n']], ['missing-initial']],
    ['a beginning that is not there', [['        initial: open\n', '        initial: «opne\n']], ['unknown-initial']],
    ['a beginning in a history', [['        initial: received\n        on: { withdraw', '        initial: «back\n        on: { withdraw']], ['initial-is-history']],
    ['a parallel state with a beginning', [['        type: parallel\n', '        type: parallel\n        «initial: money\n']], ['misplaced-initial']],
    ['a parallel state without regions', [['label: { ja: 審査, en: Open }', 'label: { ja: 審査, en: Open }\n            type: «parallel']], ['parallel-without-regions']],
    ['a final state with states inside', [['      over: { type: final,', '      over: { type: final, initial: a, «states: { a: { label: { ja: a, en: a } } },']], ['final-with-children']],
    ['a final state with an event', [['      over: { type: final,', '      over: { type: final, «on: { open: { target: planned, by: [secretariat] } },']], ['final-with-transitions']],
    ['a final state with a deadline', [['      over: { type: final,', '      over: { type: final, «after: { closing: planned },']], ['final-with-transitions']],
    ['a history with an event', [['back: { type: history,', 'back: { type: history, «on: { judge: { target: received, by: [secretariat] } },']], ['history-with-transitions']],
    ['a history with states inside', [['back: { type: history,', 'back: { type: history, «states: { a: { label: { ja: a, en: a } } },']], ['history-with-children']],
    ['onDone where nothing inside ends', [['        initial: open\n        on: { withdraw', '        initial: open\n        «onDone: closed\n        on: { withdraw']], ['on-done-never']],
    ['a target that stands on a state', [['      accepting:\n', '      accepting:\n        «target: screening\n']], ['misplaced-target']],
    ['a depth of history on a state', [['      accepting:\n', '      accepting:\n        «history: deep\n']], ['misplaced-history']],
    ['a chart that is final', [['    initial: joined\n', '    initial: joined\n    type: «final\n']], ['misplaced-type']],
    ['an always that leads back to itself', [['              - received\n          screened', '              - sorting\n          screened'], ['            always:', '            «always:']], ['always-cycle']],
    ['an always between two states', [['            label: { ja: 受付済み, en: Received }\n', '            «always: [{ target: sorting, guard: { if: case.returns > 2 } }]\n            label: { ja: 受付済み, en: Received }\n'], ['            always:\n', '            «always:\n']], ['always-cycle', 'always-cycle']],
    ['an always of a state around its own target', [['        initial: open\n        on: { withdraw', '        initial: open\n        «always: { target: .toRefuse, guard: { if: case.returns > 2 } }\n        on: { withdraw']], ['always-cycle']],
    ['an always without a target', [['            always:\n              - { target: "#withdrawn", guard', '            «always:\n              - { guard']], ['always-cycle']],
    ['onDone that enters its own end again', [['leave: { target: left,', 'leave: { target: again,'], ['      left: { type: final,', '      again: { initial: x, tags: [closed], publicStatus: ended, «onDone: again, states: { x: { type: final, label: { ja: x, en: x } } } }\n      left: { type: final,']], ['always-cycle']],
  ]
  for (const one of cases) it(`reports ${one[0]}`, () => expectTold(one))
})

describe('the ways through a chart', () => {
  const cases: Case[] = [
    ['a state that is never reached', [['      over: { type: final,', '      «lost: { label: { ja: 迷子, en: Lost }, tags: [resting], publicStatus: callOver }\n      over: { type: final,']], ['unreachable-state']],
    ['only the outermost of states that are never reached', [['      over: { type: final,', '      «lost: { initial: a, tags: [resting], publicStatus: callOver, states: { a: { label: { ja: 迷子, en: Lost } } } }\n      over: { type: final,']], ['unreachable-state']],
    ['a state where nobody can act and no deadline runs', [['        on: { open: { target: accepting, by: [secretariat] } }', '        on: { open: { target: accepting, by: [secretariat] }, extend: { target: limbo, by: [secretariat], asks: { until: { type: timestamp } } } }'], ['      accepting:\n', '      «limbo: { label: { ja: 宙, en: Limbo }, publicStatus: callOpen }\n      accepting:\n']], ['stuck']],
    ['a deadline that only reminds as no way on', [['      over: { type: final, label: { ja: 終了, en: Over }, publicStatus: callOver }', '      «over: { label: { ja: 終了, en: Over }, publicStatus: callOver, after: { closing: { do: [{ notify: { template: late, to: secretariat } }] } } }']], ['stuck']],
    ['a deadline that moves only where its guard holds', [['      over: { type: final, label: { ja: 終了, en: Over }, publicStatus: callOver }', '      «over: { label: { ja: 終了, en: Over }, publicStatus: callOver, after: { closing: { target: end, guard: { if: facts.pending == 0 } } } }\n      end: { type: final, label: { ja: 終了, en: End }, publicStatus: callOver }'], ['after: { closing: screening }', 'after: { closing: screening }\n']], ['?timer-may-not-move']],
    ['a region that has ended where onDone may not follow', [['        onDone: closed\n', '        onDone: { target: closed, guard: { if: case.returns > 2 } }\n'], ['              paid: { type: final,', '              «paid: { type: final,']], ['stuck']],
    ['states from which no end can be reached', [['      over: { type: final, label: { ja: 終了, en: Over }, publicStatus: callOver }', '      «over: { label: { ja: 終了, en: Over }, publicStatus: callOver, on: { extend: { target: again, by: [secretariat] } } }\n      «again: { label: { ja: 再び, en: Again }, publicStatus: callOver, on: { extend: { target: over, by: [secretariat] } } }']], ['no-way-to-end', 'no-way-to-end']],
    ['a transition that another always comes before', [['judge: { target: screened, by: [secretariat] }', 'judge: [{ target: screened, by: [secretariat] }, «{ target: returned, by: [secretariat] }]']], ['?transition-never-taken']],
    ['a separation from what cannot have happened', [['separateFrom: [propose]', 'separateFrom: [«pay]']], ['separate-from-never']],
    ['a separation from what is no event', [['separateFrom: [propose]', 'separateFrom: [«proposal]']], ['unknown-event']],
    ['a deadline that has passed where it is set anew', [['        after: { lapse: "#withdrawn" }\n        on:\n          submit:', '        after: { lapse: late }\n        on:\n          submit:'], ['      office:\n', '      late: { label: { ja: 遅れ, en: Late }, tags: [preparing], publicStatus: ended, after: { «lapse: withdrawn } }\n      office:\n']], ['deadline-already-passed']],
  ]
  for (const one of cases) it(`reports ${one[0]}`, () => expectTold(one))

  it('counts a state that is left at once as reached', () => {
    expect(told(tidyProgramme)).toEqual([])
  })

  it('says so when a chart can stand in too many ways to be walked through', () => {
    const region = (name: string): string => `          ${name}: { initial: a0, states: { ${Array.from({ length: 7 }, (_, i) => `a${i}: { label: { ja: a, en: a }, on: { go${name}: { target: a${(i + 1) % 7}, by: [secretariat] } } }`).join(', ')} } }\n`
    const { files, marks } = breakProgramme(tidyProgramme, [
      ['  membership:\n', `  «vast:\n    title: { ja: 広, en: Vast }\n    initial: all\n    states:\n      all:\n        type: parallel\n        states:\n${['p', 'q', 'r', 's'].map(region).join('')}  membership:\n`],
      ['events:\n', `events:\n${['p', 'q', 'r', 's'].map((name) => `  go${name}: { ja: 進む, en: Go }\n`).join('')}`],
    ])
    expect(told(files)).toEqual([{ ...marks[0], severity: 'error', code: 'too-many-configurations' }])
  })
})

describe('names that another part must have', () => {
  const cases: Case[] = [
    ['an action that is not there', [['{ assignNumber: receiptNo }, { notify', '«{ assignNumbr: receiptNo }, { notify']], ['unknown-action']],
    ['a deadline that is not declared', [['after: { correction: "#withdrawn" }', 'after: { «corection: "#withdrawn" }'], ['\n  correction: { after', '\n  «correction: { after']], ['unknown-deadline', '?unused-deadline']],
    ['a word that is not of the grammar', [['confirm: true } }\n        states:\n          received', '«confrim: true } }\n        states:\n          received']], ['unknown-key']],
    ['an event that nobody may send', [['open: { target: accepting, by: [secretariat] }', 'open: «{ target: accepting }']], ['nobody-may-send']],
    ['a role that is not declared', [['open: { target: accepting, by: [secretariat] }', 'open: { target: accepting, by: [«secretary] }']], ['unknown-role']],
    ['a guard that fails without a sentence', [['{ if: facts.pending == 0, else: { ja: 未確認の申請があります, en: Some are unchecked } }', '«{ if: facts.pending == 0 }']], ['guard-without-else']],
    ['one guard of several without a sentence', [['{ if: event.receivedAt < call.closesAt, else: { ja: 募集は終了しました, en: The call is closed } }', '«{ if: event.receivedAt < call.closesAt }']], ['guard-without-else']],
    ['approvals that are not declared', [['approvals: decision,', 'approvals: «descision,'], ['  decision:\n', '  «decision:\n']], ['?unused-approvals', 'unknown-approvals']],
    ['a step of approvals for no role', [['{ steps: [head, director] }', '{ steps: [head, «directress] }']], ['unknown-role']],
    ['tiers that do not ascend', [['      - { upTo: 1000000, steps: [head] }', '      - { upTo: 1000000, steps: [head] }\n      - { upTo: «500000, steps: [head] }']], ['tiers-not-ascending']],
    ['a last tier with a limit', [['{ steps: [head, director] }', '{ upTo: «5000000, steps: [head, director] }']], ['last-tier-with-limit']],
    ['a tier without a limit before the last', [['- { upTo: 1000000, steps: [head] }', '- «{ steps: [head] }']], ['tier-without-limit']],
    ['tiers without an amount', [['  decision:\n    amount: event.amount\n', '  «decision:\n']], ['tiers-without-amount']],
    ['a number that is not declared', [['{ assignNumber: receiptNo }', '{ assignNumber: «receptNo }'], ['  receiptNo:', '  «receiptNo:']], ['?unused-number', 'unknown-number']],
    ['the number of a document that is not declared', [['template: grant-letter, number: documentNo', 'template: grant-letter, number: «docNo'], ['  documentNo:', '  «documentNo:']], ['?unused-number', 'unknown-number']],
    ['a placeholder that nothing fills', [['format: "第{seq}号"', 'format: «"第{seq}号{month}"']], ['unknown-placeholder']],
    ['the form of a chart that is not there', [['    form: entry\n', '    form: «entries\n'], ['            guard:\n              - { if: event', '            requires: [form.entry]\n            guard:\n              - { if: event']], ['unknown-form']],
    ['a required form that is not there', [['requires: [form.results]', 'requires: [form.results, «form.result]']], ['unknown-form']],
    ['a requirement of unknown type', [['judge: { target: screened, by: [secretariat] }', 'judge: { target: screened, by: [secretariat], requires: [«proof] }']], ['?untyped-requirement']],
    ['a public status that is not declared', [['        publicStatus: underReview\n', '        publicStatus: «inReview\n'], ['  underReview:', '  «underReview:']], ['?unused-public-status', 'unknown-public-status']],
    ['a turn of somebody unknown', [['        turn: reviewers\n', '        turn: «judges\n']], ['unknown-turn']],
    ['a parent that is no chart', [['  membership:\n    title: { ja: 会員, en: Membership }\n    childOf: call\n', '  membership:\n    title: { ja: 会員, en: Membership }\n    childOf: «cal\n'], ['finish: { target: left, by: [call]', 'finish: { target: left, by: [call]'], ['event: finish, chart: membership', 'event: finish, chart: «membership']], ['not-a-child', 'unknown-chart']],
    ['charts that belong to each other', [['  membership:\n', `${['one', 'other'].map((name, i, all) => `  ${name}:\n    childOf: «${String(all[1 - i])}\n    initial: a\n    states: { a: { type: final, tags: [closed], publicStatus: ended, label: { ja: a, en: a } } }\n`).join('')}  membership:\n`]], ['child-of-itself', 'child-of-itself']],
    ['a param that is not of its type', [['type: fraction, value: 2/3', 'type: fraction, value: «two thirds']], ['bad-param']],
    ['a first day that not every year has', [['startsOn: "04-01"', 'startsOn: «"02-29"']], ['bad-date']],
    ['a field that a role cannot see', [['sees: [cost]', 'sees: [«costs]']], ['unknown-field']],
    ['a notice to nobody that is a role', [['{ notify: { template: substitute, to: secretariat } }', '{ notify: { template: substitute, to: «office } }']], ['unknown-role']],
    ['words of an event on a deadline', [['after: { closing: screening }', 'after: { closing: { target: screening, «by: [secretariat] } }']], ['only-on-events']],
    ['words of an event on an always', [['              - received\n          screened', '              - { target: received, «confirm: true }\n          screened']], ['only-on-events']],
    ['a name in an expression that is not there', [['if: facts.pending == 0', 'if: facts.«pendng == 0'], ['  pending: {', '  «pending: {']], ['?unused-fact', 'unknown-name']],
    ['an attribute that is not there', [['set: { closesAt: event.until }', 'set: { «closedAt: event.until }']], ['unknown-attribute']],
    ['data of two types under one name', [['judge: { target: screened, by: [secretariat] }', 'judge: { target: screened, by: [secretariat], asks: { place: { type: int, optional: true } } }'], ['judge: { target: "#judging", by: [call] }', 'judge: { target: "#judging", by: [call], asks: { «place: { type: string, optional: true } } }']], ['asks-conflict']],
    ['a notice to applicants of a call', [['{ notify: { template: substitute, to: secretariat } }', '{ notify: { template: substitute, to: «applicant } }']], ['?notice-to-nobody']],
    ['a duration in days within an expression', [['if: case.returns > 2', 'if: call.closesAt + «duration("14d") > now']], ['bad-literal']],
  ]
  for (const one of cases) it(`reports ${one[0]}`, () => expectTold(one))
})

describe('what charts send each other', () => {
  const cases: Case[] = [
    ['an event that the children do not have', [['{ event: judge, chart: application, inPhase: screened }', '{ event: «jugde, chart: application, inPhase: screened }']], ['event-not-taken']],
    ['an event that the children do not take from this chart', [['judge: { target: "#judging", by: [call] }', 'judge: { target: "#judging", by: [secretariat] }'], ['{ event: judge, chart', '{ event: «judge, chart']], ['sender-not-admitted']],
    ['an event for children that stand elsewhere', [['{ event: judge, chart: application, inPhase: screened }', '{ event: «judge, chart: application, inPhase: submitted }']], ['never-taken-there']],
    ['an event without the data it is taken with', [['refuse: { target: toRefuse, by: [call] }', 'refuse: { target: toRefuse, by: [call] }\n              judge: { target: toRefuse, by: [call], requires: [reason] }'], ['judge: { target: "#judging", by: [call] }', 'publish: { target: "#judging", by: [secretariat] }'], ['{ event: judge, chart: application, inPhase: screened }', '{ event: «judge, chart: application }']], ['sent-without-data']],
    ['an event for a chart that is no child', [['{ sendToChildren: { event: finish, chart: membership } }', '{ sendToChildren: { event: finish, chart: «call } }'], ['finish: { target: left, by: [call]', 'finish: { target: left, by: [«call]']], ['not-a-child', '?never-sent']],
    ['an event for a chart that is not there', [['{ sendToChildren: { event: finish, chart: membership } }', '{ sendToChildren: { event: finish, chart: «members } }'], ['finish: { target: left, by: [call]', 'finish: { target: left, by: [«call]']], ['unknown-chart', '?never-sent']],
    ['children where there are none', [['audit: { by: [application] }', 'audit: { by: [application], do: [{ sendToChildren: «{ event: audit } }] }']], ['no-children']],
    ['neither an event nor where it comes from', [['sendToChildren: { chart: application, eventFrom: outcomes }', 'sendToChildren: «{ chart: application }']], ['send-without-event']],
    ['events from an attribute that is not there', [['eventFrom: outcomes }', 'eventFrom: «results }']], ['unknown-attribute']],
    ['events from an attribute of another type', [['eventFrom: outcomes }', 'eventFrom: «closesAt }']], ['attribute-not-outcomes']],
    ['an order by what children do not have', [['inTag: embargoed } }', 'inTag: embargoed, orderBy: «ranking } }']], ['unknown-attribute']],
    ['a first few without an order', [['inTag: embargoed } }', 'inTag: embargoed, limit: «3 } }']], ['?limit-without-order']],
    ['an event for a parent where there is none', [['do: [{ notify: { template: substitute, to: secretariat } }]', 'do: [{ sendToParent: «substitute }, { notify: { template: substitute, to: secretariat } }]']], ['no-parent']],
    ['an event that the parent does not have', [['{ sendToParent: substitute }', '{ sendToParent: «substitut }'], ['substitute: { by: [application]', 'substitute: { by: [«application]']], ['?never-sent', 'event-not-taken']],
    ['an event that the organisation\'s case does not have', [['chart: membership, event: audit }', 'chart: membership, event: «audits }']], ['event-not-taken']],
    ['a count of children that are not there', [['{ children: { chart: application, inPhase: submitted } }', '{ children: { chart: «applications, inPhase: submitted } }']], ['unknown-chart']],
    ['a count of children that another chart has', [['{ if: form.complete && facts.others == 0,', '{ if: form.complete && facts.pending == 0 && facts.others == 0,'], ['{ children: { chart: application, inPhase: submitted } }', '{ children: { chart: «application, inPhase: submitted } }']], ['not-a-child']],
    ['a count of what never is', [['{ children: { chart: application, inPhase: submitted } }', '{ children: «{ chart: application, inTag: open } }']], ['?counts-nothing']],
  ]
  for (const one of cases) it(`reports ${one[0]}`, () => expectTold(one))
})

describe('deadlines', () => {
  const cases: Case[] = [
    ['neither an instant nor a duration', [['closing: { at: call.closesAt,', 'closing: «{']], ['bad-shape']],
    ['both an instant and a duration', [['closing: { at: call.closesAt,', 'closing: «{ at: call.closesAt, after: P10D,']], ['bad-shape']],
    ['a duration that cannot be read', [['correction: { after: P10D,', 'correction: { after: «10days,']], ['bad-deadline']],
    ['hours counted in business days', [['correction: { after: P10D,', 'correction: { after: «PT48H,']], ['bad-deadline']],
    ['a first day that counts in hours', [['correction: { after: P10D, calendar: business,', 'correction: { after: «PT48H, firstDayCounts: true,']], ['bad-deadline']],
    ['a param that is not declared', [['after: params.grace', 'after: «params.grade'], ['  grace: {', '  «grace: {']], ['?unused-param', 'unknown-param']],
    ['a param that is not a duration', [['after: params.grace', 'after: «params.rate'], ['  grace: {', '  «grace: {']], ['?unused-param', 'param-not-duration']],
    ['a deadline that no state has', [['deadlines:\n', 'deadlines:\n  «never: { after: P1D, label: { ja: 無, en: Never } }\n']], ['?unused-deadline']],
    ['a reminder that would come before the beginning', [['before: [P3D]', 'before: [«P30D]']], ['reminder-never-sent']],
    ['a reminder that would mostly come before the beginning', [['before: [P3D]', 'before: [«P16D]']], ['?reminder-seldom-sent']],
    ['a reminder as long before as the deadline is after', [['correction: { after: P10D, calendar: business,', 'correction: { after: PT72H,'], ['before: [P3D]', 'before: [«PT72H]']], ['reminder-never-sent']],
    ['a reminder that stands twice', [['before: [P3D]', 'before: [P3D, «P3D]']], ['duplicate-reminder']],
    ['a reminder to nobody', [['remind: { before: [P3D], template: soon, to: applicant }', 'remind: { before: [P3D], template: soon, to: «applicants }']], ['unknown-role']],
    ['words of a duration with an instant', [['closing: { at: call.closesAt,', 'closing: { at: call.closesAt, «calendar: business,']], ['only-with-after']],
    ['a deadline without a label', [['  reportDue: { after: params.grace, label: { ja: 報告期限, en: Report due } }', '  «reportDue: { after: params.grace }']], ['?deadline-without-label']],
    ['an instant that is no instant', [['  lapse: { at: call.closesAt,', '  lapse: { at: «fiscalYear.year,']], ['expression-type']],
  ]
  for (const one of cases) it(`reports ${one[0]}`, () => expectTold(one))
})

describe('notices, decisions and embargoes', () => {
  const without = (...names: string[]): ProgrammeFiles => Object.fromEntries(Object.entries(tidyProgramme).filter(([file]) => !names.includes(file)))

  it.each([
    ['one language', ['notices/not-adopted.en.md']],
    ['both languages', ['notices/not-adopted.ja.md', 'notices/not-adopted.en.md']],
  ])('reports a notice that is missing in %s where it is sent', (_, names) => {
    const { files, marks } = breakProgramme(without(...names), [['template: not-adopted', 'template: «not-adopted']])
    expect(told(files)).toEqual([{ ...marks[0], severity: 'error', code: 'missing-notice' }])
  })

  it('reports a notice that nothing sends in each language', () => {
    const files = { ...tidyProgramme, 'notices/stray.ja.md': tidyProgramme['notices/late.ja.md'] as string, 'notices/stray.en.md': tidyProgramme['notices/late.en.md'] as string }
    expect(told(files)).toEqual(['en', 'ja'].map((lang) => ({ file: `notices/stray.${lang}.md`, line: 1, column: 1, severity: 'warning', code: 'unused-notice' })))
  })

  const cases: Case[] = [
    ['a letter attached that is never issued', [['attach: grant-letter', 'attach: «late']], ['attach-not-issued']],
    ['an adoption that the applicant is not told', [['template: adopted, to: applicant', 'template: adopted, to: secretariat'], ['toAdopt: { label: { ja: 採択予定, en: To adopt }, tags: [embargoed], on: { publish: {', 'toAdopt: { label: { ja: 採択予定, en: To adopt }, tags: [embargoed], on: { publish: «{']], ['silent-decision']],
    ['a refusal that only the office is told', [['template: not-adopted, to: applicant', 'template: not-adopted, to: secretariat'], ['toRefuse: { label: { ja: 不採択予定, en: To refuse }, tags: [embargoed], on: { publish: {', 'toRefuse: { label: { ja: 不採択予定, en: To refuse }, tags: [embargoed], on: { publish: «{']], ['silent-decision']],
    ['a closing by the office that the applicant is not told', [['finish: { target: left, by: [call], do: [{ notify: { template: finished, to: applicant } }] }', 'finish: «{ target: left, by: [call] }']], ['silent-decision']],
    ['a notice on the way into an embargo', [['refuse: { target: toRefuse, by: [call] }', 'refuse: { target: toRefuse, by: [call], do: [«{ notify: { template: late, to: applicant } }] }']], ['embargo-leak']],
    ['a notice on the entry of an embargoed state', [['toAdopt: { label: { ja: 採択予定, en: To adopt },', 'toAdopt: { entry: [«{ notify: { template: late, to: applicant } }], label: { ja: 採択予定, en: To adopt },']], ['embargo-leak']],
    ['a reminder in an embargoed state alone', [['toAdopt: { label: { ja: 採択予定, en: To adopt },', 'toAdopt: { after: { reportDue: { do: [«{ notify: { template: late, to: applicant } }] } }, label: { ja: 採択予定, en: To adopt },']], ['embargo-leak']],
    ['a public status that changes with the decision', [['toAdopt: { label: { ja: 採択予定, en: To adopt },', 'toAdopt: { publicStatus: «adopted, label: { ja: 採択予定, en: To adopt },']], ['embargo-leak']],
    ['a public status of a call that changes with the decision', [['        tags: [embargoed]\n        publicStatus: callOver\n', '        tags: [embargoed]\n        publicStatus: «callOpen\n']], ['embargo-leak']],
    ['an event that only the adopted are offered', [['          toAdopt: { label: { ja: 採択予定, en: To adopt }, tags: [embargoed], on: {', '          «toAdopt: { label: { ja: 採択予定, en: To adopt }, tags: [embargoed], on: { report: { by: [applicant] },']], ['embargo-distinguishable']],
    ['a deadline that only the adopted are shown', [['          toAdopt: { label: { ja: 採択予定, en: To adopt },', '          «toAdopt: { turn: applicant, after: { reportDue: { do: [{ notify: { template: late, to: secretariat } }] } }, label: { ja: 採択予定, en: To adopt },']], ['embargo-distinguishable']],
    ['an event that states of one status offer differently, where nothing is secret', [['        publicStatus: paused\n', '        publicStatus: correcting\n'], ['          returned:\n', '          returned:\n'], ['      paused:\n', '      «paused:\n'], ['  paused: { ja: 中断中', '  «paused: { ja: 中断中']], ['?unused-public-status', '?status-offers-differ']],
  ]
  for (const one of cases) it(`reports ${one[0]}`, () => expectTold(one))

  it('lets a notice to the office pass while a decision is embargoed', () => {
    const { files } = breakProgramme(tidyProgramme, [['refuse: { target: toRefuse, by: [call] }', 'refuse: { target: toRefuse, by: [call], do: [{ notify: { template: late, to: secretariat } }] }']])
    expect(told(files)).toEqual([])
  })

  it('lets a notice pass that every state around sends alike', () => {
    const { files } = breakProgramme(tidyProgramme, [['        initial: open\n        on: { withdraw', '        initial: open\n        after: { reportDue: { do: [{ notify: { template: late, to: applicant } }] } }\n        on: { withdraw']])
    expect(told(files)).toEqual([])
  })

  it('lets an applicant leave without a notice', () => {
    const { files } = breakProgramme(tidyProgramme, [['leave: { target: left, by: [applicant] }', 'leave: { target: left, by: [applicant], confirm: true }']])
    expect(told(files)).toEqual([])
  })
})

describe('names, labels and phases', () => {
  const cases: Case[] = [
    ['an attribute that the engine keeps itself', [['attributes: { rank: { type: int },', 'attributes: { «createdAt: { type: timestamp }, rank: { type: int },']], ['reserved-attribute']],
    ['overriding params on a chart that has a parent', [['attributes: { rank: { type: int },', 'attributes: { «params: { type: string }, rank: { type: int },']], ['reserved-attribute']],
    ['an attribute called like a number', [['attributes: { rank: { type: int },', 'attributes: { «receiptNo: { type: string }, rank: { type: int },']], ['attribute-is-number']],
    ['a role called like a chart', [['  director: { ja: 部長', '  «call: { ja: 募集, en: Call }\n  director: { ja: 部長']], ['id-collision']],
    ['a chart called like a root of expressions', [['  membership:\n', '  «review:\n    title: { ja: 審査, en: Review }\n    initial: a\n    states: { a: { type: final, label: { ja: a, en: a } } }\n  membership:\n']], ['id-collision']],
    ['data called like the instant of receipt', [['asks: { until: { type: timestamp } }', 'asks: { «receivedAt: { type: timestamp }, until: { type: timestamp } }']], ['reserved-name']],
    ['an id that is a word of CEL', [['attributes: { rank: { type: int },', 'attributes: { «return: { type: int }, rank: { type: int },']], ['bad-id']],
    ['a state without a label', [['        label: { ja: 募集中, en: Accepting }\n', ''], ['      accepting:\n', '      «accepting:\n']], ['?missing-label']],
    ['an event of applicants without a label', [['  resubmit: { ja: 再提出, en: Resubmit }\n', ''], ['on: { resubmit: {', 'on: { «resubmit: {']], ['event-without-label']],
    ['an event of the office without a label', [['  resume: { ja: 再開, en: Resume }\n', ''], ['          resume: {', '          «resume: {']], ['?event-without-label']],
    ['a state in two phases', [['tags: [closed, decided.notAdopted]', 'tags: «[closed, adopted, decided.notAdopted]']], ['two-phases']],
    ['regions in different phases', [['          money:\n', '          money:\n            tags: [adopted]\n'], ['          work:\n', '          work:\n            tags: «[judged]\n']], ['two-phases']],
    ['an application in no phase', [['        tags: [preparing]\n', ''], ['      draft:\n', '      «draft:\n']], ['missing-phase']],
    ['an application in no status', [['        tags: [preparing]\n        publicStatus: preparing\n', '        tags: [preparing]\n'], ['      draft:\n', '      «draft:\n'], ['  preparing: {', '  «preparing: {']], ['?unused-public-status', '?missing-public-status']],
    ['a word that a text has swallowed', [['received: { ja: 受付済み, en: Received }', 'received: { ja: 受付済み, en: «"Received, step: 2" }']], ['?swallowed-word']],
    ['declarations that nothing uses', [
      ['events:\n', 'events:\n  «sleep: { ja: 眠る, en: Sleep }\n'],
      ['  director: { ja', '  «guest: { ja: 客, en: Guest }\n  director: { ja'],
      ['  decision:\n', '  «idle: { tiers: [{ steps: [head] }] }\n  decision:\n'],
      ['  receiptNo:', '  «spareNo: { format: "{seq}", per: [office] }\n  receiptNo:'],
      ['  rate: {', '  «spare: { type: int, value: 1 }\n  rate: {'],
      ['  pending: {', '  «spare: { membership: [other] }\n  pending: {'],
      ['  callOpen: {', '  «spare: { ja: 予備, en: Spare }\n  callOpen: {'],
      ['deadlines:\n', 'amounts:\n  «spare: "1"\ndeadlines:\n'],
    ], ['?unused-role', '?unused-approvals', '?unused-number', '?unused-param', '?unused-fact', '?unused-public-status', '?unused-event', '?unused-amount']],
    ['a form that nothing uses', [['  results:\n', '  «stray:\n    title: { ja: 迷子, en: Stray }\n    sections: [{ id: main, title: { ja: 内容, en: Main }, fields: [{ id: cost, kind: yen, label: { ja: 経費, en: Cost } }] }]\n  results:\n']], ['?unused-form'], 'form.yaml'],
    ['a form called like a root of expressions', [['  results:\n', '  «params:\n    title: { ja: 迷子, en: Stray }\n    sections: [{ id: main, title: { ja: 内容, en: Main }, fields: [{ id: cost, kind: yen, label: { ja: 経費, en: Cost } }] }]\n  results:\n']], ['id-collision'], 'form.yaml'],
    ['a form called like a chart whose form it is not', [['  results:\n', '  ««membership:\n    title: { ja: 迷子, en: Stray }\n    sections: [{ id: main, title: { ja: 内容, en: Main }, fields: [{ id: cost, kind: yen, label: { ja: 経費, en: Cost } }] }]\n  results:\n']], ['id-collision', '?unused-form'], 'form.yaml'],
  ]
  for (const one of cases) it(`reports ${one[0]}`, () => expectTold(one))
})

describe('other programmes', () => {
  const { files: sender } = breakProgramme(tidyProgramme, [['{ sendToOrganisation: { programme: tidy, chart: membership, event: audit } }', '{ sendToOrganisation: { programme: elsewhere, chart: membership, event: finish } }'], ['audit: { by: [application] }', 'audit: { by: [secretariat] }']])
  const elsewhere = (edits: readonly Edit[]): NonNullable<ReturnType<typeof checkProgramme>['programme']> => {
    const { programme } = checkProgramme(breakProgramme(tidyProgramme, [['name: tidy', 'name: elsewhere'], ['programme: tidy, chart', 'programme: elsewhere, chart'], ...edits]).files)
    if (!programme) throw new Error('the other programme cannot be read')
    return programme
  }
  const codes = (...others: Parameters<typeof checkProgramme>[1] & object[]): string[] => checkProgramme(sender, others).problems.map((one) => one.code)

  it('are taken on trust where they are not known', () => {
    expect(codes()).toEqual([])
  })

  it('must take what is sent to them, from this sender', () => {
    expect(codes(elsewhere([]))).toEqual(['sender-not-admitted'])
    expect(codes(elsewhere([['finish: { target: left, by: [call],', 'finish: { target: left, by: [call, application],']]))).toEqual([])
  })

  it('must have the chart', () => {
    expect(codes(elsewhere([['  membership:\n', '  members:\n'], ['event: finish, chart: membership', 'event: finish, chart: members'], ['chart: membership, event: audit', 'chart: members, event: audit']]))).toEqual(['unknown-chart'])
  })

  it('are named in what asks for members', () => {
    const { files, marks } = breakProgramme(tidyProgramme, [['  others: { others: { chart: application, inPhase: adopted } }', '  others: { others: { chart: application, inPhase: adopted } }\n  member: { membership: [elsewhere, «nowhere] }'], ['facts.others == 0', 'facts.others == 0 && facts.member']])
    expect(checkProgramme(files, [elsewhere([])]).problems.map(({ file, line, column, code }) => ({ file, line, column, code }))).toEqual([{ ...marks[0], code: 'unknown-programme' }])
  })

  it('must be there', () => {
    expect(checkProgramme(sender, [checkProgramme(toyProgramme).programme as NonNullable<ReturnType<typeof checkProgramme>['programme']>]).problems.map((one) => one.code)).toEqual(['unknown-programme'])
  })
})
