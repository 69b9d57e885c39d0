import type { Json } from '@saitaku/contracts'
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'

/** A rotation of staff as it was applied, with what is needed to undo it. */
@Entity('hand_over')
export class HandOverEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'hand_over_pkey' })
  id: string

  @Column('timestamptz')
  at: Date

  @Column('jsonb')
  plan: Json

  @Column('uuid', { name: 'applied_by', nullable: true })
  appliedBy: string | null

  @Column('timestamptz', { name: 'applied_at', default: () => 'clock_timestamp()' })
  appliedAt: Date

  @Column('uuid', { name: 'undone_by', nullable: true })
  undoneBy: string | null

  @Column('timestamptz', { name: 'undone_at', nullable: true })
  undoneAt: Date | null
}
