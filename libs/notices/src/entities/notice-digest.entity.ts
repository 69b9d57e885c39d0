import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** A daily mail that holds several notices of one person. Not sent and not bounced: it waits, or is tried again. */
@Entity('notice_digest')
@Check('notice_digest_channel_check', `channel IN ('mailbox', 'smtp')`)
@Index('notice_digest_person', ['personId', 'id'])
@Index('notice_digest_due', ['nextAt'], { where: 'sent_at IS NULL AND bounced_at IS NULL' })
@Index('notice_digest_message', ['messageId'])
@Index('notice_digest_bounced', ['personId', 'id'], { where: 'bounced_at IS NOT NULL' })
export class NoticeDigestEntity {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'notice_digest_pkey' })
  id: string

  @Column('uuid', { name: 'person_id' })
  personId: string

  @Column('text')
  address: string

  @Column('text')
  lang: string

  @Column('text')
  subject: string

  @Column('text', { name: 'body_text' })
  bodyText: string

  @Column('text', { name: 'body_html' })
  bodyHtml: string

  @Column('text', { name: 'message_id' })
  messageId: string

  @Column('text')
  channel: 'mailbox' | 'smtp'

  @Column('timestamptz', { name: 'made_at' })
  madeAt: Date

  @Column('timestamptz', { name: 'next_at' })
  nextAt: Date

  @Column('int', { default: 0 })
  attempts: number

  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt: Date | null

  @Column('timestamptz', { name: 'bounced_at', nullable: true })
  bouncedAt: Date | null

  @Column('text', { nullable: true })
  bounce: string | null
}
