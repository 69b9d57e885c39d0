import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import { CommitteeRefusal, type RefusalCode } from '@saitaku/committee'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { versionTag } from '../etags.js'
import { sendProblem } from '../problem.filter.js'
import { HttpProblem } from '../problems.js'

const STATUS: Record<RefusalCode, number> = {
  unknownStage: 404, unknownApplication: 404, unknownReviewer: 404, unknownThing: 404, role: 403, separation: 403, notAssigned: 403, recused: 403,
  closed: 409, locked: 409, submitted: 409, notSubmitted: 409, rubricChanged: 409, notNow: 409, infeasible: 409, stale: 412, badInput: 422,
}

/** What a committee refuses, as a problem. */
@Catch(CommitteeRefusal)
export class CommitteeRefusalFilter implements ExceptionFilter<CommitteeRefusal> {
  catch(refusal: CommitteeRefusal, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    sendProblem(committeeProblem(refusal), http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>())
  }
}

function committeeProblem({ code, reason, problems, version }: CommitteeRefusal): HttpProblem {
  const errors = problems.map(({ pointer, message }) => ({ pointer, detail: message.en, message }))
  return new HttpProblem(STATUS[code], code, reason, { errors, ...(version === undefined ? {} : { etag: versionTag(version) }) })
}
