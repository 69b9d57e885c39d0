import { problem, type FormProblem, type Json, type ProblemCode } from './problems.js'

export type Path = (string | number)[]

/**
 * What was read of one answer. No value and no problem: nothing was answered. A list keeps what could be
 * read of it beside the problems of the rest, so that a draft shows its sums; `incomplete` says that a
 * required part of it is still to be answered.
 */
export interface Reading<T extends Json = Json> {
  value?: T
  problems: FormProblem[]
  incomplete?: boolean
}

export const NOTHING: Reading<never> = Object.freeze({ problems: [] })

export function found<T extends Json>(value: T): Reading<T> {
  return { value, problems: [] }
}

export function failed(path: Path, ...what: [code: ProblemCode, details?: Parameters<typeof problem>[2]]): Reading<never> {
  return { problems: [problem(path, ...what)] }
}

export function isRecord(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw)
}
