import { checkProgramme, type Problem } from '@saitaku/statechart'
import { ProgrammeCopy, readProgramme } from './programme-copy.js'

/**
 * Forty-two ways to break a real programme. Each names the marked places with their codes in the order of the file,
 * and the codes that only follow; whatever else the checker said of the whole programme it must say again, and no more.
 */
type Way = readonly [name: string, programme: string, breakIt: (copy: ProgrammeCopy) => ProgrammeCopy, codes: readonly string[], consequences?: readonly string[]]

const states = (chart: string, ...keys: string[]): string[] => ['charts', chart, ...keys.flatMap((key) => ['states', key])]

const GRANT = 'model-project-subsidy'
const AWARD = 'sdgs-award'
const REGISTRATION = 'partner-registration'
const CERTIFICATION = 'partner-certification'
const GROUPS = 'working-group'

const ways: Way[] = [
  // the structure of a chart
  ['a target that is misspelt', AWARD, (copy) => copy.put([...states('call', 'accepting'), 'after', 'closing'], '«screning'), ['unknown-target']],
  ['a target by an id that no state has', REGISTRATION, (copy) => copy.put([...states('application', 'undecided', 'awaitingApproval'), 'on', 'approve', 'target'], '«"#registred"'), ['unknown-target']],
  ['an id given to two states', REGISTRATION, (copy) => copy.put([...states('application', 'revoked'), 'id'], '«expired').put([...states('application', 'registered'), 'on', 'revoke', 'target'], '"#expired"'), ['duplicate-id']],
  ['a compound state that begins nowhere', CERTIFICATION, (copy) => copy.markKey(states('application', 'undecided')).drop([...states('application', 'undecided'), 'initial']), ['missing-initial']],
  ['a beginning that is misspelt', GROUPS, (copy) => copy.put(['charts', 'workingGroup', 'initial'], '«propsed'), ['unknown-initial']],
  ['a final state with an event', REGISTRATION, (copy) => copy.add(states('application', 'lapsed'), '«on: { submit: { target: draft, by: [applicant] } }'), ['final-with-transitions']],
  ['two states that hand a case to each other for ever', GROUPS, (copy) => copy
    .add(states('workingGroup', 'undecided', 'screening'), '«always: { target: awaitingApproval, guard: { if: form.complete } }')
    .add(states('workingGroup', 'undecided', 'awaitingApproval'), '«always: { target: screening, guard: { if: form.complete } }'), ['always-cycle', 'always-cycle']],

  // the ways through it
  ['a state that nothing leads to', AWARD, (copy) => copy.add(['charts', 'call', 'states'], '«forgotten: { label: { ja: 忘れた段階, en: Forgotten }, publicStatus: planned, tags: [resting] }'), ['unreachable-state']],
  ['a state where nobody can act and no deadline runs', GRANT, (copy) => copy.add(['charts', 'call', 'states'], '«limbo: { label: { ja: 宙, en: Limbo }, publicStatus: planned }').put([...states('call', 'draft'), 'on', 'discard', 'target'], 'limbo').markKey(states('call', 'discarded')), ['stuck', 'unreachable-state']],
  ['a call that can never be closed', REGISTRATION, (copy) => copy.markKey(['charts', 'call']).put([...states('call', 'deciding'), 'on', 'closeOut', 'target'], 'accepting').markKey(states('call', 'closed')), ['no-way-to-end', 'unreachable-state']],
  ['a second way that the first always comes before', CERTIFICATION, (copy) => copy.put([...states('application', 'undecided', 'submitted'), 'on', 'accept'], '[{ target: screening, by: [secretariat] }, «{ target: returned, by: [secretariat] }]'), ['transition-never-taken']],
  ['a separation from what comes later', REGISTRATION, (copy) => copy.put([...states('application', 'undecided', 'awaitingApproval'), 'on', 'approve', 'separateFrom', 0], '«approveRenewal'), ['separate-from-never']],

  // what the rubric says of the charts
  ['a state of scoring that is misspelt', GRANT, (copy) => copy.put(['stages', 0, 'scoring', 'state'], '«judgeing', 'rubric.yaml'), ['unknown-state']],
  ['an event of the outcome that is misspelt', AWARD, (copy) => copy.put(['stages', 1, 'decision', 'adopted'], '«givePrice', 'rubric.yaml'), ['unknown-event']],

  // who may do what
  ['an event that nobody may send', CERTIFICATION, (copy) => copy.markValue([...states('application', 'undecided', 'screening'), 'on', 'propose']).drop([...states('application', 'undecided', 'screening'), 'on', 'propose', 'by']), ['nobody-may-send']],
  ['a role that is misspelt', GROUPS, (copy) => copy.put([...states('workingGroup', 'undecided', 'screening'), 'on', 'propose', 'by', 0], '«secretary'), ['unknown-role']],
  ['a separation from an event that is misspelt', REGISTRATION, (copy) => copy.put([...states('application', 'undecided', 'awaitingApproval'), 'on', 'reject', 'separateFrom', 0], '«propse'), ['unknown-event']],
  ['approvals that are not declared', GRANT, (copy) => copy.put([...states('call', 'proposed'), 'on', 'approve', 'approvals'], '«selections').markKey(['approvals', 'selection']), ['unused-approvals', 'unknown-approvals']],
  ['a step of approvals for nobody', GRANT, (copy) => copy.put(['approvals', 'selection', 'tiers', 0, 'steps', 0], '«sectionChief'), ['unknown-role']],
  ['tiers that do not ascend', GRANT, (copy) => copy.addItem(['approvals', 'grant', 'tiers'], '{ upTo: 5000000, steps: [bureauHead] }').markValue(['approvals', 'grant', 'tiers', 0, 'upTo']), ['tiers-not-ascending']],
  ['amounts that nobody approves', GRANT, (copy) => copy.put(['approvals', 'grant', 'tiers', 1], '{ upTo: «3000000, steps: [sectionHead, bureauHead] }'), ['last-tier-with-limit']],

  // what charts send each other
  ['an event that the applications do not have', AWARD, (copy) => copy.put([...states('call', 'screening'), 'on', 'startFirstReview', 'do', 0, 'sendToChildren', 'event'], '«juge'), ['event-not-taken']],
  ['an event that they no longer take from the call', GRANT, (copy) => copy.put([...states('application', 'selection', 'judged', 'scoring'), 'on', 'rank', 'by', 0], 'secretariat').markValue([...states('call', 'judging'), 'on', 'closeScoring', 'do', 0, 'sendToChildren', 'event']), ['sender-not-admitted']],
  ['an event for applications that stand elsewhere', GRANT, (copy) => copy.put([...states('call', 'screening'), 'on', 'startJudging', 'do', 0, 'sendToChildren', 'inPhase'], 'submitted').markValue([...states('call', 'screening'), 'on', 'startJudging', 'do', 0, 'sendToChildren', 'event']), ['never-taken-there']],
  ['outcomes taken from what are none', AWARD, (copy) => copy.put([...states('call', 'proposed'), 'on', 'approve', 'do', 0, 'sendToChildren', 'eventFrom'], '«minutes'), ['attribute-not-outcomes']],

  // guards, actions, expressions
  ['a guard that fails without a sentence', REGISTRATION, (copy) => copy.markValue([...states('call', 'draft'), 'on', 'open', 'guard']).drop([...states('call', 'draft'), 'on', 'open', 'guard', 'else']), ['guard-without-else']],
  ['an action that is misspelt', GROUPS, (copy) => copy.rename([...states('workingGroup', 'lapsed'), 'entry', 0, 'notify'], '«notfy'), ['unknown-action']],
  ['an answer that the form does not have', GRANT, (copy) => copy.put([...states('application', 'selection', 'draft'), 'on', 'submit', 'set', 'requestedAmount'], 'form.«requestedAmout'), ['unknown-name']],
  ['a duration in days inside an expression', AWARD, (copy) => copy.put(['deadlines', 'draftClosing', 'at'], `'call.closesAt - «duration("14d")'`), ['bad-literal']],
  ['a number that is not declared', REGISTRATION, (copy) => copy.put([...states('application', 'draft'), 'on', 'submit', 'do', 0, 'assignNumber'], '«recieptNo').markKey(['numbers', 'receiptNo']), ['unused-number', 'unknown-number']],
  ['an id that is a word of expressions', GROUPS, (copy) => copy.rename(['charts', 'membership', 'attributes', 'joinedOn'], '«in').put([...states('membership', 'invited'), 'on', 'join', 'set'], '{ joinedOn: startOfDay(now) }'), ['bad-id']],

  // deadlines
  ['a deadline that is not declared', GRANT, (copy) => copy.rename([...states('application', 'selection', 'returned'), 'after', 'correction'], '«corection').markKey(['deadlines', 'correction']), ['unknown-deadline', 'unused-deadline']],
  ['a deadline that says both when and how long', AWARD, (copy) => copy.add(['deadlines', 'correction'], 'at: call.closesAt').markValue(['deadlines', 'correction']), ['bad-shape']],
  ['hours counted in business days', CERTIFICATION, (copy) => copy.put(['deadlines', 'correction', 'after'], '«PT240H'), ['bad-deadline']],
  ['a deadline from a number that is no duration', REGISTRATION, (copy) => copy.put(['deadlines', 'correction', 'after'], '«params.termYears'), ['param-not-duration']],
  ['a reminder longer before than the deadline is after', GROUPS, (copy) => copy.put(['deadlines', 'succession', 'remind', 'before', 0], '«P40D'), ['reminder-never-sent']],

  // what people read, and what they must not
  ['a notice without its English text', GROUPS, (copy) => copy.without('notices/lapsed.en.md').markValue([...states('workingGroup', 'lapsed'), 'entry', 0, 'notify', 'template']), ['missing-notice']],
  ['an adoption of which the applicant hears nothing', REGISTRATION, (copy) => copy.markValue([...states('application', 'undecided', 'awaitingApproval'), 'on', 'approve']).put([...states('application', 'undecided', 'awaitingApproval'), 'on', 'approve', 'do', 2, 'notify', 'to'], 'secretariat'), ['silent-decision']],
  ['a mail to the winner before the ceremony', AWARD, (copy) => copy.add(states('application', 'finalStage', 'held', 'toWin'), 'entry: [«{ notify: { template: won, to: applicant } }]'), ['embargo-leak']],
  ['a public status that tells of the adoption before it is published', GRANT, (copy) => copy.add(states('application', 'selection', 'judged', 'held', 'toAdopt'), 'publicStatus: «adopted'), ['embargo-leak']],
  ['a button that only those who won are shown', AWARD, (copy) => copy.markKey(states('application', 'finalStage', 'held', 'toWin')).add([...states('application', 'finalStage', 'held', 'toWin'), 'on'], 'returnPrize: { target: "#notChosen", by: [applicant] }'), ['embargo-distinguishable'], ['silent-decision']],
  ['an application in no phase', REGISTRATION, (copy) => copy.markKey(states('application', 'draft')).drop([...states('application', 'draft'), 'tags']), ['missing-phase'], ['never-taken-there']],
]

