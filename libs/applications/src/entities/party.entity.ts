import { Check, Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'

/** An invitation to take part in an application, for whoever signs in with the address. */
@Entity('party_invitation')
@Check('party_invitation_role_check', `role IN ('agent', 'editor', 'viewer')`)
@Check('party_invitation_state_check', `state IN ('open', 'accepted', 'declined', 'withdrawn')`)
@Index('party_invitation_case', ['caseId'])
@Index('party_invitation_email', ['emailKey'], { where: `state = 'open'` })
export class PartyInvitationEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'party_invitation_pkey' })
  id: string

  @Column('uuid', { name: 'case_id' })
  caseId: string

  @Column('text')
  email: string

  @Column('text', { name: 'email_key' })
  emailKey: string

  @Column('text')
  role: 'agent' | 'editor' | 'viewer'

  @Column('date', { name: 'mandate_until', nullable: true })
  mandateUntil: string | null

  @Column('text', { default: '' })
  note: string

  @Column('uuid', { name: 'invited_by' })
  invitedBy: string

  @Column('timestamptz', { default: () => 'app_now()' })
  at: Date

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date

  @Column('text', { default: 'open' })
  state: 'open' | 'accepted' | 'declined' | 'withdrawn'

  @Column('uuid', { name: 'answered_by', nullable: true })
  answeredBy: string | null

  @Column('timestamptz', { name: 'answered_at', nullable: true })
  answeredAt: Date | null
}

/** What an agent may do for an applicant, and until when (the last day, in Tokyo). */
@Entity('party_mandate')
export class PartyMandateEntity {
  @PrimaryColumn('uuid', { name: 'case_id', primaryKeyConstraintName: 'party_mandate_pkey' })
  caseId: string

  @PrimaryColumn('uuid', { name: 'person_id', primaryKeyConstraintName: 'party_mandate_pkey' })
  personId: string

  @Column('date', { nullable: true })
  until: string | null

  @Column('uuid', { name: 'given_by' })
  givenBy: string

  @Column('timestamptz', { default: () => 'app_now()' })
  at: Date

  @Column('text', { default: '' })
  note: string
}
