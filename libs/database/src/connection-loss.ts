const NODE_CODES = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT'])
/** Connection exceptions (class 08), a server that starts, stops or crashed, too many connections. */
const POSTGRES_CODES = /^(08\w{3}|57P0[123]|53300)$/
/** What pg says without a code, by what it noticed first. */
const PG_MESSAGES = /Connection terminated|is not queryable|timeout exceeded when trying to connect/
/** A transaction's connection died between two of its queries: TypeORM has taken it away. */
const TYPEORM_NAME = 'QueryRunnerAlreadyReleasedError'

/**
 * Whether an error says that the database was away: it could not be reached, or the connection was lost, and then
 * nobody knows whether what was sent last was committed.
 */
export function isConnectionLoss(error: unknown): boolean {
  if (error === null || typeof error !== 'object') return false
  const { code = '', message = '', name = '' } = error as { code?: unknown; message?: unknown; name?: unknown }
  return NODE_CODES.has(String(code)) || POSTGRES_CODES.test(String(code)) || PG_MESSAGES.test(String(message)) || name === TYPEORM_NAME
}
