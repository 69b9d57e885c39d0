import { capacityOf, compileScope, type Capacity, type CaseScope, type CompiledScope, type Grant, type Hidden } from '@saitaku/access'
import type { Database } from '@saitaku/database'
import { EVERY_PROGRAMME } from './people.js'
import { RoleBooks } from './role-books.js'
import type { Viewer } from './viewer.js'

/**
 * The one layer through which cases are asked for: lists, counts, sorts, searches, exports, streams and mails take their
 * condition from here, and `see` decides about one case by the same capacities.
 */
export class CaseScopes {
  private readonly hidden: Hidden[] = []
  private static readonly known = new WeakMap<Database, CaseScopes>()

  private constructor(private readonly database: Database) {}

  static of(database: Database): CaseScopes {
    let scopes = CaseScopes.known.get(database)
    if (!scopes) CaseScopes.known.set(database, (scopes = new CaseScopes(database)))
    return scopes
  }

  /** Hides cases from members of the committee: called once at the start by whoever knows of recusals. */
  hideFromPanel(condition: Hidden): this {
    this.hidden.push(condition)
    return this
  }

  /** Why a case is hidden from a person of the committee, as SQL; 'false' where nothing hides any. */
  hides(alias: string, person: string): string {
    return this.hidden.length === 0 ? 'false' : `(${this.hidden.map((condition) => condition(alias, person)).join(' OR ')})`
  }

  async read(viewer: Viewer): Promise<CaseScope> {
    const granted = viewer.personId === null ? [] : await this.database.query<{ programme: string; role: string }>('SELECT programme, role FROM role_grant WHERE person_id = $1', [viewer.personId])
    const roles = [...granted, ...viewer.roles.map((role) => ({ programme: EVERY_PROGRAMME, role }))]
    const grants = await Promise.all(roles.map(async ({ programme, role }): Promise<Grant[]> => {
      if (programme !== EVERY_PROGRAMME) return grantOf(programme, capacityOf(role, await this.books.ofProgramme(programme)))
      return this.everywhere(role)
    }))
    return { personId: viewer.personId, grants: grants.flat() }
  }

  compile(scope: CaseScope, alias: string, bind: (value: unknown) => string): CompiledScope {
    return compileScope(scope, alias, bind, this.hidden)
  }

  private get books(): RoleBooks {
    return RoleBooks.of(this.database)
  }

  /** A role that is held everywhere means in each programme what that programme makes of it. */
  private async everywhere(role: string): Promise<Grant[]> {
    const general = capacityOf(role, undefined)
    if (general !== undefined) return grantOf(EVERY_PROGRAMME, general)
    const programmes = await this.database.query<{ programme: string }>('SELECT DISTINCT programme FROM programme_version')
    return (await Promise.all(programmes.map(async ({ programme }) => grantOf(programme, capacityOf(role, await this.books.ofProgramme(programme)))))).flat()
  }
}

const grantOf = (programme: string, capacity: Capacity | undefined): Grant[] => (capacity === undefined ? [] : [{ programme, capacity }])

/** The capacities of a scope in one programme. */
export function capacitiesIn({ grants }: CaseScope, programme: string): Capacity[] {
  return grants.filter((grant) => grant.programme === programme || grant.programme === EVERY_PROGRAMME).map(({ capacity }) => capacity)
}
