import { CommitteeRecordEntity } from './committee-record.entity.js'
import { ConflictOfInterestEntity } from './conflict-of-interest.entity.js'
import { PanelMemberEntity } from './panel-member.entity.js'
import { ReviewAssignmentEntity } from './review-assignment.entity.js'
import { ReviewStageEntity } from './review-stage.entity.js'
import { ReviewerAffiliationEntity } from './reviewer-affiliation.entity.js'
import { ScoreSheetEntity } from './score-sheet.entity.js'

/** The tables that this lib writes. */
export const COMMITTEE_ENTITIES = [ReviewStageEntity, CommitteeRecordEntity, PanelMemberEntity, ReviewerAffiliationEntity, ReviewAssignmentEntity, ConflictOfInterestEntity, ScoreSheetEntity]
