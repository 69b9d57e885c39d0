import Fraction from 'fraction.js'
import { readRate, subsidyAmount, type RateLike } from '@saitaku/money'
import { allocateInput, type ReadAllocateInput } from './allocate-input.js'
import { leastCommonMultiple, readDecimal, readFraction, reduced } from './exact.js'
import { fall } from './falling-rates.js'
import { bestChoice } from './knapsack.js'
import { indexIds, NAMES, problem, shapeProblems, type Outcome, type Path, type Problem } from './problems.js'

export interface Allocation {
  /** Best rank first. */
  allocated: { id: string; amount: number }[]
  /** Ids, best rank first. */
  reserve: string[]
  /** Beyond the limit of the reserve. */
  notAdopted: string[]
  left: number
  /** What `optimise` chose otherwise than adopting in rank order until the first that does not fit. Empty for other policies. */
  changedAgainstRank: { id: string; rank: number; change: 'added' | 'dropped' }[]
  /** What `optimise` reached, and what rank order would have. */
  totalScore?: { optimised: string; byRank: string }
  /** The rate that applies to this number of adopted applications. */
  rate?: { upTo: number | null; rate: string; cap: number | null }
}

interface Item {
  index: number
  id: string
  rank: number
  requested: bigint
  score: Fraction | null
  minimum: bigint | null
  cost: bigint | null
}

interface Tier {
  upTo: number
  rate: RateLike
  exact: Fraction
  cap: bigint | null
}

interface Plan {
  budget: bigint
  policy: ReadAllocateInput['policy']
  /** By rank, and by id where ranks are equal. */
  items: Item[]
  tiers: Tier[]
  floor: bigint
  reserveLimit: number
}

/**
 * Divides a budget in rank order: `stop` ends at the first that does not fit, `skip` passes it over, `reduce` offers it
 * what is left and ends, `optimise` takes the greatest total score and shows what that changed. Exact. Where equal
 * ranks would leave the outcome to chance it says so instead of choosing. Nothing makes it throw.
 *
 * @param input see `allocateInput`; anything may be given
 * @example
 * allocate({ budget: 5000000, policy: 'stop', items: [{ id: 'P1', rank: 1, requested: 1000000 }] })
 * // → { ok: true, result: { allocated: [{ id: 'P1', amount: 1000000 }], reserve: [], notAdopted: [], left: 4000000, changedAgainstRank: [] } }
 */
export function allocate(input: unknown): Outcome<Allocation> {
  const parsed = allocateInput.safeParse(input)
  if (!parsed.success) return { ok: false, problems: shapeProblems(parsed.error, input) }
  const plan = readPlan(parsed.data)
  if (Array.isArray(plan)) return { ok: false, problems: plan }
  if (plan.tiers.length > 0) return byTiers(plan)
  return plan.policy === 'optimise' ? optimised(plan) : byRank(plan)
}

function readPlan(input: ReadAllocateInput): Plan | Problem[] {
  const problems: Problem[] = []
  const yen = (value: number | string | null | undefined, path: Path): bigint | null => {
    if (value == null) return null
    const read = readDecimal(value)
    if (typeof read !== 'string' && read.places === 0 && read.digits >= 0n) return read.digits
    problems.push(problem(path, typeof read === 'string' ? read : 'notYen', { value }))
    return null
  }
  const score = (value: number | string | null | undefined, path: Path): Fraction | null => {
    const read = value == null ? null : readFraction(value)
    if (typeof read === 'string') problems.push(problem(path, read, { value }))
    return typeof read === 'string' ? null : read
  }
  problems.push(...indexIds(input.items.map((i) => i.id), NAMES.item, (i) => ['items', i, 'id']).problems)
  const items = input.items.map(({ id, rank, ...item }, index): Item => ({
    index, id, rank,
    requested: yen(item.requested, ['items', index, 'requested']) ?? 0n,
    score: score(item.score, ['items', index, 'score']),
    minimum: yen(item.minimum, ['items', index, 'minimum']),
    cost: yen(item.cost, ['items', index, 'cost']),
  }))
  const tiers = (input.rates ?? []).flatMap(({ upTo, rate, cap }, i): Tier[] => {
    const exact = readRate(rate)
    if (typeof exact === 'string') problems.push(problem(['rates', i, 'rate'], 'notARate', { value: rate }))
    return typeof exact === 'string' ? [] : [{ upTo: upTo ?? Infinity, rate, exact, cap: yen(cap, ['rates', i, 'cap']) }]
  })
  const budget = yen(input.budget, ['budget']) ?? 0n
  const floor = yen(input.floor ?? 1000, ['floor']) ?? 1n
  if (floor === 0n) problems.push(problem(['floor'], 'notAboveZero', { what: NAMES.floor }))
  if (problems.length === 0) problems.push(...contradictions(input, items, tiers))
  items.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))
  return problems.length > 0 ? problems : { budget, policy: input.policy, items, tiers, floor, reserveLimit: input.reserveLimit ?? Infinity }
}

