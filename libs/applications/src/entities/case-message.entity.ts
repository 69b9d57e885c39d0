import { Check, Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'

/** A message between applicant and office, or a note of the office to itself. Appended, never changed. */
@Entity('case_message')
@Check('case_message_side_check', `side IN ('applicant', 'office', 'note')`)
@Index('case_message_case', ['caseId', 'id'])
@Index('case_message_key', ['caseId', 'authorId', 'key'], { unique: true, where: 'key IS NOT NULL' })
export class CaseMessageEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'case_message_pkey' })
  id: string

  @Column('uuid', { name: 'case_id' })
  caseId: string

  @Column('timestamptz', { default: () => 'app_now()' })
  at: Date

  @Column('uuid', { name: 'author_id' })
  authorId: string

  @Column('text')
  side: 'applicant' | 'office' | 'note'

  @Column('text')
  body: string

  /** Of whoever sent it, so that the same request twice writes one. */
  @Column('text', { nullable: true })
  key: string | null
}

/** How far a person has read. */
@Entity('case_message_read')
export class CaseMessageReadEntity {
  @PrimaryColumn('uuid', { name: 'case_id', primaryKeyConstraintName: 'case_message_read_pkey' })
  caseId: string

  @PrimaryColumn('uuid', { name: 'person_id', primaryKeyConstraintName: 'case_message_read_pkey' })
  personId: string

  @Column('bigint', { name: 'message_id' })
  messageId: string
}
