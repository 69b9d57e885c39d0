import type { JsonObject } from '@saitaku/statechart'
import { Column, Entity, PrimaryColumn } from 'typeorm'

/** An idempotency key that was used, and the answer that it gives again. */
@Entity('command_key')
export class CommandKeyEntity {
  @PrimaryColumn('uuid', { name: 'case_id', primaryKeyConstraintName: 'command_key_pkey' })
  caseId: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'command_key_pkey' })
  key: string

  @Column('text')
  fingerprint: string

  @Column('jsonb')
  answer: JsonObject

  @Column('timestamptz')
  at: Date
}
