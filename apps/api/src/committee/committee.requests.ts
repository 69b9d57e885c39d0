import { applyDecorators, type PipeTransform } from '@nestjs/common'
import { ApiParam } from '@nestjs/swagger'
import {
  affiliationsBody, allocationQuery, assignmentBody, assignmentByHand, conflictBody, conflictVerdict, correctionBody, decisionDraftBody, deliberationAct, panelBody, preferencesBody, proposeBody, rankingQuery, reasonBody, reopenBody, reviewAnswerBody, reviewRequestBody, sheetChange, stageQuery, submitBody, workbookBody,
} from '@saitaku/contracts'
import { createZodDto } from 'nestjs-zod'
import { versionOf } from '../etags.js'
import { notFound } from '../problems.js'
import type { Conditions } from '../requests.js'

export class StageQueryDto extends createZodDto(stageQuery) {}
export class SheetChangeDto extends createZodDto(sheetChange) {}
export class SubmitDto extends createZodDto(submitBody) {}
export class WorkbookDto extends createZodDto(workbookBody) {}
export class ReopenDto extends createZodDto(reopenBody) {}
export class ReasonDto extends createZodDto(reasonBody) {}
export class PanelBodyDto extends createZodDto(panelBody) {}
export class AffiliationsDto extends createZodDto(affiliationsBody) {}
export class AssignmentBodyDto extends createZodDto(assignmentBody) {}
export class AssignmentByHandDto extends createZodDto(assignmentByHand) {}
export class PreferencesDto extends createZodDto(preferencesBody) {}
export class ConflictBodyDto extends createZodDto(conflictBody) {}
export class ConflictVerdictDto extends createZodDto(conflictVerdict) {}

export class RankingQueryDto extends createZodDto(rankingQuery) {}
export class AllocationQueryDto extends createZodDto(allocationQuery) {}
/** One of several shapes: no class can stand for it as a type, so the route names it where it reads the body. */
export const DeliberationActDto = createZodDto(deliberationAct)
export class DecisionDraftBodyDto extends createZodDto(decisionDraftBody) {}
export class ProposeDto extends createZodDto(proposeBody) {}
export class CorrectionDto extends createZodDto(correctionBody) {}
export class ReviewRequestDto extends createZodDto(reviewRequestBody) {}
export class ReviewAnswerDto extends createZodDto(reviewAnswerBody) {}

const UUID = { type: 'string', format: 'uuid' } as const
const STAGE = { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$', maxLength: 100 } as const

/** A call, a stage of its review, and an application in the address. */
export const SheetParams = (): MethodDecorator => applyDecorators(ApiParam({ name: 'id', schema: UUID }), ApiParam({ name: 'stage', schema: STAGE }), ApiParam({ name: 'application', schema: UUID }))
/** A call and a stage of its review. */
export const StageParams = (): MethodDecorator => applyDecorators(ApiParam({ name: 'id', schema: UUID }), ApiParam({ name: 'stage', schema: STAGE }))
/** A call and something of it. */
export const CallAnd = (name: string): MethodDecorator => applyDecorators(ApiParam({ name: 'id', schema: UUID }), ApiParam({ name, schema: UUID }))

/** A call and one of its decisions, by its place in the journal. */
export const DecisionParam = (): MethodDecorator => applyDecorators(ApiParam({ name: 'id', schema: UUID }), ApiParam({ name: 'decision', schema: { type: 'integer', minimum: 1 } }))

export class SequencePipe implements PipeTransform<string, number> {
  transform(text: string): number {
    if (!/^[1-9]\d{0,8}$/.test(text)) throw notFound('決定案が見つかりません', 'There is no such decision')
    return Number(text)
  }
}

/** The version that `If-Match` names; −1, which nothing has, where it names none of ours. */
export function expectedVersion({ ifMatch }: Conditions): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined
  return ifMatch.map(versionOf).find((version) => version !== undefined) ?? -1
}
