import { connect, type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { setImmediate as heard } from 'node:timers/promises'

export type Verdict = { kind: 'clean' } | { kind: 'infected'; signature: string } | { kind: 'tooLarge' }

/** Where clamd listens. */
export type ClamdAddress = { host: string; port: number } | { path: string }

/** Reads `tcp://host:3310` or `unix:/run/clamav/clamd.ctl`. Throws a sentence about its form. */
export function clamdAddress(text: string): ClamdAddress {
  const socket = /^unix:(?:\/\/)?(\/.+)$/.exec(text)?.[1]
  if (socket !== undefined) return { path: socket }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'tcp:' || url.hostname === '') throw new Error('must be like tcp://host:3310 or unix:/run/clamav/clamd.ctl')
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port === '' ? 3310 : url.port) }
}

const QUIET_MS = 120_000
const LONGEST_ANSWER = 4_096
/** Small, so that an early answer is heard before a piece more is sent to a clamd that has hung up: that would void the answer. */
const PIECE = 32 * 1024

/**
 * Has clamd look at a file (command INSTREAM: pieces with their length before them, a length of zero at the end).
 * Throws where clamd cannot be reached or says that it could not look: the file then waits.
 */
export async function scan(address: ClamdAddress, content: Readable): Promise<Verdict> {
  const socket = connect({ ...address, timeout: QUIET_MS })
  socket.once('timeout', () => socket.destroy(new Error('clamd has not answered')))
  const answer = answerOf(socket)
  answer.catch(() => undefined) // it is awaited below, after what is sent
  try {
    await send(socket, content, answer)
    return verdictOf(await answer)
  } finally {
    content.destroy()
    socket.destroy()
  }
}

/** Stops sending once there is an answer: clamd says early that a stream is too long. */
async function send(socket: Socket, content: Readable, answer: Promise<string>): Promise<void> {
  let answered = false
  const done = (): void => { answered = true }
  void answer.then(done, done)
  await written(socket, 'zINSTREAM\0')
  try {
    for await (const chunk of content as AsyncIterable<Buffer>)
      for (let at = 0; at < chunk.length; at += PIECE) {
        await heard()
        if (answered) return
        await written(socket, piece(chunk.subarray(at, at + PIECE)))
      }
    await written(socket, Buffer.alloc(4))
  } catch (error) {
    // clamd hangs up after its answer; what it said counts
    if (!content.readableEnded && content.errored) throw error
  }
}

function piece(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function written(socket: Socket, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => {
      if (error) reject(error)
      else resolve()
    })
  })
}

function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      if (text.includes('\0')) resolve(text.slice(0, text.indexOf('\0')))
      else if (text.length > LONGEST_ANSWER) reject(new Error('clamd answers at length without an end'))
    })
    socket.once('error', reject)
    socket.once('close', () => { reject(new Error(`clamd hung up${text === '' ? '' : ` after "${text}"`}`)) })
  })
}

function verdictOf(answer: string): Verdict {
  if (answer === 'stream: OK') return { kind: 'clean' }
  const infected = /^stream: (.+) FOUND$/.exec(answer)?.[1]
  if (infected !== undefined) return { kind: 'infected', signature: infected }
  if (/size limit exceeded/i.test(answer)) return { kind: 'tooLarge' }
  throw new Error(`clamd could not look at the file: ${answer}`)
}
