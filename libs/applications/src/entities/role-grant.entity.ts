import { Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm'
import { PersonEntity } from './person.entity.js'

/** A role of the office in a programme, or in every one. */
@Entity('role_grant')
@Index('role_grant_role', ['programme', 'role'])
export class RoleGrantEntity {
  @PrimaryColumn('uuid', { name: 'person_id', primaryKeyConstraintName: 'role_grant_pkey' })
  @ForeignKey(() => PersonEntity, { name: 'role_grant_person_id_fkey' })
  personId: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'role_grant_pkey' })
  programme: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'role_grant_pkey' })
  role: string
}