const keyOf = ({ file, code, message }: Problem): string => [file, code, message].join('\n')
const sound = new Map<string, string[]>()

/** What the checker says of the whole programme: it stays, at other lines perhaps. */
function saidOfWhole(programme: string): string[] {
  const known = sound.get(programme) ?? checkProgramme(readProgramme(programme)).problems.map(keyOf)
  sound.set(programme, known)
  return known
}

describe('a real programme, broken', () => {
  it('is broken in forty-two ways', () => {
    expect([ways.length, new Set(ways.map(([name]) => name)).size]).toEqual([42, 42])
  })

  for (const [name, programme, breakIt, codes, consequences = []] of ways)
    it(`shows ${name} (${programme})`, () => {
      const { files, marks } = breakIt(new ProgrammeCopy(programme)).broken()
      const before = saidOfWhole(programme)
      const found = checkProgramme(files).problems.filter((problem) => !before.includes(keyOf(problem)))
      const told = found.filter((problem) => !consequences.includes(problem.code)).map(({ file, line, column, code }) => ({ file, line, column, code }))
      expect(told).toEqual(marks.map((mark, i) => ({ ...mark, code: codes[i] })))
      expect(marks).toHaveLength(codes.length)
    })
})

describe('a real programme, broken in five places', () => {
  it('shows all five at once, sorted by their places', () => {
    const copy = new ProgrammeCopy(GRANT)
      .put([...states('call', 'accepting'), 'after', 'closing'], '«screning')
      .put([...states('call', 'judging'), 'on', 'closeScoring', 'by', 0], '«president')
      .put([...states('application', 'selection', 'draft'), 'on', 'submit', 'do', 0], '«{ assignNumbr: receiptNo }')
      .put([...states('application', 'selection', 'judged'), 'publicStatus'], '«inReview')
      .put(['deadlines', 'correction', 'after'], '«ten days')
    const { files, marks } = copy.broken()
    const before = saidOfWhole(GRANT)
    const found = checkProgramme(files).problems.filter((problem) => !before.includes(keyOf(problem)))
    const codes = ['unknown-target', 'unknown-role', 'unknown-action', 'unknown-public-status', 'bad-deadline']
    expect(found.map(({ file, line, column, code }) => ({ file, line, column, code }))).toEqual(marks.map((mark, i) => ({ ...mark, code: codes[i] })))
  })
})

describe('the real programmes', () => {
  it.each([GRANT, AWARD, REGISTRATION, CERTIFICATION, GROUPS])('%s has no error', (programme) => {
    expect(checkProgramme(readProgramme(programme)).problems.filter((problem) => problem.severity === 'error')).toEqual([])
  })

  it('have no error beside each other either', () => {
    const all = [GRANT, AWARD, REGISTRATION, CERTIFICATION, GROUPS].map((name) => ({ name, checked: checkProgramme(readProgramme(name)) }))
    const together = all.flatMap(({ name }) => {
      const others = all.flatMap((one) => (one.name !== name && one.checked.programme ? [one.checked.programme] : []))
      return checkProgramme(readProgramme(name), others).problems.filter((problem) => problem.severity === 'error')
    })
    expect(together).toEqual([])
  })

  it.each([GRANT, AWARD, REGISTRATION, CERTIFICATION, GROUPS])('%s is checked within a second', (programme) => {
    const files = readProgramme(programme)
    const started = process.cpuUsage()
    checkProgramme(files)
    const { user, system } = process.cpuUsage(started)
    expect((user + system) / 1000).toBeLessThan(1000)
  })
})
