import { request as requestPlain, type IncomingMessage } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { BlockList } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { AddressRefused, findTarget, type Target } from './public-addresses.js'

export interface Message {
  url: string
  messageId: string
  body: string
  /** The present secret, and the former one while it still counts. */
  secrets: readonly string[]
}

export interface Attempt {
  ok: boolean
  /** The receiver's answer; null where there was none. */
  status: number | null
  error: string | null
  /** The beginning of what it answered. */
  answer: string | null
  ms: number
}

const MOST_MS = 15_000
const MOST_ANSWER = 1_000

/** Sends a message once, signed as Standard Webhooks has it. Never throws: what went wrong is the answer. A redirection is not followed. */
export async function sendMessage({ url, messageId, body, secrets }: Message, allowed: BlockList, now: Date): Promise<Attempt> {
  const began = performance.now()
  const end = (attempt: Omit<Attempt, 'ms'>): Attempt => ({ ...attempt, ms: Math.round(performance.now() - began) })
  try {
    const target = await findTarget(url, allowed)
    const headers = {
      'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'user-agent': 'Saitaku-Webhooks/1',
      'webhook-id': messageId, 'webhook-timestamp': String(Math.floor(now.getTime() / 1000)), 'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(messageId, now, body)).join(' '),
    }
    const { status, answer } = await post(target, headers, body)
    const ok = status >= 200 && status < 300
    return end({ ok, status, answer, error: ok ? null : status >= 300 && status < 400 ? 'It redirects, which is not followed' : `It answered ${status}` })
  } catch (error) {
    return end({ ok: false, status: null, answer: null, error: sentenceOf(error) })
  }
}

function post({ url, address, family }: Target, headers: Record<string, string | number>, body: string): Promise<{ status: number; answer: string }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(MOST_MS)
    const send = url.protocol === 'https:' ? requestSecure : requestPlain
    const request = send(url, {
      method: 'POST', headers, signal, agent: false,
      // the address that was looked at, whatever the name stands for by now; TLS still asks for the name
      lookup: (_, options, found) => { if (options.all) found(null, [{ address, family }]); else found(null, address, family) },
    }, (response) => {
      beginningOf(response).then((answer) => { resolve({ status: response.statusCode ?? 0, answer }) }, reject)
    })
    request.once('error', reject)
    request.end(body)
  })
}

/** No more is read than is kept. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part)
    length += part.length
    if (length >= MOST_ANSWER) break
  }
  response.destroy()
  return Buffer.concat(parts).subarray(0, MOST_ANSWER).toString('utf8').replaceAll('\0', '')
}

function sentenceOf(error: unknown): string {
  if (error instanceof AddressRefused) return error.message
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown }
  if (name === 'TimeoutError' || name === 'AbortError') return `It did not answer within ${MOST_MS / 1000} seconds`
  return `It could not be reached (${typeof code === 'string' ? code : String(message)})`.slice(0, 300)
}
