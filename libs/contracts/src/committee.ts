import { z } from 'zod'
import { instant, jsonObject, label, name, uuid } from './primitives.js'

/** Which of the call's stages; the only one, or the one that is scored or deliberated now, unless told. */
export const stageQuery = z.strictObject({ stage: name.optional() })

const text = z.string().max(4000)
const reasonText = z.string().trim().min(1).max(2000)

/** An application as the panel names it: in a blind stage without whoever applied. */
export const applicationName = z.object({ id: uuid, number: z.string().nullable(), title: z.string(), organisation: z.string().nullable() })

const criterionView = z.object({
  id: z.string(), label, help: label.nullable(), weight: z.string(),
  /** Levels with their points, or points from 0 to `maxPoints` in steps. */
  levels: z.array(z.object({ level: z.string(), points: z.string() })).nullable(),
  maxPoints: z.string().nullable(), step: z.string().nullable(),
  /** A comment is asked for below or above these points. */
  comment: z.object({ below: z.string().nullable(), above: z.string().nullable() }).nullable(),
})
/** What a sheet is filled in by. `hash` goes along with a saved sheet, so that nobody scores by a rubric that has changed. */
export const rubricView = z.object({ hash: z.string(), criteria: z.array(criterionView) })

const scoringState = z.enum(['open', 'closed', 'locked'])
const sheetState = z.enum(['todo', 'draft', 'submitted', 'recused'])
const stageName = z.object({ id: z.string(), label })

/** One line of a reviewer's own list. */
export const myReview = z.object({
  call: z.object({ id: uuid, title: z.string(), programme: z.string() }), stage: stageName, application: applicationName,
  state: sheetState, scoring: scoringState, dueAt: instant.nullable(), version: z.int(), total: z.string().nullable(), submittedAt: instant.nullable(),
})
export type MyReviewItem = z.output<typeof myReview>

const sheetContent = { points: jsonObject, comments: jsonObject, note: z.string() }
export const sheetView = z.object({
  ...sheetContent, state: z.enum(['draft', 'submitted', 'sealed']), version: z.int(), total: z.string().nullable(),
  /** Which revision of each form it judged, once it is in. */
  judged: jsonObject.nullable(), submittedAt: instant.nullable(), savedAt: instant,
})

/** A reviewer's own sheet, what it judges, and the others' once they may be seen. */
export const reviewView = z.object({
  call: z.object({ id: uuid, title: z.string(), programme: z.string() }), stage: stageName, scoring: scoringState, dueAt: instant.nullable(), blind: z.boolean(), rubric: rubricView,
  application: applicationName.extend({ forms: z.array(z.object({ name: z.string(), revision: z.int(), answers: jsonObject })) }),
  sheet: sheetView.nullable(),
  others: z.array(z.object({ reviewerId: uuid, name: z.string(), total: z.string().nullable(), ...sheetContent })).nullable(),
})
export type ReviewDetail = z.output<typeof reviewView>

const problemItem = z.object({ pointer: z.string(), code: z.string(), message: label })
export const sheetChange = z.strictObject({ points: jsonObject.optional(), comments: z.record(z.string(), text).optional(), note: text.optional(), rubric: z.string().max(64).optional() })
export type SheetChangeBody = z.output<typeof sheetChange>
export const sheetSaved = z.object({ version: z.int(), total: z.string().nullable(), savedAt: instant, problems: z.array(problemItem) })
export type SheetSavedView = z.output<typeof sheetSaved>
export const submitBody = z.strictObject({ rubric: z.string().max(64).optional() })
export const reasonBody = z.strictObject({ reason: reasonText })
export const reopenBody = z.strictObject({ reason: reasonText, reviewer: uuid.optional() })

export const progressView = z.object({
  stage: stageName, scoring: scoringState, dueAt: instant.nullable(), submitted: z.int(), missing: z.int(),
  applications: z.array(z.object({
    application: applicationName, reviewers: z.array(z.object({ reviewerId: uuid, name: z.string(), state: sheetState, total: z.string().nullable(), submittedAt: instant.nullable() })),
  })),
})
export type ProgressView = z.output<typeof progressView>

