import { applyDecorators } from '@nestjs/common'
import { ApiParam } from '@nestjs/swagger'
import {
  affiliationsBody, assignmentBody, assignmentByHand, conflictBody, conflictVerdict, panelBody, preferencesBody, reasonBody, reopenBody, sheetChange, stageQuery, submitBody,
} from '@saitaku/contracts'
import { createZodDto } from 'nestjs-zod'
import { versionOf } from '../etags.js'
import type { Conditions } from '../requests.js'

export class StageQueryDto extends createZodDto(stageQuery) {}
export class SheetChangeDto extends createZodDto(sheetChange) {}
export class SubmitDto extends createZodDto(submitBody) {}
export class ReopenDto extends createZodDto(reopenBody) {}
export class ReasonDto extends createZodDto(reasonBody) {}
export class PanelBodyDto extends createZodDto(panelBody) {}
export class AffiliationsDto extends createZodDto(affiliationsBody) {}
export class AssignmentBodyDto extends createZodDto(assignmentBody) {}
export class AssignmentByHandDto extends createZodDto(assignmentByHand) {}
export class PreferencesDto extends createZodDto(preferencesBody) {}
export class ConflictBodyDto extends createZodDto(conflictBody) {}
export class ConflictVerdictDto extends createZodDto(conflictVerdict) {}

const UUID = { type: 'string', format: 'uuid' } as const
const STAGE = { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$', maxLength: 100 } as const

/** A call, a stage of its review, and an application in the address. */
export const SheetParams = (): MethodDecorator => applyDecorators(ApiParam({ name: 'id', schema: UUID }), ApiParam({ name: 'stage', schema: STAGE }), ApiParam({ name: 'application', schema: UUID }))
/** A call and something of it. */
export const CallAnd = (name: string): MethodDecorator => applyDecorators(ApiParam({ name: 'id', schema: UUID }), ApiParam({ name, schema: UUID }))

/** The version that `If-Match` names; −1, which nothing has, where it names none of ours. */
export function expectedVersion({ ifMatch }: Conditions): number | undefined {
  if (ifMatch === undefined || ifMatch === '*') return undefined
  return ifMatch.map(versionOf).find((version) => version !== undefined) ?? -1
}
