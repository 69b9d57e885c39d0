import { formatInstant } from '@saitaku/calendar'
import type { Decision, DeliberationView } from '@saitaku/committee'
import type { DecisionsView, DeliberationDetail } from '@saitaku/contracts'
import type { JsonObject } from '@saitaku/statechart'
import { stageName } from './review.views.js'

type Rubric = DeliberationView['stage']['rubric']

export function deliberationDetail({ stage, open, meeting, agenda, panel, quorum, rankChanges, undone, ballots, conditions, comments, reasons, prizes, minutes, draftMinutes }: DeliberationView): DeliberationDetail {
  return {
    stage: stageName(stage.rubric), version: stage.version, open, agenda, panel, quorum, conditions, comments, reasons, prizes, draftMinutes,
    meeting: meeting && { title: meeting.title, openedAt: formatInstant(meeting.openedAt), closedAt: meeting.closedAt && formatInstant(meeting.closedAt) },
    rankChanges: rankChanges.map((one) => ({ ...one, at: formatInstant(one.at) })), undone: undone.map((one) => ({ ...one, at: formatInstant(one.at) })),
    ballots: ballots.map(({ result, ...ballot }) => ({ ...ballot, result: result as JsonObject | null })),
    minutes: minutes && { ...minutes, at: formatInstant(minutes.at), confirmedAt: minutes.confirmedAt && formatInstant(minutes.confirmedAt) },
  }
}

export function decisionsDetail(rubric: Rubric, version: number, decisions: readonly Decision[]): DecisionsView {
  return {
    stage: stageName(rubric), version,
    items: decisions.map(({ draftedAt, approvals, ...one }) => ({ ...one, draftedAt: formatInstant(draftedAt), approvals: approvals.map((approval) => ({ ...approval, at: formatInstant(approval.at) })) })),
  }
}
