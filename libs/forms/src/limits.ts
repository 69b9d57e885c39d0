/** The longest text that is accepted where a field does not say otherwise, in characters (code points). */
export const DEFAULT_MAX_LENGTH = 10_000
/** Yen and numbers are whole and within ±(2^53 − 1), so that JSON carries them exactly. */
export const MAX_INT = Number.MAX_SAFE_INTEGER
export const MAX_TABLE_ROWS = 200
