import { tidyProgramme, toyProgramme } from '@saitaku/testkit'
import fc from 'fast-check'
import { activeNodes, begin, compileProgramme, fire, loadProgramme, step, type ActingPerson, type CaseState, type CompiledChart, type Facts, type JsonObject, type ProgrammeFiles } from './index.js'

const NOW = new Date('2026-06-01T00:00:00Z')
const HOUR = 3_600_000
const RUNS = process.env.SAITAKU_LONG ? 500 : 40

interface Move {
  event: number
  actor: number
  amount: number
  twins: number
  hours: number
}
const moves = fc.array(fc.record({ event: fc.nat(), actor: fc.nat(), amount: fc.constantFrom(0, 5, 50_000_000), twins: fc.constantFrom(0, 0, 0, 1), hours: fc.nat(60) }), { minLength: 1, maxLength: 24 })

/** What a move comes to: a result, or what was thrown. */
function outcome(chart: CompiledChart, state: CaseState | undefined, move: Move, at: Date): unknown {
  const facts: Facts = { call: { closesAt: '2026-06-23T08:00:00.000Z' }, facts: { twins: move.twins, others: 0 }, form: { complete: move.twins === 0, '@revision': 1, '@hash': 'x' }, ...(move.hours % 23 === 0 ? {} : { organisation: {} }) }
  const roles = Object.keys(chart.definition.roles)
  const people: ActingPerson[] = [...roles.map((role) => ({ id: `p-${role}`, roles: [role] })), ...Array.from({ length: 6 }, (_, i) => ({ id: `p-${i % 3}`, roles }))]
  const active = state ? activeNodes(chart, state.at) : new Set<string>()
  const near = [...chart.events].filter(([, list]) => list.some((one) => active.has(one.node))).map(([type]) => type)
  const nearTimers = [...chart.timers].filter(([, one]) => active.has(one.node)).map(([key]) => key)
  const triggers = [...near, ...near, ...near, ...near, ...nearTimers, ...chart.events.keys(), ...chart.timers.keys()]
  const type = triggers[move.event % triggers.length] as string
  try {
    if (!state) return begin(chart, {}, facts, at)
    if (chart.timers.has(type)) return fire(chart, state, type, at, facts, at)
    return step(chart, state, { type, actor: people[move.actor % people.length] as ActingPerson, data: dataFor(chart, type, move.amount) }, facts, at)
  } catch (error) {
    return String(error)
  }
}

/** What the event asks for, so that guards and not missing data decide. */
function dataFor(chart: CompiledChart, type: string, amount: number): JsonObject {
  const asking = chart.events.get(type) ?? []
  const declared = asking.flatMap((one) => Object.entries(one.data).map(([name, { type: kind }]) => [name, kind === 'int' || kind === 'yen' ? amount : 'x'] as const))
  const samples: JsonObject = { remarks: [{ field: 'amount', text: 'x' }], amount }
  const required = asking.flatMap((one) => one.source.requires ?? []).filter((path) => !path.startsWith('form'))
  return Object.fromEntries([...required.map((path) => [path, samples[path] ?? 'x'] as const), ...declared])
}

function chartOf(files: ProgrammeFiles): CompiledChart {
  return loadProgramme(files).programme?.charts.get('application') as CompiledChart
}

describe('a remembered course', () => {
  it.each([
    ['toy', toyProgramme, 8],
    ['tidy', tidyProgramme, 3],
  ])('comes to what XState itself comes to, in the %s programme', (_, files, atLeast) => {
    const remembering = chartOf(files)
    const taken = new Set<string>()
    fc.assert(
      fc.property(moves, (list) => {
        let state: CaseState | undefined
        let at = NOW
        for (const move of [{ event: 0, actor: 0, amount: 0, twins: 0, hours: 1 }, ...list]) {
          at = new Date(at.getTime() + move.hours * HOUR)
          const remembered = outcome(remembering, state, move, at)
          // a chart compiled anew remembers nothing
          const fresh = compileProgramme(remembering.definition).charts.get('application') as CompiledChart
          expect(remembered).toEqual(outcome(fresh, state, move, at))
          const next = remembered as { ok?: boolean; state?: CaseState; moved?: boolean } | null
          if (next?.ok && next.state) {
            if (next.moved) taken.add(JSON.stringify(next.state.at))
            state = next.state
          }
        }
      }),
      { numRuns: RUNS, seed: 7 },
    )
    expect(taken.size).toBeGreaterThanOrEqual(atLeast)
  })

  it('leaves what it shares between cases as it was', () => {
    const chart = chartOf(toyProgramme)
    const facts: Facts = { call: { closesAt: '2026-06-23T08:00:00.000Z' }, facts: { twins: 0 } }
    const submit = (): unknown => step(chart, begin(chart, {}, facts, NOW).state, { type: 'submit', actor: { id: 'p', roles: ['applicant'] }, data: { amount: 5 } }, facts, NOW)
    const first = JSON.stringify(submit())
    expect(JSON.stringify(submit())).toBe(first)
  })
})
