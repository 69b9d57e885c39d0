import { Injectable } from '@nestjs/common'
import { mayDo } from '@saitaku/access'
import { CaseViews, see, type SeenCase } from '@saitaku/applications'
import type { CommandBody, CommandResult } from '@saitaku/contracts'
import { Engine, type Accepted, type Answer } from '@saitaku/engine'
import { formatInstant } from '@saitaku/calendar'
import { caseTag, entriesSeen, versionOf, versionTag } from './etags.js'
import { CaseFiles } from './files/index.js'
import type { Person } from './identity.js'
import { HttpProblem, unknownCase } from './problems.js'
import { refusedProblem } from './refusals.js'
import type { Conditions } from './requests.js'

/** No case has it: a command with it is answered only by what its key did before. */
const NEVER = -1
const MAX_TRIES = 5

/** Sends an event to a case on the conditions that HTTP knows: an ETag, and a key that makes a repetition harmless. */
@Injectable()
export class CaseCommands {
  constructor(
    private readonly engine: Engine,
    private readonly views: CaseViews,
    private readonly files: CaseFiles,
  ) {}

  async send(person: Person, caseId: string, { type, data }: CommandBody, { ifMatch, key }: Conditions): Promise<CommandResult> {
    for (let attempt = 1; ; attempt++) {
      const seen = await see(this.engine.database, person, caseId)
      if (!seen) throw unknownCase()
      const allowed = mayDo(seen.capacities, 'sendEvent')
      if (!allowed.ok) throw new HttpProblem(403, 'role', allowed.reason)
      const expectedVersion = await this.expected(seen, person, ifMatch)
      await this.files.mustBeWhole(seen, type)
      const answer = await this.engine.dispatch({
        caseId, type, actor: { id: person.personId, roles: seen.commandRoles },
        ...(data ? { data } : {}), ...(key === undefined ? {} : { key: personalKey(person, key) }), ...(expectedVersion === undefined ? {} : { expectedVersion }),
      })
      if (answer.ok) return result(answer, seen)
      // outside the office the case may have moved in a way that this person does not see: then their tag still holds
      const unseen = answer.refused.code === 'stale' && expectedVersion !== NEVER && seen.sight !== 'office' && attempt < MAX_TRIES
      if (!unseen) throw await this.refused(answer, seen, person, ifMatch)
    }
  }

  private async expected(seen: SeenCase, person: Person, ifMatch: Conditions['ifMatch']): Promise<number | undefined> {
    if (ifMatch === undefined || ifMatch === '*') return undefined
    return ifMatch.includes(await this.tagOf(seen, person)) ? seen.version : NEVER
  }

  private async tagOf(seen: SeenCase, person: Person): Promise<string> {
    if (seen.sight === 'office') return versionTag(seen.version)
    return caseTag(this.views, seen, person.personId, await this.representation(seen, person))
  }

  /** What GET answers for this case: that of which the tag was made. */
  private representation(seen: SeenCase, person: Person): Promise<unknown> {
    return seen.parentId === null ? this.views.case(seen, person.personId) : this.views.application(seen, person.personId)
  }

  private async refused(answer: Answer & { ok: false }, seen: SeenCase, person: Person, ifMatch: Conditions['ifMatch']): Promise<HttpProblem> {
    if (answer.refused.code === 'stale') return this.movedOn(seen, person, ifMatch)
    const { publicStatusLabel } = await this.views.case({ ...seen, roles: [] }, null)
    return refusedProblem(answer.refused, seen, publicStatusLabel)
  }

  private async movedOn(before: SeenCase, person: Person, ifMatch: Conditions['ifMatch']): Promise<HttpProblem> {
    const seen = (await see(this.engine.database, person, before.id)) ?? before
    const entries = await this.views.history.entries(seen, person.personId)
    const tag = Array.isArray(ifMatch) ? (ifMatch[0] ?? '') : ''
    const known = seen.sight === 'office' ? (versionOf(tag) ?? 0) : entriesSeen(tag)
    return new HttpProblem(412, 'stale', { ja: 'ほかの更新がありました。最新の内容を確認してください', en: 'The case has changed since; look at its present state' }, { etag: await this.tagOf(seen, person), since: entries.slice(known) })
  }
}

/** A key is one person's: another's of the same spelling is another key. */
export const personalKey = (person: Person, key: string): string => `${person.personId} ${key}`

function result(answer: Accepted, seen: SeenCase): CommandResult {
  const { caseId, at, moved, repeated, publicStatus, version, states, phase } = answer
  const observed = { caseId, at: formatInstant(new Date(at)), moved: moved, repeated, publicStatus }
  return seen.sight === 'office' ? { ...observed, etag: versionTag(version), version, states, phase } : observed
}
