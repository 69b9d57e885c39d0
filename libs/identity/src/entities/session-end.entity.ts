import { Column, Entity, PrimaryColumn } from 'typeorm'

/** A session that ended or changed, by the transaction that did it; written by a trigger. */
@Entity('session_end')
export class SessionEndEntity {
  /** A bigint, so a text in JavaScript. */
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'session_end_pkey' })
  xact: string

  @PrimaryColumn('uuid', { name: 'session_id', primaryKeyConstraintName: 'session_end_pkey' })
  sessionId: string

  @Column('timestamptz', { default: () => 'clock_timestamp()' })
  at: Date
}
