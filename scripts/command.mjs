// How every command of this folder ends: tidied up, with one sentence for a problem of the machine.
import { errorCode, StartProblem } from './start-problem.mjs'

const SYSTEM_FAILED = 3

/** @type {(() => Promise<void>)[]} */
const closers = []
/** @type {Promise<void> | undefined} */
let closing

/**
 * Registers what to do before the command ends, however it ends; the last registered is done first.
 * @param {() => Promise<void>} closer
 */
export function atEnd(closer) {
  closers.push(closer)
}

/** @returns {Promise<void>} */
export function closeAll() {
  return closing ??= (async () => {
    for (let closer = closers.pop(); closer; closer = closers.pop())
      await closer().catch(report)
    closing = undefined
  })()
}

/**
 * Runs a command to its exit code, closing what it registered also when it fails or is interrupted.
 * @param {() => Promise<number>} work
 */
export async function runAsCommand(work) {
  for (const [signal, code] of /** @type {const} */ ([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]))
    process.on(signal, () => {
      void closeAll().then(() => process.exit(code)) // a second Ctrl-C waits for the same closing
    })
  let code = SYSTEM_FAILED
  try {
    code = await work()
  } catch (error) {
    report(error)
  }
  await closeAll()
  process.exitCode = code
}

/** @param {unknown} error */
function report(error) {
  console.error(error instanceof StartProblem ? error.message : explainSystem(error) ?? error)
}

/**
 * What any write may meet, wherever it was.
 * @param {unknown} error
 */
function explainSystem(error) {
  const file = typeof error === 'object' && error !== null && 'path' in error ? String(error.path) : 'a file'
  switch (errorCode(error)) {
    case 'ENOSPC': return `The disk is full: ${file} could not be written.`
    case 'EACCES': case 'EPERM': case 'EROFS': return `${file} is not accessible to this user: mend its rights.`
    default: return undefined
  }
}
