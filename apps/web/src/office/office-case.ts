import type { Schemas } from '../api/client.js'

/** An application with what only the office sees of it. */
export type OfficeCase = Schemas['Application'] & { office: NonNullable<Schemas['Application']['office']> }