const affiliation = z.strictObject({
  organisation: z.string().trim().min(1).max(200), corporateNumber: z.string().regex(/^\d{13}$/, 'expected 13 digits').nullable().default(null),
  address: z.string().trim().max(300).nullable().default(null), note: z.string().trim().max(300).nullable().default(null),
})
const member = z.strictObject({ personId: uuid, role: z.enum(['chair', 'member']).default('member'), maxLoad: z.int().min(0).max(100_000).nullable().default(null), fields: z.array(z.string().trim().min(1).max(60)).max(50).default([]) })
export const panelBody = z.strictObject({ members: z.array(member).max(500) })
export const affiliationsBody = z.strictObject({ affiliations: z.array(affiliation).max(50) })
export const panelView = z.object({ stage: stageName, version: z.int(), members: z.array(z.object({ ...member.shape, name: z.string(), affiliations: z.array(affiliation) })) })
export type PanelView = z.output<typeof panelView>

const pair = z.strictObject({ reviewer: uuid, application: uuid })
const several = z.union([z.strictObject({ applications: z.array(uuid).min(2) }), z.strictObject({ reviewers: z.array(uuid).min(2) })])
/** Without `perApplication` everybody judges everything that they are not involved in. */
export const assignmentBody = z.strictObject({
  perApplication: z.int().min(1).max(500).optional(), balance: z.int().min(0).nullable().optional(), keepTogether: z.array(several).optional(), keepApart: z.array(several).optional(),
  fixed: z.array(pair).optional(), expertise: z.strictObject({ weight: z.union([z.number(), z.string()]).optional(), atLeast: z.int().min(0).optional() }).optional(),
  stability: z.union([z.number(), z.string()]).optional(), seed: z.int().optional(), fields: z.record(uuid, z.array(z.string().min(1).max(60))).optional(), dryRun: z.boolean().default(false),
})
export const assignmentByHand = z.strictObject({ application: uuid, reviewer: uuid, state: z.enum(['assigned', 'released']) })
export const preferencesBody = z.strictObject({ preferences: z.array(z.strictObject({ application: uuid, value: z.int().min(-100).max(100) })).min(1).max(2000) })
export const assignmentsView = z.object({
  stage: stageName, version: z.int(),
  applications: z.array(z.object({ application: applicationName, reviewers: z.array(z.object({ reviewerId: uuid, name: z.string(), state: z.enum(['assigned', 'recused', 'released']) })) })),
})
export type AssignmentsView = z.output<typeof assignmentsView>
export const assignedView = z.object({
  load: z.object({ min: z.int(), max: z.int() }).nullable(), written: z.boolean(),
  assigned: z.array(z.object({ applicationId: uuid, reviewerId: uuid })), released: z.array(z.object({ applicationId: uuid, reviewerId: uuid })),
})
export type AssignedView = z.output<typeof assignedView>

const conflictKind = z.enum(['declared', 'organisation', 'corporateNumber', 'name', 'address'])
export const conflictView = z.object({
  id: uuid, application: uuid, reviewer: z.object({ id: uuid, name: z.string() }), kind: conflictKind, evidence: z.string(), state: z.enum(['suspected', 'confirmed', 'dismissed']),
  raisedBy: uuid.nullable(), raisedAt: instant, decidedBy: uuid.nullable(), decidedAt: instant.nullable(), reason: z.string().nullable(),
})
export type ConflictView = z.output<typeof conflictView>
export const conflictBody = z.strictObject({ stage: name.optional(), application: uuid, reason: reasonText })
export const conflictVerdict = z.strictObject({ stage: name.optional(), verdict: z.enum(['confirmed', 'dismissed']), reason: reasonText })
export const matchResult = z.object({ found: z.int(), raised: z.int() })

const rankingFlags = z.enum(['true', 'false']).optional()
export const rankingQuery = z.strictObject({ stage: name.optional(), provisional: rankingFlags })
/** `budget`, `policy` and `places` ask what other figures would give. */
export const allocationQuery = z.strictObject({
  stage: name.optional(), provisional: rankingFlags, budget: z.string().regex(/^\d{1,13}$/, 'expected whole yen').optional(), policy: z.enum(['stop', 'skip', 'reduce', 'optimise']).optional(),
  places: z.string().regex(/^[1-9]\d{0,4}$/, 'expected a number of places').optional(),
})

