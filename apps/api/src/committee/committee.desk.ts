import { Injectable } from '@nestjs/common'
import { see } from '@saitaku/applications'
import { Committee, type Actor, type StageKey } from '@saitaku/committee'
import { Database } from '@saitaku/database'
import type { Person } from '../identity.js'
import { unknownCase } from '../problems.js'

/** Where every request about a committee's work comes in: the call, as this person may see it, its stage, and their roles. */
@Injectable()
export class CommitteeDesk {
  constructor(
    private readonly database: Database,
    private readonly committee: Committee,
  ) {}

  /** A call that is not there and one that this person may not see answer the same. */
  async actor(person: Person, callId: string): Promise<Actor> {
    const seen = await see(this.database, person, callId)
    if (!seen || seen.parentId !== null) throw unknownCase()
    return { id: person.personId, roles: seen.roles }
  }

  /** The stage asked for, or the one that the call stands in. */
  async stage(callId: string, stage: string | undefined): Promise<StageKey> {
    return { callId, stage: stage ?? (await this.committee.stages.current(callId)) }
  }
}
