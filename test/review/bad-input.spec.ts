import fc from 'fast-check'
import { allocate, assign, awardPrizes, score } from '@saitaku/review'
import { CASES, CASES_TIMEOUT } from './budget-of-cases.js'
import { rankings } from './random-rankings.js'

/** What stands in hand-written and broken files. */
const odd = fc.oneof(
  fc.constantFrom<unknown[]>(Number.NaN, 1e309, -1e309, -0, 1e21, 0.1 + 0.2, '７５', '1e309', '', ' 1', '1/0', '-', null, undefined, true, [], {}, [[]], '__proto__', 'constructor', 2 ** 53, -1, 1.5),
  fc.jsonValue({ maxDepth: 2 }),
)

/** The input with one value of it, wherever it stands, replaced, removed or written twice. */
function spoilt(input: unknown): fc.Arbitrary<unknown> {
  return fc.record({ steps: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), value: odd, how: fc.constantFrom('replace' as const, 'remove' as const, 'repeat' as const, 'rename' as const) })
    .map(({ steps, value, how }) => spoil(structuredClone(input), steps, value, how))
}

function spoil(root: unknown, steps: number[], value: unknown, how: 'replace' | 'remove' | 'repeat' | 'rename'): unknown {
  let at: unknown = root
  for (const [depth, step] of steps.entries()) {
    if (typeof at !== 'object' || at === null) return root
    const keys = Object.keys(at)
    const key = keys[step % Math.max(1, keys.length)]
    if (key === undefined) return root
    const record = at as Record<string, unknown>
    const child = record[key]
    if (depth < steps.length - 1 && typeof child === 'object' && child !== null) at = child
    else {
      if (how === 'replace') record[key] = value
      if (how === 'remove') delete record[key]
      if (how === 'repeat' && Array.isArray(at)) at.push(child)
      if (how === 'rename') record[`${key}x`] = child
      return root
    }
  }
  return root
}

const allocations = fc.record({ budget: fc.nat(9), policy: fc.constantFrom('stop', 'skip', 'reduce', 'optimise'), items: fc.constant([{ id: 'A', rank: 1, requested: 3, score: '1/2', minimum: 1, cost: 5 }, { id: 'B', rank: 2, requested: 4, score: 1, cost: 5 }]), reserveLimit: fc.nat(3) })
const rounds = fc.constant({ perApplication: 1, applications: ['A', { id: 'B', fields: ['x'] }], reviewers: ['r1', { id: 'r2', min: 0, max: 2, fields: ['x'] }], conflicts: [{ reviewer: 'r1', application: 'A' }], affinity: [{ reviewer: 'r1', application: 'B', value: '0.5' }], expertise: { weight: 1, atLeast: 0 }, balance: 1, keepTogether: [], keepApart: [{ reviewers: ['r1', 'r2'] }], fixed: [], previous: [{ reviewer: 'r2', application: 'A' }], seed: 1 })
const ceremonies = fc.constant({ prizes: [{ id: 'p', winners: 2, atLeast: 1, divisions: ['d'] }, { id: 'q', by: 'jury', exclusive: false }], applications: [{ id: 'A', rank: 1, organisation: 'o', division: 'd', score: 2 }, { id: 'B', rank: 2, score: '3/2' }], given: [{ prize: 'q', application: 'A' }], noAward: [], reassigned: [{ application: 'B', division: 'd' }] })

interface Answer {
  ok: boolean
  problems?: { pointer: string; message: { ja: string; en: string } }[]
  infeasible?: unknown[]
}

/** Either a result that JSON can hold, or problems that say where and what, in both languages. */
function isDefined(answer: Answer): void {
  if (answer.ok) return void expect(JSON.parse(JSON.stringify(answer))).toEqual(answer)
  expect((answer.problems?.length ?? 0) + (answer.infeasible?.length ?? 0)).toBeGreaterThan(0)
  for (const { pointer, message } of answer.problems ?? []) {
    expect(pointer).toMatch(/^(\/|$)/)
    expect([message.ja.length > 0, message.en.length > 0, `${message.ja}${message.en}`.includes('undefined')]).toEqual([true, true, false])
  }
}

it.each([
  ['score', rankings('zScore').chain(spoilt), score], ['score by places', rankings('firstPlaces').chain(spoilt), score], ['score by sum', rankings('sum').chain(spoilt), score],
  ['allocate', allocations.chain(spoilt), allocate], ['assign', rounds.chain(spoilt), assign], ['awardPrizes', ceremonies.chain(spoilt), awardPrizes],
] as [string, fc.Arbitrary<unknown>, (input: unknown) => Answer | Promise<Answer>][])('%s answers what is spoilt anywhere', async (_, inputs, decide) => {
  await fc.assert(fc.asyncProperty(inputs, async (input) => isDefined(await decide(input))), { numRuns: CASES, seed: 1 })
}, CASES_TIMEOUT)
