import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm'

/** An armed deadline. One without a due instant waits for a fact. */
@Entity('timer')
@Unique('timer_case_id_key_key', ['caseId', 'key'])
@Index('timer_unqueued', ['dueAt'], { where: 'queued_at IS NULL' })
@Index('timer_queued', ['dueAt'], { where: 'queued_at IS NOT NULL' })
export class TimerEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'timer_pkey' })
  id: string

  @Column('uuid', { name: 'case_id' })
  caseId: string

  @Column('text')
  key: string

  @Column('text')
  deadline: string

  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt: Date | null

  @Column('int', { default: 1 })
  generation: number

  /** How far the queue has come with it; the sweep's own mark. */
  @Column('timestamptz', { name: 'queued_at', nullable: true })
  queuedAt: Date | null
}
