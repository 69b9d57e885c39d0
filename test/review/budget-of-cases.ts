/** How many random cases: enough to notice a slip in every run, and as many as the issue states in the long one. */
const LONG = process.env.SAITAKU_LONG === '1'

export const CASES = LONG ? 10_000 : 200
/** For what a slip would break in almost every case. */
export const FEWER_CASES = LONG ? 10_000 : 50
export const CASES_TIMEOUT = LONG ? 3_600_000 : 60_000
