import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** Attempts of one kind, for one account or address; the key is a keyed hash of which. */
@Entity('rate_bucket')
@Index('rate_bucket_age', ['lastAt'])
export class RateBucketEntity {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'rate_bucket_pkey' })
  key: Buffer

  /** A fraction, since it leaks with time. */
  @Column('double precision')
  attempts: number

  @Column('timestamptz', { name: 'blocked_until' })
  blockedUntil: Date

  @Column('timestamptz', { name: 'last_at' })
  lastAt: Date
}
