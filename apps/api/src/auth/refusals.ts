import type { Answer, RefusalCode, Refused } from '@saitaku/identity'
import { HttpProblem } from '../problems.js'

const STATUS: Partial<Record<RefusalCode, number>> = {
  tooManyAttempts: 429, locked: 429, busy: 503, openIdUnavailable: 503, signedOut: 401, stepUpNeeded: 403, notAllowed: 403, accountDisabled: 403,
  unknownPerson: 404, unknownEntry: 404, expired: 410, planChanged: 409, changedSince: 409, alreadySet: 409, lastAdministrator: 409, signInToAccept: 409,
}
const UNPROCESSABLE = 422

/** Which field of the request a refusal is about, where it is about one. */
const FIELD: Partial<Record<RefusalCode, string>> = {
  badEmail: '/email', addressTaken: '/email', wrongCode: '/code', reasonNeeded: '/reason', badPeriod: '/endsAt',
  passwordTooShort: '/password', passwordTooLong: '/password', passwordCommon: '/password', passwordPersonal: '/password', passwordRepetitive: '/password',
}

/** A refusal of identity as HTTP says it. `renamed` leads to the field where this request calls it otherwise. */
export function identityProblem({ refused }: Refused, renamed: Readonly<Record<string, string>> = {}): HttpProblem {
  const { code, reason, retryAfter } = refused
  const field = FIELD[code]
  const errors = field === undefined ? [] : [{ pointer: renamed[field] ?? field, detail: reason.en, message: reason }]
  const headers: Record<string, string> = typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : code === 'openIdUnavailable' ? { 'retry-after': '30' } : {}
  if (code === 'signedOut') headers['www-authenticate'] = 'Session'
  return new HttpProblem(STATUS[code] ?? UNPROCESSABLE, code, reason, { errors, ...(retryAfter === undefined ? {} : { retryAfter }) }, headers)
}

/** What was answered, or the problem thrown. */
export function granted<T extends object>(answer: Answer<T>, renamed?: Readonly<Record<string, string>>): { ok: true } & T {
  if (!answer.ok) throw identityProblem(answer, renamed)
  return answer
}
