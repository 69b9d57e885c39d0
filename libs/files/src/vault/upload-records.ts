import { Upload } from '@tus/server'
import type { Database, Row } from '@saitaku/database'

/**
 * What the tus stores keep beside the bytes, read from the row that began the upload: there is one record of it, not a
 * second one in files of their own.
 */
export class UploadRecords {
  constructor(private readonly database: Database) {}

  async get(id: string): Promise<Upload | undefined> {
    const [row] = await this.database.query<{ size: number; name: string; touchedAt: Date } & Row>(`SELECT size::float8 AS size, name, touched_at AS "touchedAt" FROM attachment WHERE id = $1 AND state <> 'removed'`, [id])
    return row && new Upload({ id, size: row.size, offset: 0, metadata: { filename: row.name }, creation_date: row.touchedAt.toISOString() })
  }

  async set(): Promise<void> {
    // the row is written before the store is asked to create anything
  }

  async delete(): Promise<void> {
    // whoever takes bytes away says in the row why
  }
}
