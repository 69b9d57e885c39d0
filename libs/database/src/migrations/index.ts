import { Record1700000000001 } from './0001-record.js'
import { Identity1700000000002 } from './0002-identity.js'

/** In the order in which they run. One that has landed is never changed; a new one follows it. */
export const migrations = [Record1700000000001, Identity1700000000002]
