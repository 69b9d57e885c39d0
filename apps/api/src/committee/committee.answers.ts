import { actResult, aftermathView, allocationView, approveResult, assignedView, assignmentsView, conflictView, decisionDraftResult, decisionsView, deliberationView, matchResult, myReview, panelView, progressView, rankingView, reviewView, sheetSaved, sheetView, workbookResult, written } from '@saitaku/contracts'
import { createZodDto } from 'nestjs-zod'
import { z } from 'zod'

// The shapes of answers, for the OpenAPI document.
export class MyReviewsDto extends createZodDto(z.object({ items: z.array(myReview) })) {}
export class ReviewDto extends createZodDto(reviewView) {}
export class ScoreSheetDto extends createZodDto(sheetView) {}
export class SheetSavedDto extends createZodDto(sheetSaved) {}
export class ReviewProgressDto extends createZodDto(progressView) {}
export class PanelDto extends createZodDto(panelView) {}
export class AssignmentsDto extends createZodDto(assignmentsView) {}
export class AssignedDto extends createZodDto(assignedView) {}
export class ConflictDto extends createZodDto(conflictView) {}
export class ConflictsDto extends createZodDto(z.object({ items: z.array(conflictView) })) {}
export class ConflictMatchDto extends createZodDto(matchResult) {}
export class RankingDto extends createZodDto(rankingView) {}
export class AllocationDto extends createZodDto(allocationView) {}
export class DeliberationDto extends createZodDto(deliberationView) {}
export class ActResultDto extends createZodDto(actResult) {}
export class DecisionsDto extends createZodDto(decisionsView) {}
export class DecisionDraftDto extends createZodDto(decisionDraftResult) {}
export class ApproveResultDto extends createZodDto(approveResult) {}
export class WorkbookResultDto extends createZodDto(workbookResult) {}
export class AftermathDto extends createZodDto(aftermathView) {}
export class WrittenDto extends createZodDto(written) {}
