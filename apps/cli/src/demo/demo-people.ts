import type { ProgrammeDemo } from './read-demo.js'
import { stableId } from './stable-id.js'

/** Somebody of the demo year to try the service as. */
export interface DemoPerson {
  id: string
  name: string
  kana: string
  email: string
  lang: 'ja' | 'en'
  /** Roles that they hold, each with its programme; of an applicant none, since theirs come from the case. */
  roles: { programme: string; role: string }[]
}

const ADMINISTRATOR: DemoPerson = {
  id: stableId('person', 'administrator'), name: 'デモ管理者', kana: 'デモカンリシャ', email: 'administrator@city.example', lang: 'ja', roles: [{ programme: '*', role: 'administrator' }],
}

/**
 * Who the demo year's service can be tried as: an administrator, everybody of the office and of the panels, and of
 * each programme the applicant whom its file names first. The ids are those under which the year knows them.
 */
export function demoPeople(demos: readonly ProgrammeDemo[]): DemoPerson[] {
  const office = new Map<string, DemoPerson>()
  const applicants = new Map<string, DemoPerson>()
  for (const { folder: programme, demo: { file } } of demos) {
    for (const { key, name, kana = '', email, lang, roles } of file.people) {
      const person = office.get(key) ?? { id: stableId('person', key), name, kana, email, lang, roles: [] }
      office.set(key, { ...person, roles: [...person.roles, ...roles.map((role) => ({ programme, role }))] })
    }
    const first = file.applications.find(({ applicant }) => applicant !== undefined)?.applicant
    if (first) applicants.set(first.email, { id: stableId('person', first.email), name: first.name, kana: first.kana ?? '', email: first.email, lang: first.lang, roles: [] })
  }
  return [ADMINISTRATOR, ...office.values(), ...applicants.values()]
}