const threshold = z.object({ scope: z.enum(['total', 'criterion', 'reviewer', 'knockOut']), op: z.string(), value: z.union([z.number(), z.string()]), criterion: z.string().optional(), by: z.string().optional() })
export const rankingView = z.object({
  stage: stageName, version: z.int(), provisional: z.boolean(), method: z.string(),
  /** Best first. `scoredRank` is as scored, `rank` with the panel's own changes; `changedBy` is the act that moved it. */
  rows: z.array(z.object({
    application: applicationName, scoredRank: z.int(), rank: z.int(), exact: z.string().nullable(), display: z.string(), decidedBy: z.string().nullable(), tied: z.boolean(), changedBy: z.int().nullable(),
  })),
  rejected: z.array(z.object({ application: applicationName, threshold, figure: z.string(), reviewer: z.string().optional() })),
  unscored: z.array(applicationName), notes: z.array(z.object({ code: z.string(), message: label })), problems: z.array(problemItem),
  /** To the chair and the secretariat: how far reviewers depart from the panel, and how far they agree. */
  committee: z.object({
    severity: z.array(z.object({ reviewer: z.string(), name: z.string(), offset: z.string().nullable(), spread: z.number().nullable(), scored: z.int() })), kendallW: z.number().nullable(),
    krippendorffAlpha: z.array(z.object({ criterion: z.string(), alpha: z.number().nullable() })),
    disagreement: z.array(z.object({ application: z.string(), lowest: z.string(), highest: z.string(), spread: z.number() })), withdrawn: z.array(z.object({ reviewer: z.string(), application: z.string() })),
  }).nullable(),
})

const chosen = z.object({ application: applicationName, amount: z.int().nullable(), prize: z.string().nullable() })
export const allocationView = z.object({
  stage: stageName, version: z.int(), kind: z.enum(['budget', 'places', 'prizes']), whatIf: z.boolean(), budget: z.string().nullable(), policy: z.string().nullable(),
  adopted: z.array(chosen), reserve: z.array(chosen), left: z.number().nullable(),
  /** The line is drawn after so many. */
  cut: z.int(),
  changedAgainstRank: z.array(z.object({ application: applicationName, rank: z.int(), change: z.enum(['added', 'dropped']) })),
  notAwarded: z.array(z.object({ prize: z.string(), places: z.int(), reason: z.string() })), problems: z.array(problemItem),
})

const rankedChoice = z.object({ choice: z.string().optional(), ranking: z.array(z.string()).optional() })
export const deliberationView = z.object({
  stage: stageName, version: z.int(), open: z.boolean(),
  meeting: z.object({ title: z.string(), openedAt: instant, closedAt: instant.nullable() }).nullable(),
  /** `mustLeave`: who leaves the room for this item. */
  agenda: z.array(z.object({ title: z.string(), application: uuid.nullable(), state: z.enum(['waiting', 'open', 'closed']), note: z.string(), mustLeave: z.array(uuid) })),
  panel: z.array(z.object({ id: uuid, name: z.string(), role: z.enum(['chair', 'member']), present: z.boolean(), recused: z.array(uuid) })),
  quorum: z.object({ needed: z.int(), present: z.int(), reached: z.boolean() }),
  rankChanges: z.array(z.object({ seq: z.int(), application: uuid, to: z.int(), reason: z.string(), by: uuid.nullable(), at: instant })),
  undone: z.array(z.object({ act: z.int(), reason: z.string(), by: uuid.nullable(), at: instant })),
  ballots: z.array(z.object({
    seq: z.int(), question: z.string(), method: z.enum(['majority', 'schulze', 'stv', 'single']), options: z.array(z.string()), seats: z.int(), circulatedUntil: z.string().nullable(), breaksTie: z.boolean(), about: z.array(uuid), open: z.boolean(),
    own: rankedChoice.nullable(), mayVote: z.boolean(), cast: z.int(), eligible: z.int(),
    /** Once it is closed. */
    result: jsonObject.nullable(),
  })),
  conditions: z.record(z.string(), z.array(z.string())), comments: z.record(z.string(), z.string()),
  reasons: z.record(z.string(), z.object({ reason: z.string().optional(), text: z.string().optional() })),
  prizes: z.object({ given: z.array(z.object({ prize: z.string(), application: uuid, reason: z.string() })), withheld: z.array(z.object({ prize: z.string(), reason: z.string() })) }),
  minutes: z.object({ seq: z.int(), text: z.string(), by: uuid.nullable(), at: instant, confirmedBy: uuid.nullable(), confirmedAt: instant.nullable() }).nullable(), draftMinutes: z.string(),
})
export type DeliberationDetail = z.output<typeof deliberationView>
export const actResult = z.object({ seq: z.int(), version: z.int(), repeated: z.boolean() })
export type ActResult = z.output<typeof actResult>

