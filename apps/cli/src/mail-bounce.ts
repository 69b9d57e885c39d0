import { createReadStream } from 'node:fs'
import path from 'node:path'
import { noteBounce, readDeliveryStatus } from '@saitaku/notices'
import { FINE, InputProblem, type Console } from './command-line.js'
import { withDatabase } from './with-database.js'

/** A report returns a mail's headers, or the mail: longer than this is none. */
const LONGEST = 5_000_000

/**
 * `saitaku mail bounce [FILE]`: takes one mail that came back to the office's bounce address, from a file or as a mail server
 * pipes it. What is no report of a failed delivery, or of a mail that is not ours, is no mistake: it is left alone.
 */
export async function bounceCommand(console: Console, file: string | undefined): Promise<number> {
  const raw = await readAll(file === undefined ? process.stdin : createReadStream(path.resolve(console.cwd, file)), file ?? 'the mail')
  const failed = await readDeliveryStatus(raw)
  const noted = failed !== undefined && (await withDatabase(console, (database) => noteBounce(database, failed)))
  console.out(noted ? `${failed.messageId} was not delivered: ${failed.reason}\n` : 'no failed delivery of a mail of ours\n')
  return FINE
}

async function readAll(stream: NodeJS.ReadableStream, name: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk)
      length += bytes.length
      if (length > LONGEST) throw new InputProblem([`${name} is longer than a report of a failed delivery`])
      chunks.push(bytes)
    }
  } catch (error) {
    if (error instanceof InputProblem) throw error
    throw new InputProblem([`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`])
  }
  return Buffer.concat(chunks)
}
