import { z } from 'zod'
import { uuid } from './primitives.js'

export const MAX_PAGE = 200

const limit = z.coerce.number().int().min(1).max(MAX_PAGE).default(50)

/** A keyset page of cases: `after` is the `next` of the page before. */
export const casePage = { limit, after: uuid.optional() }
/** A keyset page of a list with several orders: `after` is the `next` of the page before, in the same order. */
export const sortedPage = { limit, after: z.string().max(300).optional() }
/** A keyset page of numbered rows, newest first. */
export const rowPage = { limit, after: z.string().regex(/^[1-9]\d{0,17}$/, 'expected the next of the page before').optional() }

/** What a list answers. `next` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() })
