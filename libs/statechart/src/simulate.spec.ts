import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadProgramme, simulate, type CompiledProgramme, type ProgrammeFiles, type SimulationResult } from './index.js'
import { toyProgramme } from '@saitaku/testkit'

const WORKFLOWS = join(import.meta.dirname, '../../../workflows')

function filesOf(folder: string): ProgrammeFiles {
  const names = ['programme.yaml', 'form.yaml', 'rubric.yaml', ...readdirSync(join(folder, 'notices')).map((file) => `notices/${file}`)]
  return Object.fromEntries(names.filter((name) => existsSync(join(folder, name))).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

function compiled(files: ProgrammeFiles): CompiledProgramme {
  const { programme, problems } = loadProgramme(files)
  if (!programme || problems.some(({ severity }) => severity === 'error')) throw new Error(JSON.stringify(problems))
  return programme
}

const HEAD = `
name: small
title: { ja: 小, en: Small }
roles:
  applicant: { ja: 申請者, en: Applicant }
  secretariat: { ja: 事務局, en: Secretariat }
  approver: { ja: 決裁権者, en: Approver }
`
const small = (rest: string): CompiledProgramme => compiled({ 'programme.yaml': HEAD + rest })
const totalOf = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, n) => sum + n, 0)
const gist = ({ cases, finished, underWay, stuck, byFinalState }: SimulationResult): object => ({ cases, finished, underWay, stuck, byFinalState })

const toy = compiled(toyProgramme)

describe('a simulation', () => {
  it('brings every case of the toy programme to its end', () => {
    const result = simulate(toy, { cases: 60, seed: 7 })
    expect([result.cases, result.finished, result.underWay, result.stuck, result.unvisited]).toEqual([60, 60, 0, [], []])
    expect(totalOf(result.byFinalState)).toBe(60)
    expect(Object.keys(result.byFinalState).filter((state) => !['ended', 'lapsed', 'withdrawn', 'paused'].includes(state))).toEqual([])
    expect(result.paths.reduce((sum, path) => sum + path.cases, 0)).toBe(60)
  })

  it('gives the same answer for the same seed, byte for byte, and another for another', () => {
    const text = (seed: number): string => JSON.stringify(simulate(toy, { cases: 30, seed }))
    const first = text(1)
    expect(text(1)).toBe(first)
    expect(text(2)).not.toBe(first)
  })

  it('does not depend on what was simulated before with the same compiled charts', () => {
    const alone = JSON.stringify(simulate(compiled(toyProgramme), { cases: 20, seed: 3 }))
    simulate(toy, { cases: 10, seed: 99 })
    expect(JSON.stringify(simulate(toy, { cases: 20, seed: 3 }))).toBe(alone)
  })

  it.each([[0], [-1], [1.5], [Number.NaN]])('refuses %d cases', (cases) => {
    expect(() => simulate(toy, { cases, seed: 1 })).toThrow(RangeError)
  })
})

