import { begin, compileProgramme, fire, FactsNeeded, loadProgramme, recompute, step, type CaseState, type CompiledChart, type Facts, type Stepped } from './index.js'
import { toyProgramme } from '@saitaku/testkit'

const loaded = loadProgramme(toyProgramme)
const chart = loaded.programme?.charts.get('application') as CompiledChart
const NOW = new Date('2026-06-01T00:00:00Z')
const CALL = { closesAt: '2026-06-23T08:00:00.000Z' }
const facts: Facts = { call: CALL, facts: { twins: 0 } }
const applicant = { id: 'p-applicant', roles: ['applicant'] }
const office = { id: 'p-office', roles: ['secretariat'] }
const head = { id: 'p-head', roles: ['head'] }
const director = { id: 'p-director', roles: ['director'] }

function taken(result: ReturnType<typeof step>): Stepped {
  if (!result.ok) throw new Error(`${result.code}: ${result.reason.en}`)
  return result
}
const send = (state: CaseState, type: string, actor = applicant, data = {}, now = NOW): Stepped => taken(step(chart, state, { type, actor, data }, facts, now))
const drafted = (): CaseState => begin(chart, {}, facts, NOW).state
const submitted = (): CaseState => send(drafted(), 'submit', applicant, { amount: 1_234_567 }).state
const approvedBy = (amount: number): Stepped => send(send(submitted(), 'propose', office).state, 'approve', head, { amount })

