import { Check, Column, Entity, PrimaryColumn } from 'typeorm'

/** How a person wants to be told; whoever has none is told as `preferences.ts` says. */
@Entity('notice_preference')
@Check('notice_preference_hour', 'digest_hour BETWEEN 0 AND 23')
export class NoticePreferenceEntity {
  @PrimaryColumn('uuid', { name: 'person_id', primaryKeyConstraintName: 'notice_preference_pkey' })
  personId: string

  @Column('jsonb')
  ways: Record<string, string>

  @Column('int', { name: 'digest_hour' })
  digestHour: number

  @Column('timestamptz')
  at: Date
}
