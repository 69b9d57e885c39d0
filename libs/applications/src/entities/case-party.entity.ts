import { Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm'
import { PersonEntity } from './person.entity.js'

/**
 * A role in one case: its applicant, its reviewer. It stands beside the person that it points to; those who
 * are there when a case begins are written with it, by the engine's commit.
 */
@Entity('case_party')
@Index('case_party_person', ['personId'])
export class CasePartyEntity {
  @PrimaryColumn('uuid', { name: 'case_id', primaryKeyConstraintName: 'case_party_pkey' })
  caseId: string

  @PrimaryColumn('uuid', { name: 'person_id', primaryKeyConstraintName: 'case_party_pkey' })
  @ForeignKey(() => PersonEntity, { name: 'case_party_person_id_fkey' })
  personId: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'case_party_pkey' })
  role: string
}
