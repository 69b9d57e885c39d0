import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** Who sits in the panel of a stage. */
@Entity('panel_member')
@Check('panel_member_role_check', `role IN ('chair', 'member')`)
@Index('panel_member_person', ['personId'])
export class PanelMemberEntity {
  @PrimaryColumn('uuid', { name: 'call_id', primaryKeyConstraintName: 'panel_member_pkey' })
  callId: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'panel_member_pkey' })
  stage: string

  @PrimaryColumn('uuid', { name: 'person_id', primaryKeyConstraintName: 'panel_member_pkey' })
  personId: string

  @Column('text')
  role: 'chair' | 'member'

  /** The most applications that they take. */
  @Column('int', { name: 'max_load', nullable: true })
  maxLoad: number | null

  /** What they know of; matched with the applications' fields. */
  @Column('text', { array: true, default: () => "'{}'" })
  fields: string[]
}
