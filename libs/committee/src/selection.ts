import { allocate, awardPrizes, type AllocateInput, type Allocation, type Prizes, type PrizesInput } from '@saitaku/review'
import type { InputProblem } from './refusal.js'
import { requestedOf, type StageRanking } from './ranking.js'
import type { StageNow } from './stage-reader.js'

/** Other figures to see what they would give. */
export interface WhatIf {
  budget?: number | undefined
  policy?: AllocateInput['policy'] | undefined
  places?: number | undefined
}

/** Who is chosen from a ranking: by a budget, by a number of places, or by prizes. */
export type Selection = { kind: 'budget' | 'places'; input: AllocateInput; result: Allocation | null; problems: InputProblem[] } | { kind: 'prizes'; input: PrizesInput; result: Prizes | null; problems: InputProblem[] }

/** What a selection says of one application. */
export interface Chosen {
  application: string
  amount: number | null
  prize: string | null
}

/** Selects from a stage's ranking by the stage's own rule. Undefined where its rubric has none. */
export function selectionOf(stage: StageNow, ranking: StageRanking, whatIf: WhatIf = {}): Selection | undefined {
  const { allocation, decision } = stage.rubric
  if (allocation) return byBudget(stage, ranking, whatIf)
  if (decision?.places !== undefined) return byPlaces(ranking, whatIf.places ?? decision.places)
  return decision?.prizes ? byPrizes(stage, ranking) : undefined
}

function byBudget({ rubric, attributes }: StageNow, { standings, candidates }: StageRanking, { budget, policy }: WhatIf): Selection {
  const allocation = rubric.allocation
  const found = new Map(candidates.map((candidate) => [candidate.id, candidate.attributes]))
  const input: AllocateInput = {
    budget: budget ?? amountOf(attributes[allocation?.budget ?? 'budget']) ?? '', policy: policy ?? allocation?.policy ?? 'stop',
    items: standings.map(({ application, rank, exact }) => {
      const cost = allocation?.cost === undefined ? null : amountOf(found.get(application)?.[allocation.cost])
      return {
        id: application, rank, requested: requestedOf(rubric, found.get(application) ?? {}) ?? '', score: exact,
        ...(allocation?.minimum === undefined ? {} : { minimum: allocation.minimum }), ...(cost === null ? {} : { cost }),
      }
    }),
    ...(allocation?.rates ? { rates: allocation.rates } : {}), ...(allocation?.reserveLimit === undefined ? {} : { reserveLimit: allocation.reserveLimit }),
  }
  const outcome = allocate(input)
  return { kind: 'budget', input, result: outcome.ok ? outcome.result : null, problems: outcome.ok ? [] : outcome.problems }
}

/** So many places are a budget of so many in which everyone asks for one: a tie at the cut is then found in the same way. */
function byPlaces({ standings }: StageRanking, places: number): Selection {
  const input: AllocateInput = { budget: places, policy: 'stop', reserveLimit: 0, items: standings.map(({ application, rank }) => ({ id: application, rank, requested: 1 })) }
  const outcome = allocate(input)
  return { kind: 'places', input, result: outcome.ok ? outcome.result : null, problems: outcome.ok ? [] : outcome.problems }
}

function byPrizes({ rubric: { decision } }: StageNow, { standings, candidates, deliberation }: StageRanking): Selection {
  const found = new Map(candidates.map((candidate) => [candidate.id, candidate]))
  const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)
  const input: PrizesInput = {
    prizes: decision?.prizes ?? [],
    applications: standings.map(({ application, rank, exact }) => {
      const { organisationId = null, attributes = {} } = found.get(application) ?? {}
      return { id: application, rank, organisation: organisationId, division: decision?.division === undefined ? null : textOf(attributes[decision.division]), score: exact }
    }),
    given: deliberation.given.map(({ prize, application }) => ({ prize, application })), noAward: deliberation.withheld.map(({ prize }) => prize),
    ...(decision?.sameOrganisation ? { sameOrganisation: decision.sameOrganisation } : {}),
  }
  const outcome = awardPrizes(input)
  return { kind: 'prizes', input, result: outcome.ok ? outcome.result : null, problems: outcome.ok ? [] : outcome.problems }
}

/** Who is adopted, best first, and who is kept in reserve with what they would get. */
export function chosenBy(selection: Selection): { adopted: Chosen[]; reserve: Chosen[] } {
  if (selection.kind === 'prizes') return { adopted: (selection.result?.awarded ?? []).map(({ application, prize }) => ({ application, amount: null, prize })), reserve: [] }
  const { kind, result, input } = selection
  if (!result) return { adopted: [], reserve: [] }
  const requested = new Map(input.items.map(({ id, requested: amount }) => [id, Number(amount)]))
  const amountIn = (amount: number | undefined): number | null => (kind === 'budget' ? (amount ?? null) : null)
  return {
    adopted: result.allocated.map(({ id, amount }) => ({ application: id, amount: amountIn(amount), prize: null })),
    reserve: result.reserve.map((id) => ({ application: id, amount: amountIn(requested.get(id)), prize: null })),
  }
}

function amountOf(value: unknown): number | string | null {
  return typeof value === 'number' || typeof value === 'string' ? value : null
}
