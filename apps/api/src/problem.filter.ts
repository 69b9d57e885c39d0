import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import { BadCursor } from '@saitaku/applications'
import { isConnectionLoss } from '@saitaku/database'
import { Transient } from '@saitaku/engine'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ZodValidationException } from 'nestjs-zod'
import { ZodError } from 'zod'
import { away, badInput, foreignProblem, HttpProblem, problemBody } from './problems.js'

/** Everything that goes wrong in a request ends here, and nowhere else becomes a status. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Api')

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    const request = http.getRequest<FastifyRequest>()
    const problem = problemOf(error)
    if (problem.status >= 500) this.logger.error({ err: error, method: request.method, path: pathOf(request) }, problem.message)
    sendProblem(problem, request, http.getResponse<FastifyReply>())
  }
}

export function sendProblem(problem: HttpProblem, request: FastifyRequest, reply: FastifyReply): void {
  for (const [name, value] of Object.entries(problem.headers)) reply.header(name, value)
  const body = problemBody(problem, pathOf(request), request.headers['accept-language'])
  // a string, so that the content type stays what it is
  void reply.code(problem.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(body))
}

export const pathOf = (request: FastifyRequest): string => (request.url.split('?', 1)[0] ?? '').slice(0, 300)

export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error instanceof Transient || isConnectionLoss(error)) return away()
  if (error instanceof BadCursor) return badInput('続きの位置が正しくありません', 'The page cannot be continued from there', [{ pointer: '/after', detail: error.message }])
  if (error instanceof ZodValidationException) return zodProblem(error.getZodError())
  if (error instanceof ZodError) return zodProblem(error)
  const { statusCode, code } = (error ?? {}) as { statusCode?: unknown; code?: unknown }
  const status = error instanceof HttpException ? error.getStatus() : typeof statusCode === 'number' ? statusCode : 500
  return foreignProblem(status, typeof code === 'string' ? code : undefined)
}

export function zodProblem(error: unknown): HttpProblem {
  const issues = error instanceof ZodError ? error.issues : []
  return badInput(
    '入力内容を確認してください', 'Some of the request cannot be taken',
    issues.slice(0, 50).map((issue) => ({ pointer: issue.path.map((key) => `/${String(key).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''), detail: issue.message.slice(0, 300) })),
  )
}
