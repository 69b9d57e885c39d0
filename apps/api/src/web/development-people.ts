import type { Database, Row } from '@saitaku/database'
import type { FastifyInstance } from 'fastify'

interface PersonRow extends Row {
  id: string
  name: string
  lang: string
  roles: { programme: string; role: string }[]
  applications: number
}

/** Enough to choose from; the office's people come first. */
const MOST = 60

/**
 * Whom a developer may be, for the page that chooses: the people of the record with what they do. Only where the
 * development identity is switched on.
 */
export function serveDevelopmentPeople(fastify: FastifyInstance, database: Database): void {
  fastify.get('/dev/people', async () => ({
    items: await database.query<PersonRow>(
      `SELECT p.id, p.name, p.lang, coalesce(g.roles, '[]') AS roles, coalesce(a.n, 0)::int AS applications
       FROM person p
       LEFT JOIN (SELECT person_id, jsonb_agg(DISTINCT jsonb_build_object('programme', programme, 'role', role)) AS roles FROM role_grant GROUP BY person_id) g ON g.person_id = p.id
       LEFT JOIN (SELECT person_id, count(*) AS n FROM case_party WHERE role = 'applicant' GROUP BY person_id) a ON a.person_id = p.id
       WHERE g.roles IS NOT NULL OR a.n IS NOT NULL ORDER BY g.roles IS NULL, a.n DESC NULLS LAST, p.name, p.id LIMIT $1`,
      [MOST],
    ),
  }))
}
