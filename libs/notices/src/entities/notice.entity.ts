import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm'

/** What one person was told: always in their inbox, and mailed unless the channel says otherwise. One a person for each effect. */
@Entity('notice')
@Unique('notice_outbox_id_person_id_key', ['outboxId', 'personId'])
@Check('notice_channel_check', `channel IN ('mailbox', 'smtp', 'inbox', 'digest')`)
@Index('notice_case', ['caseId'])
@Index('notice_person', ['personId', 'id'])
@Index('notice_for_digest', ['personId', 'id'], { where: `channel = 'digest' AND digest_id IS NULL` })
@Index('notice_message', ['messageId'])
@Index('notice_bounced', ['personId', 'id'], { where: 'bounced_at IS NOT NULL' })
@Index('notice_of_digest', ['digestId'], { where: 'digest_id IS NOT NULL' })
export class NoticeEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'notice_pkey' })
  id: string

  @Column('bigint', { name: 'outbox_id' })
  outboxId: string

  @Column('uuid', { name: 'case_id' })
  caseId: string

  @Column('uuid', { name: 'person_id' })
  personId: string

  @Column('text')
  address: string

  @Column('text')
  lang: string

  @Column('text')
  template: string

  @Column('text')
  subject: string

  @Column('text', { name: 'body_text' })
  bodyText: string

  @Column('text', { name: 'body_html' })
  bodyHtml: string

  @Column('text', { name: 'message_id' })
  messageId: string

  /** `mailbox`, `smtp`: a mail of its own. `inbox`: none. `digest`: part of a daily mail, or waiting for one. */
  @Column('text')
  channel: 'mailbox' | 'smtp' | 'inbox' | 'digest'

  @Column('timestamptz', { name: 'sent_at' })
  sentAt: Date

  @Column('text', { default: 'progress' })
  kind: string

  @Column('timestamptz', { name: 'read_at', nullable: true })
  readAt: Date | null

  @Column('bigint', { name: 'digest_id', nullable: true })
  digestId: string | null

  /** When the address turned out not to take mail, and what its server said. */
  @Column('timestamptz', { name: 'bounced_at', nullable: true })
  bouncedAt: Date | null

  @Column('text', { nullable: true })
  bounce: string | null
}
