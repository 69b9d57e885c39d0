import type { components } from './schema.js'

export type ProblemBody = components['schemas']['Problem']

/** What a request ended with instead of an answer. `status` 0: the service could not be reached. */
export class ApiProblem extends Error {
  constructor(readonly status: number, readonly body: ProblemBody | null, readonly retryAfter: number | null = null) {
    super(body?.detail ?? `HTTP ${status}`)
  }

  get code(): string {
    return this.body?.code ?? (this.status === 0 ? 'offline' : 'unknown')
  }

  /** It may go through by itself later. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429
  }
}

export const isProblem = (error: unknown): error is ApiProblem => error instanceof ApiProblem
