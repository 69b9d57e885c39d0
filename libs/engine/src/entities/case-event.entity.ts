import type { Json, JsonObject } from '@saitaku/statechart'
import { Check, Column, Entity, PrimaryColumn } from 'typeorm'

/** What happened to a case, with what replay needs. Append only, by right and by a trigger. */
@Entity('case_event')
@Check('case_event_door_check', `door IN ('create', 'event', 'timer', 'engine')`)
export class CaseEventEntity {
  @PrimaryColumn('uuid', { name: 'case_id', primaryKeyConstraintName: 'case_event_pkey' })
  caseId: string

  @PrimaryColumn('int', { primaryKeyConstraintName: 'case_event_pkey' })
  seq: number

  @Column('timestamptz')
  at: Date

  @Column('text')
  type: string

  @Column('text')
  door: 'create' | 'event' | 'timer' | 'engine'

  @Column('jsonb')
  actor: { id: string | null; roles: string[] }

  @Column('jsonb')
  payload: JsonObject

  /** Values that expressions read, by their dotted paths. */
  @Column('jsonb')
  facts: JsonObject

  @Column('jsonb', { nullable: true })
  numbers: Json

  @Column('int', { name: 'version_id' })
  versionId: number

  @Column('bytea')
  prev: Buffer

  @Column('bytea')
  hash: Buffer
}
