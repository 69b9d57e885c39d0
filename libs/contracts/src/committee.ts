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
