import type { RoleBook } from '@saitaku/access'
import type { Database } from '@saitaku/database'

const NEWEST_SECONDS = 5

/** What published versions of programmes say of roles. A version never changes, so each is read once a process. */
export class RoleBooks {
  private readonly byVersion = new Map<number, Promise<RoleBook>>()
  private readonly newest = new Map<string, { at: number; book: Promise<RoleBook | undefined> }>()
  private static readonly known = new WeakMap<Database, RoleBooks>()

  private constructor(private readonly database: Database) {}

  static of(database: Database): RoleBooks {
    let books = RoleBooks.known.get(database)
    if (!books) RoleBooks.known.set(database, (books = new RoleBooks(database)))
    return books
  }

  ofVersion(versionId: number): Promise<RoleBook> {
    let book = this.byVersion.get(versionId)
    if (!book) {
      book = this.read('id = $1', versionId).then((found) => found ?? { roles: {}, approvals: {} })
      this.byVersion.set(versionId, book)
      book.catch(() => this.byVersion.delete(versionId))
    }
    return book
  }

  /** By the newest version: for what concerns a programme and no one case. Up to a few seconds old. */
  ofProgramme(programme: string): Promise<RoleBook | undefined> {
    const known = this.newest.get(programme)
    if (known && performance.now() - known.at < NEWEST_SECONDS * 1000) return known.book
    const book = this.read('programme = $1', programme)
    this.newest.set(programme, { at: performance.now(), book })
    book.catch(() => this.newest.delete(programme))
    return book
  }

  private async read(condition: string, value: unknown): Promise<RoleBook | undefined> {
    const [row] = await this.database.query<{ roles: RoleBook['roles']; approvals: RoleBook['approvals'] | null }>(
      `SELECT definition->'roles' AS roles, definition->'approvals' AS approvals FROM programme_version WHERE ${condition} ORDER BY number DESC LIMIT 1`, [value])
    return row && { roles: row.roles, approvals: row.approvals ?? {} }
  }
}
