import { readFraction } from './exact.js'
import { prizesInput, type ReadPrizesInput } from './prizes-input.js'
import { indexIds, NAMES, problem, shapeProblems, type Outcome, type Path, type Problem } from './problems.js'

export interface Prizes {
  awarded: { prize: string; application: string; organisation: string | null; division: string | null; by: 'rank' | 'jury' }[]
  /** Places that go to nobody: the jury said so, those left have too few points, there is nobody left, or the jury chose nobody. */
  notAwarded: { prize: string; places: number; reason: 'declared' | 'belowMinimum' | 'nobodyLeft' | 'notChosen' }[]
  /** Who would have won by rank, but whose organisation had won already. */
  passedOver: { prize: string; application: string; organisation: string }[]
}

type Prize = ReadPrizesInput['prizes'][number]
type Application = ReadPrizesInput['applications'][number]

/**
 * Gives prizes by rank and by the jury's choice, in the order of the prizes: several winners, divisions, prizes that go
 * to nobody, applications moved to another division, and organisations that apply twice. Where equal ranks would leave
 * a prize to chance it says so instead of choosing. Nothing makes it throw.
 *
 * @param input see `prizesInput`; anything may be given
 * @example
 * awardPrizes({ prizes: [{ id: 'grand' }], applications: [{ id: 'A', rank: 1, organisation: 'o1' }, { id: 'B', rank: 2 }] })
 * // → { ok: true, result: { awarded: [{ prize: 'grand', application: 'A', organisation: 'o1', division: null, by: 'rank' }], … } }
 */
export function awardPrizes(input: unknown): Outcome<Prizes> {
  const parsed = prizesInput.safeParse(input)
  if (!parsed.success) return { ok: false, problems: shapeProblems(parsed.error, input) }
  const problems = idProblems(parsed.data)
  if (problems.length > 0) return { ok: false, problems }
  const ceremony = new Ceremony(parsed.data)
  const prizes = ceremony.award()
  return ceremony.problems.length > 0 ? { ok: false, problems: ceremony.problems } : { ok: true, result: prizes }
}

function idProblems({ prizes, applications, given, noAward, reassigned }: ReadPrizesInput): Problem[] {
  const known = indexIds(prizes.map((p) => p.id), NAMES.prize, (i) => ['prizes', i, 'id'])
  const entered = indexIds(applications.map((a) => a.id), NAMES.application, (i) => ['applications', i, 'id'])
  const find = ({ index }: typeof known, id: string, what: (typeof NAMES)['prize'], path: Path): Problem[] => (index.has(id) ? [] : [problem(path, 'unknownId', { what, id })])
  return [
    ...known.problems,
    ...entered.problems,
    ...given.flatMap((g, i) => [...find(known, g.prize, NAMES.prize, ['given', i, 'prize']), ...find(entered, g.application, NAMES.application, ['given', i, 'application'])]),
    ...noAward.flatMap((id, i) => find(known, id, NAMES.prize, ['noAward', i])),
    ...reassigned.flatMap((r, i) => find(entered, r.application, NAMES.application, ['reassigned', i, 'application'])),
    ...indexIds(reassigned.map((r) => r.application), NAMES.application, (i) => ['reassigned', i, 'application']).problems,
    ...prizes.flatMap(({ atLeast }, i) => scoreProblems(atLeast, ['prizes', i, 'atLeast'])),
    ...applications.flatMap(({ score }, i) => scoreProblems(score, ['applications', i, 'score'])),
  ]
}

function scoreProblems(value: number | string | null | undefined, path: Path): Problem[] {
  const read = value == null ? null : readFraction(value)
  return typeof read === 'string' ? [problem(path, read, { value })] : []
}

class Ceremony {
  readonly problems: Problem[] = []
  private readonly input: ReadPrizesInput
  private readonly divisions: Map<string, string>
  private readonly prizes: Prizes = { awarded: [], notAwarded: [], passedOver: [] }
  /** Who has an exclusive prize, or is given a later one by the jury. */
  private readonly taken = new Set<string>()
  private readonly organisations = new Set<string>()

  constructor(input: ReadPrizesInput) {
    this.input = input
    this.divisions = new Map([...input.applications.flatMap((a) => (a.division == null ? [] : [[a.id, a.division] as const])), ...input.reassigned.map((r) => [r.application, r.division] as const)])
  }

  award(): Prizes {
    const choices = this.input.prizes.map((prize) => this.juryChoice(prize))
    if (this.problems.length > 0) return this.prizes
    this.input.prizes.forEach((prize, i) => {
      const chosen = choices[i] ?? []
      for (const application of chosen) this.give(prize, application, 'jury')
      const places = prize.winners - chosen.length
      if (this.input.noAward.includes(prize.id)) this.leave(prize, places, 'declared')
      else if (prize.by === 'jury') this.leave(prize, places, 'notChosen')
      else this.awardByRank(prize, places)
    })
    return this.prizes
  }