describe('a step', () => {
  it('loads the toy programme without a finding', () => {
    expect(loaded.problems).toEqual([])
  })

  it('begins with the first state and its timer', () => {
    const first = begin(chart, {}, facts, NOW)
    expect(first.view).toEqual({ states: ['draft'], phase: 'preparing', publicStatus: 'preparing', turn: 'applicant', tags: ['preparing'], done: false })
    expect(first.timers).toEqual({ set: [{ key: 'xstate.after.closing.application.draft', deadline: 'closing', due: new Date(CALL.closesAt) }], cancel: [] })
  })

  it('does what entering the first state asks for once, and not again in later steps', () => {
    const greeting = { ...toyProgramme, 'programme.yaml': (toyProgramme['programme.yaml'] as string).replace('label: { ja: 下書き, en: Draft }', 'label: { ja: 下書き, en: Draft }\n        entry: [{ notify: { template: noted, to: applicant } }, { set: { rounds: "7" } }]') }
    const greeted = loadProgramme(greeting).programme?.charts.get('application') as CompiledChart
    const first = begin(greeted, {}, facts, NOW)
    expect([first.effects.length, first.state.attributes.rounds]).toEqual([1, 7])
    const next = taken(step(greeted, first.state, { type: 'submit', actor: applicant, data: { amount: 5 } }, facts, NOW))
    expect(next.effects.map((effect) => effect.payload.template)).toEqual(['received'])
  })

  it('sets attributes exactly, wants a number, and tells who should know', () => {
    const result = send(drafted(), 'submit', applicant, { amount: 1_234_567 })
    expect(result.state.attributes).toMatchObject({ amount: 1_234_567, offered: 823_000, returns: 0 })
    expect(result.numbers).toEqual([{ name: 'receiptNo' }])
    expect(result.effects).toEqual([{ topic: 'notify', payload: { template: 'received', to: ['applicant'], cause: { type: 'submit', data: { amount: 1_234_567 } } } }])
    expect(result.timers).toEqual({ set: [], cancel: ['xstate.after.closing.application.draft'] })
    expect(result.view.states).toEqual(['submitted.waiting'])
    expect(result.read).toEqual({ 'call.closesAt': CALL.closesAt, 'call.params.rate': null, 'facts.twins': 0 })
  })

  it('asks for facts that were not loaded', () => {
    expect(() => step(chart, drafted(), { type: 'submit', actor: applicant, data: { amount: 1 } }, {}, NOW)).toThrow(new FactsNeeded('call'))
  })

  it('judges a call by the instant of receipt', () => {
    const event = { type: 'submit', actor: applicant, data: { amount: 5 }, receivedAt: new Date('2026-06-23T07:59:59.999Z') }
    const late = new Date('2026-06-23T08:00:05Z')
    expect(step(chart, drafted(), event, facts, late).ok).toBe(true)
    expect(step(chart, drafted(), { ...event, receivedAt: new Date(CALL.closesAt) }, facts, late)).toMatchObject({ ok: false, code: 'guard', reason: { ja: '募集は終了しました' } })
  })

  it.each([
    ['an undeclared event', 'explode', {}, applicant, 'unknownEvent'],
    ['an event of another state', 'approve', { amount: 1 }, head, 'notAvailable'],
    ["a timer's own event", 'xstate.after.closing.application.draft', {}, office, 'unknownEvent'],
    ["XState's done event", 'xstate.done.state.application.work', {}, office, 'unknownEvent'],
    ['the wrong role', 'submit', { amount: 1 }, office, 'role'],
    ['data of the wrong type', 'submit', { amount: '７５' }, applicant, 'badInput'],
    ['data that nobody asked for', 'submit', { amount: 1, admin: true }, applicant, 'badInput'],
    ['text that cannot be stored', 'submit', { amount: 1, note: 'a\u0000b' }, applicant, 'badInput'],
    ['half a surrogate pair', 'submit', { amount: 1, note: '\ud842' }, applicant, 'badInput'],
    ['a guard that fails', 'submit', { amount: 0 }, applicant, 'guard'],
  ])('refuses %s', (_, type, data, actor, code) => {
    expect(step(chart, drafted(), { type, actor, data }, facts, NOW)).toMatchObject({ ok: false, code })
  })

  it('says what is available instead', () => {
    expect(step(chart, submitted(), { type: 'submit', actor: applicant, data: { amount: 1 } }, facts, NOW)).toEqual({
      ok: false, code: 'notAvailable', event: 'submit', states: ['submitted.waiting'], available: ['withdraw'],
      reason: { ja: 'いまは「submitted.waiting」の段階のため、「提出」はできません', en: '"Submit" is not possible in submitted.waiting' },
    })
  })

  it('records a targetless event without moving, and tells it from an event that is not taken', () => {
    const state = submitted()
    const noted = send(state, 'note', office)
    expect([noted.moved, noted.state.at]).toEqual([false, state.at])
    expect(noted.effects).toHaveLength(1)
  })

  it('lets an always see what an action before it has set', () => {
    let state = submitted()
    for (let round = 1; round <= 3; round++) {
      state = send(state, 'return', office, { remarks: [{ field: 'budget', text: '内訳' }] }).state
      const again = send(state, 'resubmit')
      state = again.state
      expect([again.view.states, state.attributes.returns]).toEqual(round < 3 ? [['submitted.waiting'], round] : [['lapsed'], 3])
    }
    expect(state.remarks).toEqual({ at: NOW.toISOString(), items: [{ field: 'budget', text: '内訳' }] })
  })

  it('restores deep history after a round trip through JSON', () => {
    let state = send(submitted(), 'return', office, { remarks: [{ text: 'x' }] }).state
    state = send(state, 'resubmit').state
    const paused = send(state, 'pause', office)
    expect(paused.view.states).toEqual(['paused'])
    const stored = JSON.parse(JSON.stringify(paused.state)) as CaseState
    expect(send(stored, 'resume', office).view.states).toEqual(['submitted.waiting'])
  })

  it('runs parallel regions to their common end', () => {
    const work = approvedBy(500_000)
    expect(work.view).toMatchObject({ states: ['work.a.open', 'work.b.open'], phase: 'adopted', turn: 'applicant' })
    const one = send(work.state, 'finishA')
    expect(one.view.states).toEqual(['work.a.shut', 'work.b.open'])
    expect(one.timers.cancel).toEqual(['xstate.after.workDue.application.work.a.open', 'xstate.after.workDue~P1D.application.work.a.open'])
    const both = send(one.state, 'finishB', office)
    expect([both.view.states, both.view.done, both.state.at.done]).toEqual([['ended'], true, true])
  })
})

