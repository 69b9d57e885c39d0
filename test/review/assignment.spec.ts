import fc from 'fast-check'
import { assign, type Assigned, type AssignInput } from '@saitaku/review'
import { CASES, CASES_TIMEOUT, FEWER_CASES } from './budget-of-cases.js'
import { bestAssignment, everything, feasible, objectiveOf, reasonsAlone, withOneLess } from './reference-assignment.js'

const APPLICATIONS = ['A', 'B', 'C']
const REVIEWERS = ['r1', 'r2', 'r3', 'r4']
const FIELDS = ['energy', 'care']

const pair = fc.record({ reviewer: fc.constantFrom(...REVIEWERS), application: fc.constantFrom(...APPLICATIONS) })
const pairs = (maxLength: number): fc.Arbitrary<{ reviewer: string; application: string }[]> => fc.uniqueArray(pair, { maxLength, selector: (p) => p.reviewer + p.application })
const several = fc.oneof(fc.record({ applications: fc.shuffledSubarray(APPLICATIONS, { minLength: 2 }) }), fc.record({ reviewers: fc.shuffledSubarray(REVIEWERS, { minLength: 2, maxLength: 3 }) }))
const rarely = <T>(some: fc.Arbitrary<T[]>): fc.Arbitrary<T[]> => fc.nat(4).chain((n) => (n === 0 ? some : fc.constant([])))

const reviewer = (id: string): fc.Arbitrary<Exclude<AssignInput['reviewers'][number], string>> =>
  fc.record({ id: fc.constant(id), min: fc.constantFrom(0, 0, 0, 0, 0, 1), max: fc.constantFrom(1, 2, 2, 3, 3, 3), fields: fc.subarray(FIELDS) })

const drawn = fc.record({
  perApplication: fc.constantFrom(1, 1, 2, 2, 3),
  applications: fc.constantFrom(0, 1, 2, 2, 3, 3, 3, 3).chain((n) => fc.tuple(...APPLICATIONS.slice(0, n).map((id) => fc.record({ id: fc.constant(id), fields: fc.subarray(FIELDS) })))),
  reviewers: fc.constantFrom(1, 2, 3, 3, 4, 4, 4).chain((n) => fc.tuple(...REVIEWERS.slice(0, n).map(reviewer))),
  conflicts: pairs(4),
  affinity: pairs(8).chain((list) => fc.tuple(...list.map((p) => fc.constantFrom<(number | string)[]>(-2, -1, 1, 2, '0.5', '1.25').map((value) => ({ ...p, value }))))),
  expertise: fc.record({ weight: fc.constantFrom<(number | string)[]>(0, 1, '0.5'), atLeast: fc.constantFrom(0, 0, 0, 1) }),
  balance: fc.constantFrom(1, 1, 2, 0, null),
  keepTogether: rarely(fc.array(several, { maxLength: 1 })), keepApart: rarely(fc.array(several, { maxLength: 2 })),
  fixed: rarely(pairs(2)), previous: fc.oneof(pairs(0), pairs(6)), stability: fc.constantFrom(undefined, undefined, '0.5', 1), seed: fc.integer(),
})

/** Only what is there; what is left over of an entry with one member relates nothing. */
const input = drawn.map((given): AssignInput => {
  const ids = [...given.applications, ...given.reviewers].map((x) => x.id)
  const present = <T extends { reviewer: string; application: string }>(list: T[]): T[] => list.filter((p) => ids.includes(p.reviewer) && ids.includes(p.application))
  const entries = (list: NonNullable<AssignInput['keepApart']>): NonNullable<AssignInput['keepApart']> =>
    list.flatMap((entry) => {
      const kind = 'applications' in entry ? 'applications' : 'reviewers'
      const members = ('applications' in entry ? entry.applications : entry.reviewers).filter((id) => ids.includes(id))
      return members.length < 2 ? [] : [kind === 'applications' ? { applications: members } : { reviewers: members }]
    })
  return { ...given, conflicts: present(given.conflicts), affinity: present(given.affinity), fixed: present(given.fixed), previous: present(given.previous), keepTogether: entries(given.keepTogether), keepApart: entries(given.keepApart) }
})

function fulfils(given: AssignInput, { assignments, objective, load }: Assigned): void {
  const byApplication = new Map(given.applications.map((a) => (typeof a === 'string' ? a : a.id)).map((id) => [id, assignments.filter((x) => x.application === id).map((x) => x.reviewer)]))
  expect(objectiveOf(given, byApplication).valueOf()).toBe(objective)
  const fixed = assignments.filter((x, i) => assignments.findIndex((y) => y.reviewer === x.reviewer && y.application === x.application) === i)
  // Held to exactly these pairs, the reference finds an assignment: it fulfils all constraints.
  expect(feasible({ ...given, fixed }, { ...everything({ ...given, fixed: [...fixed, ...(given.fixed ?? [])] }) })).toBe(true)
  const loads = given.reviewers.map((r) => assignments.filter((x) => x.reviewer === (typeof r === 'string' ? r : r.id)).length)
  expect(load).toEqual({ min: Math.min(...loads), max: Math.max(...loads) })
}

describe('assign', () => {
  it('reaches the best of all assignments, or says that there is none, and names constraints that contradict each other and of which none could be left out', async () => {
    await fc.assert(fc.asyncProperty(input, async (given) => {
      const [ours, best] = [await assign(given), bestAssignment(given, everything(given))]
      if (ours.ok && best !== null) {
        fulfils(given, ours.result)
        const kept = ours.result.kept ?? 0
        const worth = given.stability === undefined ? ours.result.objective : ours.result.objective + Number(given.stability) * kept
        expect(given.stability === undefined ? [kept, worth] : [worth]).toEqual(given.stability === undefined ? [best.kept, best.worth] : [best.worth])
        return
      }
      if (ours.ok || best !== null) throw new Error(`${ours.ok ? 'found' : 'denied'} what the reference ${best === null ? 'denies' : 'finds'}: ${JSON.stringify(given)}`)
      expect(ours.problems).toEqual([])
      const named = reasonsAlone(ours.infeasible)
      expect(feasible(given, named)).toBe(false)
      for (const less of withOneLess(named)) expect(feasible(given, less)).toBe(true)
    }), { numRuns: CASES, seed: 1 })
  }, CASES_TIMEOUT)

  it('gives the same answer whatever the order of the lists', async () => {
    const shuffled = input.chain((given) => fc.tuple(fc.constant(given), fc.shuffledSubarray(given.applications, { minLength: given.applications.length }), fc.shuffledSubarray(given.reviewers, { minLength: given.reviewers.length }), fc.shuffledSubarray(given.conflicts ?? [], { minLength: given.conflicts?.length ?? 0 })))
    await fc.assert(fc.asyncProperty(shuffled, async ([given, applications, reviewers, conflicts]) => {
      const [ours, other] = [await assign(given), await assign({ ...given, applications, reviewers, conflicts })]
      if (ours.ok) expect(other).toEqual(ours)
      else expect(other.ok).toBe(false)
    }), { numRuns: FEWER_CASES, seed: 2 })
  }, CASES_TIMEOUT)
})