function contradictions({ policy, rates }: ReadAllocateInput, items: readonly Item[], tiers: readonly Tier[]): Problem[] {
  const at = (item: Item, key: string): Path => ['items', item.index, key]
  return [
    ...items.filter((item) => item.minimum !== null && item.minimum > item.requested).map((item) => problem(at(item, 'minimum'), 'minimumAboveRequest', { application: item.id })),
    ...items.filter((item) => policy === 'optimise' && item.score === null).map((item) => problem(at(item, 'score'), 'needsScore', { application: item.id })),
    ...items.filter((item) => tiers.length > 0 && item.cost === null).map((item) => problem(at(item, 'cost'), 'needsCost', { application: item.id })),
    ...(fall(rates ?? []) ? [] : [problem(['rates'], 'ratesNotFalling')]),
    ...(tiers.length > 0 && policy === 'optimise' ? [problem(['rates'], 'optimiseWithRates')] : []),
  ]
}

function byRank(plan: Plan): Outcome<Allocation> {
  const adopted = inRankOrder(plan, plan.policy === 'optimise' ? 'stop' : plan.policy)
  return Array.isArray(adopted) ? { ok: false, problems: adopted } : { ok: true, result: allocation(plan, adopted) }
}

/** By the item; what is offered may be less than was requested. */
type Adopted = Map<Item, bigint>

/** Goes down the ranks; items of one rank go in together, or the order among them must not matter. */
function inRankOrder({ items, budget }: Pick<Plan, 'items' | 'budget'>, policy: 'stop' | 'skip' | 'reduce', limit = Infinity): Adopted | Problem[] {
  const adopted: Adopted = new Map()
  let left = budget
  const take = (group: readonly Item[]): void => {
    for (const item of group) adopted.set(item, item.requested)
    left -= total(group)
  }
  for (const group of byEqualRank(items)) {
    const room = limit - adopted.size
    const fitting = group.filter((item) => item.requested <= left)
    const together = total(fitting) <= left && fitting.length <= room
    if (room === 0) break
    if (together && (policy === 'skip' || fitting.length === group.length)) {
      take(fitting)
      continue
    }
    const [first] = group
    const takers = policy === 'reduce' ? group.filter((item) => left > 0n && left >= (item.minimum ?? 1n)) : []
    if (group.length > 1 && fitting.length + takers.length > 0) return [tieAtCut(group)]
    if (first !== undefined && takers.length > 0) adopted.set(first, left)
    break
  }
  return adopted
}

function tieAtCut(group: readonly Item[]): Problem {
  return problem(['items'], 'tieAtCut', { id: group.map((item) => `"${item.id}"`).join(', ') })
}

function byEqualRank(items: readonly Item[]): Item[][] {
  const groups: Item[][] = []
  for (const item of items) {
    const last = groups.at(-1)
    if (last?.[0]?.rank === item.rank) last.push(item)
    else groups.push([item])
  }
  return groups
}

function total(items: readonly Item[]): bigint {
  return items.reduce((sum, item) => sum + item.requested, 0n)
}

function optimised(plan: Plan): Outcome<Allocation> {
  const { budget, items } = plan
  // A negative score only lowers the total, and what does not fit alone fits in no choice.
  const possible = items.filter(({ score, requested }) => score !== null && score.s * score.n >= 0n && requested <= budget)
  const choice = bestChoice(valued(possible), budget)
  if (choice === null) return { ok: false, problems: [problem(['items'], 'tooManyCombinations')] }
  const groups = byEqualRank(possible)
  const alternative = possible[choice.alternative]
  const disputed = groups.length < possible.length && alternative !== undefined ? groups.find((group) => group.includes(alternative)) : undefined
  if (disputed !== undefined) return { ok: false, problems: [tieAtCut(disputed)] }
  const adopted: Adopted = new Map(possible.flatMap((item, i) => (choice.taken[i] === true ? [[item, item.requested] as const] : [])))
  return { ok: true, result: { ...allocation(plan, adopted), ...comparedWithRank(plan, adopted) } }
}