describe('stuck cases', () => {
  it('are found in a dead end, with the state they are in', () => {
    const programme = small(`
events: { go: { ja: 進む, en: Go } }
charts:
  paper:
    initial: draft
    states:
      draft: { on: { go: { target: limbo.inner, by: [applicant] } } }
      limbo: { initial: inner, states: { inner: {} } }
      done: { type: final }
`)
    expect(gist(simulate(programme, { cases: 3, seed: 1 }))).toEqual({
      cases: 3, finished: 0, underWay: 0, byFinalState: {},
      stuck: [{ case: 'paper-1', state: 'limbo.inner' }, { case: 'paper-2', state: 'limbo.inner' }, { case: 'paper-3', state: 'limbo.inner' }],
    })
  })

  it('are found behind a guard that can never hold, and not behind one that can', () => {
    const guarded = (condition: string): CompiledProgramme =>
      small(`
events: { go: { ja: 進む, en: Go } }
charts:
  paper:
    initial: draft
    states:
      draft:
        on: { go: { target: done, by: [applicant], asks: { amount: { type: yen } }, guard: { if: '${condition}', else: { ja: 額, en: Amount } } } }
      done: { type: final }
`)
    expect(simulate(guarded('event.amount > 5 && event.amount < 5'), { cases: 2, seed: 1 }).stuck).toEqual([{ case: 'paper-1', state: 'draft' }, { case: 'paper-2', state: 'draft' }])
    expect(gist(simulate(guarded('event.amount > 123000 && event.amount <= 124000'), { cases: 2, seed: 1 }))).toEqual({ cases: 2, finished: 2, underWay: 0, stuck: [], byFinalState: { done: 2 } })
  })

  const decision = `
events: { propose: { ja: 起案, en: Propose }, approve: { ja: 決裁, en: Approve } }
charts:
  paper:
    initial: draft
    states:
      draft: { on: { propose: { target: proposed, by: [secretariat] } } }
      proposed: { on: { approve: { target: done, by: [approver], separateFrom: [propose] } } }
      done: { type: final }
`
  it('are found where the only approver is the one who drafted', () => {
    const result = simulate(small(decision), { cases: 1, seed: 1, office: [{ id: 'alone', roles: ['secretariat', 'approver'] }] })
    expect(result.stuck).toEqual([{ case: 'paper-1', state: 'proposed' }])
  })

  it('are none where two persons share the work', () => {
    const office = [{ id: 'one', roles: ['secretariat'] }, { id: 'two', roles: ['approver'] }]
    expect(gist(simulate(small(decision), { cases: 1, seed: 1, office }))).toEqual({ cases: 1, finished: 1, underWay: 0, stuck: [], byFinalState: { done: 1 } })
  })

  it('are not those that rest', () => {
    const programme = small(`
charts: { paper: { initial: kept, states: { kept: { tags: [resting] } } } }
`)
    expect(gist(simulate(programme, { cases: 2, seed: 1 }))).toEqual({ cases: 2, finished: 2, underWay: 0, stuck: [], byFinalState: { kept: 2 } })
  })

  it('are those that wait for a case that has ended', () => {
    const programme = small(`
events: { close: { ja: 閉じる, en: Close }, judge: { ja: 審査, en: Judge } }
charts:
  call:
    initial: accepting
    states:
      accepting: { tags: [open], after: { closing: deciding } }
      deciding: { on: { close: { target: closed, by: [secretariat] } } }
      closed: { type: final }
  application: { childOf: call, initial: waiting, states: { waiting: { on: { judge: { target: judged, by: [call] } } }, judged: { type: final } } }
deadlines: { closing: { after: P30D } }
`)
    const result = simulate(programme, { cases: 2, seed: 1 })
    expect(gist(result)).toEqual({ cases: 2, finished: 0, underWay: 0, byFinalState: {}, stuck: [{ case: 'application-1', state: 'waiting' }, { case: 'application-2', state: 'waiting' }] })
  })
})

