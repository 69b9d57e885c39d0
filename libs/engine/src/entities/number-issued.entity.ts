import { Column, Entity, PrimaryColumn } from 'typeorm'

/** A number that was given, and by which event. */
@Entity('number_issued')
export class NumberIssuedEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'number_issued_pkey' })
  scope: string

  @PrimaryColumn('int', { primaryKeyConstraintName: 'number_issued_pkey' })
  value: number

  @Column('uuid', { name: 'case_id' })
  caseId: string

  @Column('int')
  seq: number

  @Column('text')
  name: string

  @Column('text')
  text: string
}
