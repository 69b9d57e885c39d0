import { formatInstant } from '@saitaku/calendar'
import type { Conflict, MyReview, Progress, ReviewView, Sheet } from '@saitaku/committee'
import type { ConflictView, MyReviewItem, ProgressView, ReviewDetail } from '@saitaku/contracts'

type Rubric = ReviewView['stage']['rubric']

const instant = (at: Date | null): string | null => (at === null ? null : formatInstant(at))
const text = (value: number | string | undefined): string | null => (value === undefined ? null : String(value))
export const stageName = ({ id, label }: Rubric): { id: string; label: { ja: string; en: string } } => ({ id, label })

export function myReviewItem({ callId, callTitle, programme, stage, stageLabel, application, state, scoring, dueAt, version, total, submittedAt }: MyReview): MyReviewItem {
  return { call: { id: callId, title: callTitle, programme }, stage: { id: stage, label: stageLabel }, application, state, scoring, dueAt: instant(dueAt), version, total, submittedAt: instant(submittedAt) }
}

export function reviewDetail({ stage, scoring, dueAt, blind, application, sheet, others }: ReviewView): ReviewDetail {
  return {
    call: { id: stage.callId, title: stage.title, programme: stage.programme }, stage: stageName(stage.rubric), scoring, dueAt: instant(dueAt), blind, rubric: rubricDetail(stage.rubric, stage.rubricHash),
    application: { ...application, forms: application.forms.map(({ name, revision, answers }) => ({ name, revision, answers })) }, sheet: sheet && sheetDetail(sheet), others,
  }
}

export function sheetDetail({ points, comments, note, state, version, total, judged, submittedAt, savedAt }: Sheet): NonNullable<ReviewDetail['sheet']> {
  return { points, comments, note, state, version, total, judged: judged && revisionsOf(judged), submittedAt: instant(submittedAt), savedAt: formatInstant(savedAt) }
}

/** Without the hashes: whoever guesses an applicant's answers could find them by these, also in a blind stage. */
function revisionsOf(judged: NonNullable<Sheet['judged']>): NonNullable<Sheet['judged']> {
  return Object.fromEntries(Object.entries(judged).map(([form, of]) => [form, { revision: (of as { revision: number }).revision }]))
}

function rubricDetail({ criteria }: Rubric, hash: string): ReviewDetail['rubric'] {
  return {
    hash,
    criteria: criteria.map(({ id, label, help, weight, levels, maxPoints, step, comment }) => ({
      id, label, help: help ?? null, weight: String(weight), levels: levels ? Object.entries(levels).map(([level, points]) => ({ level, points: String(points) })) : null,
      maxPoints: text(maxPoints), step: levels ? null : text(step ?? 1), comment: comment ? { below: text(comment.below), above: text(comment.above) } : null,
    })),
  }
}

export function progressDetail(progress: { stage: ReviewView['stage']; scoring: ReviewView['scoring']; dueAt: Date | null; applications: Progress[] }): ProgressView {
  const all = progress.applications.flatMap(({ reviewers }) => reviewers).filter(({ state }) => state !== 'recused')
  const submitted = all.filter(({ state }) => state === 'submitted').length
  return {
    stage: stageName(progress.stage.rubric), scoring: progress.scoring, dueAt: instant(progress.dueAt), submitted, missing: all.length - submitted,
    applications: progress.applications.map(({ application, reviewers }) => ({ application, reviewers: reviewers.map((one) => ({ ...one, submittedAt: instant(one.submittedAt) })) })),
  }
}

export function conflictDetail({ id, applicationId, reviewerId, reviewerName, kind, evidence, state, raisedBy, raisedAt, decidedBy, decidedAt, reason }: Conflict): ConflictView {
  return { id, application: applicationId, reviewer: { id: reviewerId, name: reviewerName }, kind, evidence, state, raisedBy, raisedAt: formatInstant(raisedAt), decidedBy, decidedAt: instant(decidedAt), reason }
}
