import fc from 'fast-check'
import { tidyProgramme } from '@saitaku/testkit'
import { begin, fire, loadProgramme, step, type CaseState, type CompiledChart, type Facts, type Json, type JsonObject, type Stepped } from '../index.js'
import { explore } from './exploration.js'

const chart = loadProgramme(tidyProgramme).programme?.charts.get('application') as CompiledChart
const exploration = explore(chart)
const NOW = new Date('2026-06-01T00:00:00Z')
const facts: Facts = { call: { closesAt: '2026-06-23T08:00:00.000Z' }, form: { complete: true, remarksAnswered: true }, results: { complete: true }, facts: { others: 0, pending: 0 } }
const standing = (states: readonly string[]): string => [...states].sort().join(' ')
const known = new Set(exploration.configurations.map((one) => standing(one.view.states)))

const VALUES: Record<string, Json> = { remarks: [{ text: '内訳' }], amount: 500_000, reason: '理由', timestamp: '2026-07-01T00:00', int: 1 }

/** Whatever the event may need, from somebody of every role. */
function attempt(state: CaseState, type: string): Stepped | undefined {
  const data: JsonObject = {}
  for (const one of chart.events.get(type) ?? []) for (const [name, { type: kind, optional }] of Object.entries(one.data)) if (!optional) data[name] = VALUES[name] ?? VALUES[kind] ?? null
  for (const roles of [['applicant'], ['secretariat'], ['head'], ['director'], ['call']]) {
    const result = step(chart, state, { type, data, actor: { id: `p-${roles.join()}`, roles } }, facts, NOW)
    if (result.ok) return result
  }
  return undefined
}

describe('the walk of a chart', () => {
  it('knows every way that XState can bring a case to', () => {
    const moves = fc.array(fc.oneof(fc.constantFrom(...chart.events.keys()), fc.constantFrom(...chart.timers.keys())), { maxLength: 25 })
    fc.assert(fc.property(moves, (triggers) => {
      let { state, view } = begin(chart, {}, facts, NOW)
      for (const trigger of triggers) {
        const next = trigger.startsWith('xstate.') ? fire(chart, state, trigger, NOW, facts, NOW) : attempt(state, trigger)
        if (next) ({ state, view } = next)
        if (!known.has(standing(view.states))) return false
      }
      return true
    }), { numRuns: 150 })
  })

  it('gives both answers to every guard, and to each of several', () => {
    const from = (place: string): string[] => exploration.ways.filter((way) => way.from?.view.states.join() === place).map((way) => `${way.trigger} ${way.to.view.states.join(' ')}`)
    expect(new Set(from('office.returned'))).toEqual(new Set(['withdraw withdrawn', 'resubmit office.received', 'resubmit withdrawn', 'correction withdrawn', 'correction~P3D office.returned']))
  })

  it('keeps apart what only a history tells apart', () => {
    expect(exploration.configurations.filter((one) => one.view.states.join() === 'paused')).toHaveLength(1)
    expect(exploration.ways.filter((way) => way.trigger === 'resume').map((way) => way.to.view.states.join())).toEqual(['office.received'])
  })

  it('stops at its bound and says so', () => {
    const few = explore(chart, 3)
    expect([few.complete, few.configurations.length]).toEqual([false, 3])
    expect(exploration.complete).toBe(true)
  })
})