const outcomeKind = z.enum(['adopted', 'conditional', 'reserve', 'notAdopted'])
const outcomeItem = z.object({ application: applicationName, outcome: outcomeKind, event: z.string(), data: jsonObject, reason: z.string().nullable() })
export const decisionDraftBody = z.strictObject({ dryRun: z.boolean().default(false) })
export const decisionDraftResult = z.object({ seq: z.int().nullable(), items: z.array(outcomeItem.extend({ problem: label.nullable() })) })
export type DecisionDraftResult = z.output<typeof decisionDraftResult>
export const proposeBody = z.strictObject({ minutes: z.string().trim().min(1).max(100_000) })
export const approveResult = z.object({ complete: z.boolean() })
export const decisionsView = z.object({
  stage: stageName, version: z.int(),
  items: z.array(z.object({
    seq: z.int(), state: z.enum(['draft', 'superseded', 'proposed', 'returned', 'approved', 'withdrawn', 'published']), draftedBy: uuid.nullable(), draftedAt: instant, hash: z.string(),
    approvals: z.array(z.object({ by: uuid.nullable(), at: instant, counts: z.boolean() })), returnedFor: z.string().nullable(), minutes: z.string().nullable(),
    items: z.array(outcomeItem.extend({ told: z.object({ outcome: z.string(), reason: label.nullable() }).nullable() })),
  })),
})
export type DecisionsView = z.output<typeof decisionsView>

/** A workbook in base64; `dryRun` only says what would be handed in. */
export const workbookBody = z.strictObject({ file: z.base64().min(1).max(1_900_000), dryRun: z.boolean().default(false) })
/** Problems point to a line and a column: `/3/novelty`. */
export const workbookResult = z.object({ ready: z.array(z.object({ line: z.int(), applicationId: uuid, total: z.string().nullable() })), problems: z.array(problemItem), written: z.boolean() })
export type WorkbookResult = z.output<typeof workbookResult>

/** What comes after publication: corrections beside the first decision, and requests for review. */
export const correctionBody = z.strictObject({ corrects: z.int().min(1), application: uuid, outcome: outcomeKind, reason: reasonText })
export const reviewRequestBody = z.strictObject({ application: uuid, text: z.string().trim().min(1).max(20_000), receivedOn: z.iso.date() })
export const reviewAnswerBody = z.strictObject({ verdict: z.enum(['granted', 'dismissed', 'rejected']), answer: reasonText })
export const written = z.object({ seq: z.int() })
export const aftermathView = z.object({
  corrections: z.array(z.object({ seq: z.int(), corrects: z.int(), application: uuid, outcome: outcomeKind, reason: z.string(), draftedBy: uuid.nullable(), draftedAt: instant, approvedBy: uuid.nullable(), approvedAt: instant.nullable() })),
  requests: z.array(z.object({ seq: z.int(), application: uuid, text: z.string(), receivedOn: z.string(), enteredBy: uuid.nullable(), verdict: z.enum(['granted', 'dismissed', 'rejected']).nullable(), answer: z.string().nullable(), answeredBy: uuid.nullable() })),
})
export type AftermathView = z.output<typeof aftermathView>
