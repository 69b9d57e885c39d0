import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm'

/** Somebody stands in for somebody: in all of their roles, in those of a programme, or in one. */
@Entity('substitution')
@Check('substitution_order', 'starts_at <= ends_at')
@Check('substitution_people', 'absent_id <> substitute_id')
@Index('substitution_substitute', ['substituteId'])
@Index('substitution_absent', ['absentId'])
export class SubstitutionEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'substitution_pkey' })
  id: string

  @Column('uuid', { name: 'absent_id' })
  absentId: string

  @Column('uuid', { name: 'substitute_id' })
  substituteId: string

  @Column('text', { nullable: true })
  programme: string | null

  @Column('text', { nullable: true })
  role: string | null

  @Column('timestamptz', { name: 'starts_at' })
  startsAt: Date

  @Column('timestamptz', { name: 'ends_at' })
  endsAt: Date

  @Column('uuid', { name: 'named_by', nullable: true })
  namedBy: string | null

  @Column('timestamptz', { name: 'named_at', default: () => 'clock_timestamp()' })
  namedAt: Date
}
