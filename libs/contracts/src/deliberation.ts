import { z } from 'zod'
import { uuid } from './primitives.js'

/**
 * What a panel does in its deliberation, one entry of the journal each: nothing is changed or deleted, an act that undoes
 * another names it. `seq` is the place of an entry in the stage's journal.
 */

const id = uuid.toLowerCase()
const words = z.string().trim().min(1).max(4000)
const seq = z.int().min(1)

const ballot = {
  question: words,
  /** `majority`: for, against or abstention. `schulze` and `stv`: ranked ballots over the options. `points`: how many votes for each option, for breaking ties. */
  method: z.enum(['majority', 'schulze', 'stv', 'single']),
  /** Applications, or words; none for `majority`. */
  options: z.array(z.string().min(1).max(200)).max(200).default([]),
  /** How many are elected by `stv`. */
  seats: z.int().min(1).optional(),
  /** By circulation: outside a meeting, until an instant. */
  circulatedUntil: z.iso.datetime({ offset: true }).optional(),
  /** The tie that the outcome breaks: a panel vote of the rubric. */
  breaksTie: z.boolean().default(false),
  /** Applications that it concerns: whoever is recused from one of them has no vote. */
  about: z.array(id).max(500).default([]),
}

export const deliberationAct = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('meetingOpened'), title: words, agenda: z.array(z.strictObject({ title: words, application: id.optional() })).max(2000).default([]) }),
  z.strictObject({ kind: z.literal('meetingClosed') }),
  /** Who is in the room from now on. */
  z.strictObject({ kind: z.literal('attendance'), present: z.array(id).max(500) }),
  z.strictObject({ kind: z.literal('itemOpened'), item: z.int().min(0) }),
  z.strictObject({ kind: z.literal('itemClosed'), item: z.int().min(0), note: z.string().trim().max(4000).default('') }),
  /** Moves an application to another place of the ranking. */
  z.strictObject({ kind: z.literal('rankChanged'), application: id, to: z.int().min(1), reason: words }),
  /** Takes an act back: a change of ranks, a condition, a remark. */
  z.strictObject({ kind: z.literal('undone'), act: seq, reason: words }),
  /** The chair's casting vote among equals, best first. */
  z.strictObject({ kind: z.literal('castingVote'), order: z.array(id).min(2).max(500), reason: words }),
  /** The lot, drawn in front of the panel. */
  z.strictObject({ kind: z.literal('lotDrawn'), order: z.array(id).min(2).max(500) }),
  z.strictObject({ kind: z.literal('ballotOpened'), ...ballot }),
  z.strictObject({ kind: z.literal('voted'), ballot: seq, choice: z.enum(['for', 'against', 'abstain']).optional(), ranking: z.array(z.string().max(200)).max(200).optional() }),
  z.strictObject({ kind: z.literal('ballotClosed'), ballot: seq }),
  /** If it is adopted, then on these conditions. */
  z.strictObject({ kind: z.literal('conditionsSet'), application: id, conditions: z.array(words).max(20) }),
  /** What its applicant is told of the panel's view, whatever becomes of it. */
  z.strictObject({ kind: z.literal('commentSet'), application: id, comment: words }),
  /** If it is not adopted, then for this reason of the rubric's texts, or in these words. */
  z.strictObject({ kind: z.literal('reasonSet'), application: id, reason: z.string().min(1).max(60).optional(), text: words.optional() }),
  /** The jury's own choice of a prize, or that nobody gets it. */
  z.strictObject({ kind: z.literal('prizeGiven'), prize: z.string().min(1).max(60), application: id, reason: words }),
  z.strictObject({ kind: z.literal('prizeWithheld'), prize: z.string().min(1).max(60), reason: words }),
  z.strictObject({ kind: z.literal('minutesWritten'), text: z.string().trim().min(1).max(100_000) }),
  z.strictObject({ kind: z.literal('minutesConfirmed'), written: seq }),
]).meta({ id: 'DeliberationAct' })
export type DeliberationAct = z.output<typeof deliberationAct>
export type DeliberationActKind = DeliberationAct['kind']
export const DELIBERATION_ACTS: readonly DeliberationActKind[] = deliberationAct.options.map((option) => option.shape.kind.value)
