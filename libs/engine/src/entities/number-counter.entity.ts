import { Column, Entity, PrimaryColumn } from 'typeorm'

/** The last number that was taken in a scope. */
@Entity('number_counter')
export class NumberCounterEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'number_counter_pkey' })
  scope: string

  @Column('int')
  value: number
}
