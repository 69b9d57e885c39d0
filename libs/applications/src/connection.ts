import type { Tx } from '@saitaku/database'

/** An open transaction, or the database where one statement is enough. */
export type Connection = Pick<Tx, 'query'>
