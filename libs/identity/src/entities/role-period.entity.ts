import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm'

/** A role of the office in a programme, or in every one, from a day to a day. The view `role_grant` shows those in force. */
@Entity('role_period')
@Check('role_period_order', 'starts_at <= ends_at')
@Index('role_period_person', ['personId', 'programme'])
@Index('role_period_role', ['programme', 'role'])
export class RolePeriodEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'role_period_pkey' })
  id: string

  @Column('uuid', { name: 'person_id' })
  personId: string

  @Column('text')
  programme: string

  @Column('text')
  role: string

  @Column('timestamptz', { name: 'starts_at', default: '-infinity' })
  startsAt: Date

  @Column('timestamptz', { name: 'ends_at', default: 'infinity' })
  endsAt: Date

  @Column('uuid', { name: 'granted_by', nullable: true })
  grantedBy: string | null

  @Column('timestamptz', { name: 'granted_at', default: () => 'clock_timestamp()' })
  grantedAt: Date

  /** The rotation that made it. */
  @Column('uuid', { name: 'hand_over_id', nullable: true })
  handOverId: string | null
}
