import createClient, { type Middleware } from 'openapi-fetch'
import { language } from '../texts/texts.js'
import { ApiProblem, type ProblemBody } from './problem.js'
import type { components, paths } from './schema.js'

export type Schemas = components['schemas']

/** What goes with every request, from whoever knows it. */
export const requestHeaders: Record<string, () => string | undefined> = { 'accept-language': language }

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
const addHeaders: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(requestHeaders)) {
      const text = value()
      if (text !== undefined && (name !== 'x-csrf-token' || WRITES.has(request.method))) request.headers.set(name, text)
    }
    return request
  },
}

export const client = createClient<paths>({ baseUrl: '/', credentials: 'same-origin', fetch: reach })
client.use(addHeaders)

/** `fetch`, where an unreachable service is a problem of status 0. */
async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    if (request.signal.aborted) throw error
    throw new ApiProblem(0, null)
  }
}

interface Answer<T> { data?: T; error?: unknown; response: Response }

/** The answer's body, or throws `ApiProblem`. */
export async function ok<T>(answer: Promise<Answer<T>>): Promise<T> {
  return (await okWithTag(answer)).data
}

/** The answer's body and its ETag. */
export async function okWithTag<T>(answer: Promise<Answer<T>>): Promise<{ data: T; etag: string | null }> {
  const { data, error, response } = await answer
  if (!response.ok) throw problemOf(response, error)
  return { data: data as T, etag: response.headers.get('etag') }
}

function problemOf(response: Response, error: unknown): ApiProblem {
  const retryAfter = Number(response.headers.get('retry-after'))
  return new ApiProblem(response.status, isProblemBody(error) ? error : null, retryAfter > 0 ? retryAfter : null)
}

const isProblemBody = (error: unknown): error is ProblemBody => typeof error === 'object' && error !== null && 'code' in error && 'detail' in error
