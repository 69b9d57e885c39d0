import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm'

/** A letter of the office as it was issued. One for each effect. */
@Entity('document')
@Unique('document_outbox_id_key', ['outboxId'])
@Index('document_case', ['caseId'])
export class DocumentEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'document_pkey' })
  id: string

  @Column('bigint', { name: 'outbox_id' })
  outboxId: string

  @Column('uuid', { name: 'case_id' })
  caseId: string

  @Column('text')
  template: string

  @Column('text')
  lang: string

  @Column('text', { nullable: true })
  number: string | null

  @Column('text')
  title: string

  @Column('text', { name: 'body_text' })
  bodyText: string

  @Column('text', { name: 'body_html' })
  bodyHtml: string

  @Column('text')
  sha256: string

  @Column('timestamptz', { name: 'issued_at' })
  issuedAt: Date
}
