import { Committee, CommitteeRefusal, type Actor, type StageKey } from '@saitaku/committee'
import { deliberationAct } from '@saitaku/contracts'
import type { Engine } from '@saitaku/engine'
import type { JsonObject } from '@saitaku/statechart'
import type { Review } from './demo-schema.js'

/**
 * Does what a demo's people do in its committees, through the same calls as the API. Each may come twice, as after a
 * crash: the second time changes nothing.
 */
export class ReviewDeeds {
  private readonly committee: Committee

  constructor(engine: Engine) {
    this.committee = new Committee(engine)
  }

  async score(key: StageKey, actor: Actor, applicationId: string, { points, note }: { points: JsonObject; note: string }): Promise<void> {
    const { sheets } = this.committee
    const mine = { ...key, applicationId, reviewerId: actor.id }
    if ((await sheets.read(mine))?.state === 'submitted') return
    await sheets.save(mine, { points, comments: {}, note })
    await sheets.submit(mine, actor)
  }

  async perform(callId: string, actor: Actor, review: Review, key: string): Promise<void> {
    const { panels, assignments, conflicts, deliberations, decisions } = this.committee
    const stage = { callId, stage: review.stage }
    switch (review.do) {
      case 'panel': {
        const known = new Set((await panels.read(stage, actor)).members.map(({ personId }) => personId))
        if (review.members.every((id) => known.has(id))) return
        return panels.set(stage, actor, review.members.map((personId) => ({ personId, role: personId === review.chair ? 'chair' : 'member', maxLoad: null, fields: [] })))
      }
      case 'assign':
        return void (await assignments.assign(stage, actor, {}))
      case 'declare':
        return void (await conflicts.declare(stage, actor, review.application, review.reason))
      case 'act':
        return void (await deliberations.act(stage, actor, deliberationAct.parse(review.act), { idempotencyKey: key }))
      case 'draft':
        return void (await decisions.draft(stage, actor, { idempotencyKey: key }))
      case 'propose':
        return decisions.propose(stage, actor, await this.draft(stage, actor), review.minutes ?? (await deliberations.read(stage, actor)).draftMinutes)
      case 'approve':
        return void (await decisions.approve(stage, actor, await this.draft(stage, actor), key))
    }
  }

  private async draft(stage: StageKey, actor: Actor): Promise<number> {
    const { decisions } = await this.committee.decisions.list(stage, actor)
    return decisions.at(-1)?.seq ?? 0
  }
}

/** What a committee refused, in words; undefined for any other error. */
export function refusalText(error: unknown): string | undefined {
  if (!(error instanceof CommitteeRefusal)) return undefined
  const more = error.problems.map(({ pointer, message }) => `${pointer}: ${message.en}`).join('; ')
  return `refused (${error.code}): ${error.reason.en}${more ? ` [${more}]` : ''}`
}