  /** Checked before anything goes by rank, so that nobody wins by rank what the jury has taken them out of. */
  private juryChoice(prize: Prize): Application[] {
    const chosen = this.input.given.flatMap((g, i) => (g.prize === prize.id ? this.input.applications.filter((a) => a.id === g.application).map((application) => ({ application, path: ['given', i] })) : []))
    const limit = this.input.noAward.includes(prize.id) ? 0 : prize.winners
    if (chosen.length > limit) this.problems.push(problem(['given'], 'tooManyWinners', { id: prize.id }))
    chosen.forEach(({ application, path }, i) => {
      const twice = chosen.slice(0, i).some((other) => other.application === application)
      if (twice || !this.inDivision(prize, application) || this.reaches(prize, application) === false || !this.mayTake(prize, application)) {
        this.problems.push(problem(path, 'notEligible', { application: application.id, id: prize.id }))
      } else this.take(prize, application)
    })
    return chosen.map(({ application }) => application)
  }

  private inDivision({ divisions }: Prize, { id }: Application): boolean {
    return divisions === undefined || divisions.includes(this.divisions.get(id) ?? '')
  }

  /** Null where the prize asks for points and the application has none. */
  private reaches({ atLeast }: Prize, { score }: Application): boolean | null {
    if (atLeast === undefined) return true
    const [needed, has] = [readFraction(atLeast), score == null ? null : readFraction(score)]
    return has === null || typeof has === 'string' || typeof needed === 'string' ? null : has.gte(needed)
  }

  private mayTake(prize: Prize, { id, organisation }: Application): boolean {
    return !prize.exclusive || (!this.taken.has(id) && !this.wonAlready(organisation))
  }

  private wonAlready(organisation: string | null | undefined): boolean {
    return organisation != null && this.input.sameOrganisation === 'once' && this.organisations.has(organisation)
  }

  private take({ exclusive }: Prize, { id, organisation }: Application): void {
    if (!exclusive) return
    this.taken.add(id)
    if (organisation != null) this.organisations.add(organisation)
  }

  private give(prize: Prize, application: Application, by: 'rank' | 'jury'): void {
    this.prizes.awarded.push({ prize: prize.id, application: application.id, organisation: application.organisation ?? null, division: this.divisions.get(application.id) ?? null, by })
  }

  private leave({ id }: Prize, places: number, reason: Prizes['notAwarded'][number]['reason']): void {
    if (places > 0) this.prizes.notAwarded.push({ prize: id, places, reason })
  }

  private awardByRank(prize: Prize, open: number): void {
    let places = open
    const has = new Set(this.prizes.awarded.filter((a) => a.prize === prize.id).map((a) => a.application))
    const candidates = this.input.applications.filter((a) => this.inDivision(prize, a) && !has.has(a.id) && !(prize.exclusive && this.taken.has(a.id)))
    if (places > 0) for (const a of candidates) if (this.reaches(prize, a) === null) this.problems.push(problem(['applications', this.input.applications.indexOf(a), 'score'], 'needsScore', { application: a.id }))
    const reaching = candidates.filter((a) => this.reaches(prize, a) === true)
    for (const group of byRank(reaching)) {
      if (places === 0) return
      const able = group.filter((a) => this.mayTake(prize, a))
      for (const a of group) if (!able.includes(a) && a.organisation != null) this.prizes.passedOver.push({ prize: prize.id, application: a.id, organisation: a.organisation })
      if (able.length > places || this.share(prize, able)) return void this.problems.push(problem(['applications'], 'tieAtCut', { id: able.map((a) => `"${a.id}"`).join(', ') }))
      for (const application of able) {
        this.take(prize, application)
        this.give(prize, application, 'rank')
      }
      places -= able.length
    }
    this.leave(prize, places, candidates.length > reaching.length ? 'belowMinimum' : 'nobodyLeft')
  }

  /** Whether two of them are of one organisation that may win only once. */
  private share(prize: Prize, group: readonly Application[]): boolean {
    const organisations = group.flatMap((a) => a.organisation ?? [])
    return prize.exclusive && this.input.sameOrganisation === 'once' && new Set(organisations).size < organisations.length
  }
}

function byRank(applications: readonly Application[]): Application[][] {
  const ranks = new Map<number, Application[]>()
  for (const application of applications) ranks.set(application.rank, [...(ranks.get(application.rank) ?? []), application])
  return [...ranks].sort(([a], [b]) => a - b).map(([, group]) => group)
}