describe('approvals', () => {
  it('move a small case at the first step', () => {
    expect(approvedBy(1_000_000).moved).toBe(true)
  })

  it('record the first of two steps without moving, and move at the second', () => {
    const first = approvedBy(1_000_001)
    expect([first.moved, first.view.states, first.state.approvals]).toEqual([false, ['submitted.proposed'], { approve: [{ step: 'head', actor: 'p-head', at: NOW.toISOString() }] }])
    const second = send(first.state, 'approve', director, { amount: 1_000_001 })
    expect([second.moved, second.view.phase, second.state.approvals]).toEqual([true, 'adopted', {}])
  })

  it('keep to their order, and one person to one step', () => {
    const proposed = send(submitted(), 'propose', office).state
    expect(step(chart, proposed, { type: 'approve', actor: director, data: { amount: 2_000_000 } }, facts, NOW)).toMatchObject({ ok: false, code: 'approval' })
    const both = { id: 'p-head', roles: ['head', 'director'] }
    const first = send(proposed, 'approve', both, { amount: 2_000_000 })
    expect(step(chart, first.state, { type: 'approve', actor: both, data: { amount: 2_000_000 } }, facts, NOW)).toMatchObject({ ok: false, code: 'approval' })
  })

  it('are invalidated when the case is sent back', () => {
    const first = approvedBy(2_000_000)
    const back = send(first.state, 'sendBack', director, { reason: '再検討' })
    expect(back.state.approvals).toEqual({})
  })

  it('refuse whoever drafted the decision', () => {
    const proposed = send(submitted(), 'propose', office).state
    const drafter = { id: 'p-office', roles: ['secretariat', 'head'] }
    expect(step(chart, proposed, { type: 'approve', actor: drafter, data: { amount: 1 } }, facts, NOW)).toMatchObject({ ok: false, code: 'separation', reason: { ja: '「起案」をした人は、この操作ができません' } })
  })
})

describe('timers', () => {
  it('fire by their own door and only while armed', () => {
    const state = drafted()
    const key = 'xstate.after.closing.application.draft'
    const fired = fire(chart, state, key, new Date(CALL.closesAt), facts, new Date(CALL.closesAt))
    expect([fired?.view.states, fired?.timers.cancel]).toEqual([['lapsed'], [key]])
    expect(fire(chart, submitted(), key, new Date(CALL.closesAt), facts, NOW)).toBeNull()
  })

  it('count business days from entry', () => {
    const returned = send(submitted(), 'return', office, { remarks: [{ text: 'x' }] })
    // 2026-06-01 is a Monday; ten business days end on 15 June, and the day counts to its end
    expect(returned.timers.set).toEqual([{ key: 'xstate.after.correction.application.submitted.returned', deadline: 'correction', due: new Date('2026-06-15T15:00:00Z') }])
  })

  it('remind before a deadline without disturbing it', () => {
    const work = approvedBy(1)
    expect(work.timers.set.map(({ deadline, due }) => [deadline, due?.toISOString()])).toEqual([
      ['workDue', '2026-06-04T15:00:00.000Z'],
      ['workDue~P1D', '2026-06-03T15:00:00.000Z'],
    ])
    const reminded = fire(chart, work.state, 'xstate.after.workDue~P1D.application.work.a.open', new Date('2026-06-03T15:00:00Z'), facts, new Date('2026-06-03T15:00:01Z'))
    expect(reminded?.effects).toEqual([{ topic: 'notify', payload: { template: 'soon', to: ['applicant'], deadline: { name: 'workDue~P1D', label: null, dueAt: '2026-06-05T00:00:00+09:00' } } }])
    expect([reminded?.moved, reminded?.timers.cancel]).toEqual([false, ['xstate.after.workDue~P1D.application.work.a.open']])
  })

  it('are moved when the fact they read changes, and only then', () => {
    const first = begin(chart, {}, facts, NOW)
    expect(recompute(chart, first.state, first.timers.set, facts, NOW).set).toEqual([])
    const later = { ...facts, call: { closesAt: '2026-07-01T08:00:00.000Z' } }
    expect(recompute(chart, first.state, first.timers.set, later, NOW).set).toEqual([{ ...first.timers.set[0], due: new Date('2026-07-01T08:00:00Z') }])
  })

  it('wait for a fact that is not there yet', () => {
    expect(begin(chart, {}, { ...facts, call: {} }, NOW).timers.set).toEqual([{ key: 'xstate.after.closing.application.draft', deadline: 'closing', due: null }])
  })
})

it('compiles again from the published JSON', () => {
  const published = JSON.parse(JSON.stringify(loaded.programme?.definition)) as Parameters<typeof compileProgramme>[0]
  const again = compileProgramme(published)
  expect(again.findings).toEqual([])
  expect(begin(again.charts.get('application') as CompiledChart, {}, facts, NOW).view.states).toEqual(['draft'])
})
