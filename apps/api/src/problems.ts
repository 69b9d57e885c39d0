import { STATUS_CODES } from 'node:http'
import type { Label, Problem, ProblemItem } from '@saitaku/contracts'

export interface ProblemDetails {
  errors?: ProblemItem[] | undefined
  available?: string[] | undefined
  states?: string[] | undefined
  etag?: string | undefined
  since?: unknown[] | undefined
  retryAfter?: number | null | undefined
}

/** An answer that is no success: thrown anywhere in a request, written as application/problem+json in one place. */
export class HttpProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly reason: Label,
    readonly details: ProblemDetails = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(reason.en)
    this.name = 'HttpProblem'
  }
}

export const badInput = (ja: string, en: string, errors: ProblemItem[] = [], status = 400): HttpProblem => new HttpProblem(status, 'badInput', { ja, en }, { errors })
export const unknownCase = (): HttpProblem => new HttpProblem(404, 'unknownCase', { ja: '案件が見つかりません', en: 'There is no such case' })
export const notFound = (ja: string, en: string): HttpProblem => new HttpProblem(404, 'notFound', { ja, en })
export const forbidden = (ja: string, en: string): HttpProblem => new HttpProblem(403, 'role', { ja, en })
export const unauthenticated = (): HttpProblem => new HttpProblem(401, 'unauthenticated', { ja: 'サインインしてください', en: 'Please sign in' }, {}, { 'www-authenticate': 'Session' })
export const away = (): HttpProblem => new HttpProblem(503, 'transient', { ja: 'ただいま混み合っています。少し待ってからもう一度お試しください', en: 'The service is busy; try again in a moment' }, {}, { 'retry-after': '1' })
const defect = (): HttpProblem => new HttpProblem(500, 'defect', { ja: 'システムに不具合が起きました', en: 'Something went wrong in the service' })

/** The body of the answer. `detail` is in the language that the request prefers. */
export function problemBody(problem: HttpProblem, instance: string, acceptLanguage: string | undefined): Problem {
  const { status, code, reason, details } = problem
  const { errors = [], available, states, etag, since, retryAfter } = details
  return {
    type: `urn:saitaku:problem:${code}`, title: STATUS_CODES[status] ?? 'Error', status, detail: reason[preferred(acceptLanguage)], code, instance, errors, reason,
    ...(available ? { available } : {}), ...(states ? { states } : {}), ...(etag ? { etag } : {}), ...(since ? { since } : {}),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  }
}

function preferred(acceptLanguage: string | undefined): 'ja' | 'en' {
  const first = /\b(ja|en)\b/i.exec(acceptLanguage ?? '')?.[1]
  return first?.toLowerCase() === 'en' ? 'en' : 'ja'
}

/** What a request fails with in Fastify or Nest before or beside our own code, by Fastify's code or the HTTP status. */
export function foreignProblem(status: number, fastifyCode: string | undefined): HttpProblem {
  switch (fastifyCode) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new HttpProblem(413, 'tooLarge', { ja: '送信された内容が大きすぎます', en: 'The body is too large' })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new HttpProblem(415, 'mediaType', { ja: 'JSONで送信してください', en: 'Send JSON, with content-type application/json' })
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return badInput('JSONとして読めません', 'The body is not JSON')
    default:
  }
  if (status === 404) return notFound('見つかりません', 'There is nothing at this address')
  if (status === 413) return foreignProblem(413, 'FST_ERR_CTP_BODY_TOO_LARGE')
  if (status === 415) return foreignProblem(415, 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
  if (status === 503) return away()
  if (status >= 400 && status < 500) return new HttpProblem(status, 'badInput', { ja: '要求を読めません', en: 'The request cannot be read' })
  return defect()
}
