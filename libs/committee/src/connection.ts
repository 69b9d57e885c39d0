import type { Tx } from '@saitaku/database'

/** An open transaction, or the database where one statement is enough. */
export type Connection = Pick<Tx, 'query'>

/** Who acts, with their roles in the programme and in the call. */
export interface Actor {
  id: string
  roles: readonly string[]
}