describe('deadlines and messages', () => {
  it('fire in their order, and count as cancelled where the case left before', () => {
    const programme = small(`
events: { answer: { ja: 答える, en: Answer } }
charts:
  paper:
    initial: first
    states:
      first: { after: { early: second, late: lost } }
      second: { after: { late: done } }
      done: { type: final, entry: [{ notify: { template: end, to: applicant } }] }
      lost: { type: final }
deadlines: { early: { after: P3D }, late: { after: P8D } }
`)
    const result = simulate(programme, { cases: 4, seed: 1 })
    expect([result.byFinalState, result.deadlines, result.notices]).toEqual([{ done: 4 }, { fired: 8, cancelled: 4 }, 4])
  })

  it('follow an attribute of the call that holds the case', () => {
    const programme = small(`
events: { extend: { ja: 延長, en: Extend }, hurry: { ja: 急ぐ, en: Hurry } }
charts:
  call:
    initial: accepting
    attributes: { closesAt: { type: timestamp } }
    states:
      accepting:
        tags: [open]
        after: { closing: closed }
        on: { extend: { by: [secretariat], asks: { until: { type: timestamp } }, guard: { if: event.until > case.closesAt, else: { ja: 後に, en: Later } }, set: { closesAt: event.until } } }
      closed: { type: final }
  application: { childOf: call, initial: draft, states: { draft: { after: { closing: lapsed } }, lapsed: { type: final } } }
deadlines: { closing: { at: call.closesAt } }
`)
    const result = simulate(programme, { cases: 10, seed: 2 })
    expect([result.byFinalState, result.stuck, result.deadlines.fired]).toEqual([{ lapsed: 10 }, [], 12])
    // each extension voids the timer of the call itself and of every draft it holds by then
    expect(result.deadlines.cancelled).toBeGreaterThan(result.events.extend ?? Infinity)
  })

  it('go from a call to its applications, one outcome each, and back', () => {
    const programme = small(`
events: { resolve: { ja: 決議, en: Resolve }, adopt: { ja: 採択, en: Adopt }, refuse: { ja: 不採択, en: Refuse }, decline: { ja: 辞退, en: Decline }, accept: { ja: 受諾, en: Accept }, tell: { ja: 伝える, en: Tell }, finish: { ja: 終える, en: Finish } }
facts: { waiting: { children: { chart: application, inPhase: judged } }, adopted: { children: { chart: application, inPhase: adopted } } }
charts:
  call:
    initial: accepting
    attributes: { outcomes: { type: outcomes }, told: { type: int } }
    states:
      accepting: { tags: [open], after: { closing: judging } }
      judging:
        on:
          resolve: { target: resolved, by: [secretariat], asks: { outcomes: { type: outcomes } }, set: { outcomes: event.outcomes, told: "0" }, do: [{ sendToChildren: { chart: application, eventFrom: outcomes } }] }
      resolved:
        on:
          tell: { by: [application], set: { told: case.told + 1 } }
          finish: { target: ended, by: [secretariat], guard: { if: facts.waiting == 0 && facts.adopted == 0, else: { ja: 残り, en: Some are left } } }
      ended: { type: final }
  application:
    childOf: call
    initial: waiting
    states:
      waiting:
        tags: [judged]
        on:
          adopt: { target: adopted, by: [call], asks: { amount: { type: yen } }, guard: { if: event.amount <= 500000, else: { ja: 額, en: Amount } } }
          refuse: { target: refused, by: [call], requires: [reason] }
      adopted:
        tags: [adopted]
        on: { accept: { target: funded, by: [applicant] }, decline: { target: declined, by: [applicant], do: [{ sendToParent: tell }] } }
      funded: { type: final, tags: [closed] }
      declined: { type: final, tags: [closed] }
      refused: { type: final, tags: [closed] }
deadlines: { closing: { after: P30D } }
`)
    const result = simulate(programme, { cases: 40, seed: 5 })
    expect([result.finished, result.stuck, result.unvisited]).toEqual([40, [], []])
    const { adopt = 0, refuse = 0, decline = 0, tell = 0, finish = 0, resolve = 0 } = result.events
    expect([adopt + refuse, tell, result.messages, finish]).toEqual([40, decline, { taken: 40 + decline, refused: 0 }, resolve])
    expect(Object.keys(result.byFinalState)).toEqual(['declined', 'funded', 'refused'])
  })
})

describe.each(readdirSync(WORKFLOWS).filter((name) => existsSync(join(WORKFLOWS, name, 'programme.yaml'))))('the programme %s', (name) => {
  it('leaves no case stuck and none under way', () => {
    const result = simulate(compiled(filesOf(join(WORKFLOWS, name))), { cases: 80, seed: 1 })
    expect([result.cases, result.finished, result.underWay, result.stuck]).toEqual([80, 80, 0, []])
  })
})
