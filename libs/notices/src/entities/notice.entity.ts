import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm'

/** A mail to one person: sent, or waiting in the local mailbox. One a person for each effect. */
@Entity('notice')
@Unique('notice_outbox_id_person_id_key', ['outboxId', 'personId'])
@Check('notice_channel_check', `channel IN ('mailbox', 'smtp')`)
@Index('notice_case', ['caseId'])
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

  @Column('text')
  channel: 'mailbox' | 'smtp'

  @Column('timestamptz', { name: 'sent_at' })
  sentAt: Date
}
