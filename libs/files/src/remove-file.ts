import type { Database } from '@saitaku/database'
import { IS_IN_THE_RECORD, IS_NAMED_NOW } from './named-files.js'

export type Removal = 'removed' | 'inTheRecord' | 'named' | 'gone'

/**
 * Takes a file away from a draft. One that a submission has named is part of the record and stays; one that the form
 * names now is to be taken out of the form first. The bytes go later, once no submission that was under way names it.
 */
export async function removeFile(database: Database, id: string): Promise<Removal> {
  return database.transaction(async (tx) => {
    const [found] = await tx.query<{ recorded: boolean; named: boolean }>(
      `SELECT ${IS_IN_THE_RECORD} AS recorded, ${IS_NAMED_NOW} AS named FROM attachment a WHERE a.id = $1 AND a.state <> 'removed' FOR UPDATE OF a`, [id])
    if (!found) return 'gone'
    if (found.recorded) return 'inTheRecord'
    if (found.named) return 'named'
    await tx.query(`UPDATE attachment SET state = 'removed', touched_at = clock_timestamp() WHERE id = $1`, [id])
    return 'removed'
  })
}
