import { Injectable } from '@nestjs/common'
import type { Label } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { HttpProblem } from '../problems.js'

const EVERY_PROGRAMME: Label = { ja: 'すべての制度', en: 'every programme' }
/** Roles of the service itself, which no programme declares. They are held in every programme. */
const OWN: Record<string, Label> = { administrator: { ja: '管理者', en: 'Administrator' }, auditor: { ja: '監査担当', en: 'Auditor' } }

/** What roles there are to be granted, and what they are called: those of the programmes' newest versions, and the service's own. */
@Injectable()
export class RoleNames {
  constructor(private readonly database: Database) {}

  /** The role as a mail names it, with its programme. Throws a 422 for a role that is not there to be granted. */
  async label(programme: string, role: string): Promise<Label> {
    const own = OWN[role]
    if (programme === '*' && own) return own
    // `applicant` is never granted: it comes from the case alone.
    const [found] = role === 'applicant' ? [] : await this.database.query<{ title: Label; role: Label }>(
      `SELECT definition->'title' AS title, definition->'roles'->$2 AS role FROM (
         SELECT DISTINCT ON (programme) programme, definition FROM programme_version WHERE $1 IN (programme, '*') ORDER BY programme, number DESC) newest
       WHERE definition->'roles'->$2 IS NOT NULL ORDER BY programme LIMIT 1`,
      [programme, role],
    )
    if (!found) throw unknownRole(programme, role)
    const title = programme === '*' ? EVERY_PROGRAMME : found.title
    return { ja: `${title.ja} ${found.role.ja}`, en: `${found.role.en}, ${title.en}` }
  }
}

function unknownRole(programme: string, role: string): HttpProblem {
  const reason = { ja: 'この制度には、指定された役割がありません。', en: `There is no role ${role} in ${programme === '*' ? 'any programme' : programme}.` }
  return new HttpProblem(422, 'unknownRole', reason, { errors: [{ pointer: '/role', detail: reason.en, message: reason }] })
}
