/**
 * Something on this machine keeps the product from starting, and a person can mend it.
 * The message is one sentence for that person; commands print it alone, without a stack.
 */
export class StartProblem extends Error {
  /**
   * @param {string} message
   * @param {{ cause?: unknown }} [options]
   */
  constructor(message, options) {
    super(message, options)
    this.name = 'StartProblem'
  }
}

/**
 * The error code of a failed system call, or undefined.
 * @param {unknown} error
 * @returns {string | undefined}
 */
export function errorCode(error) {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined
}