/**
 * The scores as whole numbers. Of choices with the same total score the one with more of the best rank stands first, then
 * the one with more of the next. `bestChoice` sees to that where ranks are distinct; with equal ranks it is written
 * into the values, below one step of the score, so that two choices of the same value have as many of every rank.
 */
function valued(items: readonly Item[]): { weight: bigint; value: bigint }[] {
  const scores = items.map(({ score }) => score ?? NO_SCORE)
  const multiple = leastCommonMultiple(scores.map((score) => score.d))
  const groups = byEqualRank(items)
  const bonuses = new Map<number, bigint>()
  let step = 1n
  if (groups.length < items.length) for (const group of groups.reverse()) {
    bonuses.set(group[0]?.rank ?? 0, step)
    step *= BigInt(group.length + 1)
  }
  return items.map((item, i) => {
    const { n, d } = scores[i] ?? NO_SCORE
    return { weight: item.requested, value: n * (multiple / d) * step + (bonuses.get(item.rank) ?? 0n) }
  })
}

const NO_SCORE = new Fraction(0)

/** Equal ranks may leave open what rank order is; then all of them count as dropped or added against it. */
function comparedWithRank(plan: Plan, adopted: Adopted): Pick<Allocation, 'changedAgainstRank' | 'totalScore'> {
  const ranked = inRankOrder(distinctRanks(plan), 'stop')
  const kept = new Set(Array.isArray(ranked) ? [] : [...ranked.keys()].map((item) => item.index))
  const changed = plan.items.filter((item) => adopted.has(item) !== kept.has(item.index))
  return {
    changedAgainstRank: changed.map((item) => ({ id: item.id, rank: item.rank, change: adopted.has(item) ? 'added' : 'dropped' })),
    totalScore: { optimised: totalScore(plan.items.filter((item) => adopted.has(item))), byRank: totalScore(plan.items.filter((item) => kept.has(item.index))) },
  }
}

/** The ids decide among equal ranks here, where the order only serves as the thing compared with. */
function distinctRanks({ items, budget }: Plan): Pick<Plan, 'items' | 'budget'> {
  return { budget, items: items.map((item, i) => ({ ...item, rank: i + 1 })) }
}

function totalScore(items: readonly Item[]): string {
  return reduced(items.reduce((sum, item) => sum.add(item.score ?? NO_SCORE), NO_SCORE))
}

/**
 * The more are adopted, the lower the rate. A rate holds if, at the amounts it gives, as many are adopted as it is for;
 * of several that hold the last, which adopts most.
 */
function byTiers(plan: Plan): Outcome<Allocation> {
  const policy = plan.policy === 'optimise' ? 'stop' : plan.policy
  let held: { tier: Tier; items: Item[]; adopted: Adopted } | null = null
  for (const [i, tier] of plan.tiers.entries()) {
    const items = plan.items.map((item) => atRate(item, tier, plan.floor))
    const adopted = inRankOrder({ items, budget: plan.budget }, policy, tier.upTo)
    if (Array.isArray(adopted)) return { ok: false, problems: adopted }
    if (i === 0 || adopted.size > (plan.tiers[i - 1]?.upTo ?? 0)) held = { tier, items, adopted }
  }
  if (held === null) return byRank(plan)
  const { tier, items, adopted } = held
  const rate = { upTo: tier.upTo === Infinity ? null : tier.upTo, rate: reduced(tier.exact), cap: tier.cap === null ? null : Number(tier.cap) }
  return { ok: true, result: { ...allocation({ ...plan, items }, adopted), rate } }
}

function atRate(item: Item, { rate, cap }: Tier, floor: bigint): Item {
  const requested = BigInt(subsidyAmount({ cost: item.cost ?? 0n, rate, cap, decided: item.requested, floor }))
  return { ...item, requested, minimum: item.minimum !== null && item.minimum > requested ? requested : item.minimum }
}

function allocation({ items, budget, reserveLimit }: Plan, adopted: Adopted): Allocation {
  const others = items.filter((item) => !adopted.has(item)).map((item) => item.id)
  const spent = [...adopted.values()].reduce((sum, amount) => sum + amount, 0n)
  return {
    allocated: items.flatMap((item) => (adopted.has(item) ? [{ id: item.id, amount: Number(adopted.get(item)) }] : [])),
    reserve: others.slice(0, reserveLimit),
    notAdopted: reserveLimit === Infinity ? [] : others.slice(reserveLimit),
    left: Number(budget - spent),
    changedAgainstRank: [],
  }
}
