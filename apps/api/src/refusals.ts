import type { SeenCase } from '@saitaku/applications'
import type { FormRefusal } from '@saitaku/applications'
import type { JsonObject, Label, ProblemItem } from '@saitaku/contracts'
import type { Refused, RefusedCode } from '@saitaku/engine'
import { HttpProblem, notFound, unknownCase } from './problems.js'

const STATUS: Record<RefusedCode, number> = {
  unknownCase: 404, unknownProgramme: 404, role: 403, badInput: 422, requires: 422, keyReused: 422,
  unknownEvent: 409, notAvailable: 409, guard: 409, separation: 409, approval: 409, stale: 409,
}

/** To those who do not see its states, a case gives one and the same answer to whatever it does not take from them. */
const TELLING = new Set<RefusedCode>(['role', 'notAvailable', 'unknownEvent', 'separation', 'approval'])

/** A refusal of the engine as this person may read it. */
export function refusedProblem(refused: Refused, seen: SeenCase, status: Label | null): HttpProblem {
  const { code, reason, available, states, details } = refused
  if (code === 'unknownCase') return unknownCase()
  if (seen.sight !== 'office' && TELLING.has(code)) return new HttpProblem(409, 'notAvailable', notNow(status), { available })
  const errors = (details ?? []).map(({ path, message }): ProblemItem => ({ pointer: `/data${path}`, detail: message.en, message }))
  return new HttpProblem(STATUS[code], code, reason, { errors, available, ...(seen.sight === 'office' ? { states } : {}) })
}

function notNow(status: Label | null): Label {
  if (!status) return { ja: 'いまは、この操作はできません', en: 'This is not possible now' }
  return { ja: `いまは「${status.ja}」のため、この操作はできません`, en: `This is not possible while the status is "${status.en}"` }
}

const FORM_STATUS: Record<FormRefusal['code'], number> = { unknownCase: 404, unknownForm: 404, stale: 412, closed: 409, lockedFields: 409, badInput: 422, tooLarge: 413 }

/** `shown` leaves out of the answers what this person may not see. */
export function formProblem({ code, reason, errors, open, current }: FormRefusal, etag: string, shown: (answers: JsonObject) => JsonObject): HttpProblem {
  if (code === 'unknownForm') return notFound('様式が見つかりません', 'There is no such form')
  if (code === 'unknownCase') return unknownCase()
  return new HttpProblem(FORM_STATUS[code], code, reason, {
    errors: errors.map(({ field, message }) => ({ pointer: `/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`, detail: message.en, message })),
    ...(code === 'lockedFields' && Array.isArray(open) ? { available: open } : {}),
    ...(code === 'stale' ? { etag, since: current ? [{ revision: current.revision, savedAt: current.at.toISOString(), answers: shown(current.answers) }] : [] } : {}),
  })
}
