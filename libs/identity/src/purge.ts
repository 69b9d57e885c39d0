import type { Database } from '@saitaku/database'

/** Processes that looked at no session for longer than this begin with an empty memory anyway. */
const ENDS_KEPT = '1 day'
const TICKETS_KEPT = '7 days'
const LOCAL_MAILS_KEPT = '7 days'
const BUCKETS_KEPT = '31 days'

/** Removes what has run out; how many rows. Nothing waits for it: run it once an hour. */
export async function purgeIdentity(database: Database): Promise<number> {
  const removed = await Promise.all([
    database.query(`DELETE FROM session WHERE expires_at < clock_timestamp() RETURNING 1`),
    database.query(`DELETE FROM session_end WHERE at < clock_timestamp() - interval '${ENDS_KEPT}' RETURNING 1`),
    database.query(`DELETE FROM ticket WHERE expires_at < clock_timestamp() - interval '${TICKETS_KEPT}' RETURNING 1`),
    database.query(`DELETE FROM identity_mailbox WHERE sent_at < clock_timestamp() - interval '${LOCAL_MAILS_KEPT}' RETURNING 1`),
    database.query(`DELETE FROM rate_bucket WHERE last_at < clock_timestamp() - interval '${BUCKETS_KEPT}' RETURNING 1`),
  ])
  return removed.reduce((sum, rows) => sum + rows.length, 0)
}
