import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** Which reviewer judges which application. `released`: no longer theirs, with no conflict of interest. */
@Entity('review_assignment')
@Check('review_assignment_state_check', `state IN ('assigned', 'recused', 'released')`)
@Index('review_assignment_reviewer', ['reviewerId', 'callId'])
export class ReviewAssignmentEntity {
  @PrimaryColumn('uuid', { name: 'call_id', primaryKeyConstraintName: 'review_assignment_pkey' })
  callId: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'review_assignment_pkey' })
  stage: string

  @PrimaryColumn('uuid', { name: 'application_id', primaryKeyConstraintName: 'review_assignment_pkey' })
  applicationId: string

  @PrimaryColumn('uuid', { name: 'reviewer_id', primaryKeyConstraintName: 'review_assignment_pkey' })
  reviewerId: string

  @Column('text')
  state: 'assigned' | 'recused' | 'released'

  @Column('timestamptz')
  at: Date
}
