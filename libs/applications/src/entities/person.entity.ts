import { Check, Column, Entity, PrimaryGeneratedColumn } from 'typeorm'

@Entity('person')
@Check('person_lang_check', `lang IN ('ja', 'en')`)
export class PersonEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'person_pkey' })
  id: string

  @Column('text')
  name: string

  @Column('text', { default: '' })
  kana: string

  @Column('text')
  email: string

  @Column('text', { default: 'ja' })
  lang: 'ja' | 'en'

  @Column('timestamptz', { name: 'created_at', default: () => 'app_now()' })
  createdAt: Date
}
