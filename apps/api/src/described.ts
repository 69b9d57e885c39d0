import { applyDecorators } from '@nestjs/common'
import { ApiHeader, ApiParam } from '@nestjs/swagger'

// Parts that several routes have in common, as the API's description tells them.

/** The id of a case in the address. */
export const CaseParam = (): MethodDecorator => ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } })
/** The number of a row in the address: text, since it may pass what a double holds. */
export const RowParam = (): MethodDecorator => ApiParam({ name: 'id', schema: { type: 'string', pattern: '^[1-9]\\d{0,17}$' } })
export const ProgrammeParam = (): MethodDecorator => ApiParam({ name: 'name', schema: { type: 'string', pattern: '^[a-z][a-z0-9-]*$', maxLength: 100 } })

/** `If-Match`: an ETag that was read before; 412 where what it names has changed since. */
export const TakesIfMatch = (): MethodDecorator => ApiHeader({ name: 'If-Match', required: false, description: 'An ETag read before: 412 where what it names has changed since, with what happened' })
/** `Idempotency-Key`: the same request twice does one thing. */
export const TakesKey = (): MethodDecorator => ApiHeader({ name: 'Idempotency-Key', required: false, description: 'One for each thing to be done: sent again, it is answered as the first time', schema: { type: 'string', minLength: 1, maxLength: 150 } })
export const TakesConditions = (): MethodDecorator => applyDecorators(TakesKey(), TakesIfMatch())

/** Headers of answers. */
export const ETAG = { ETag: { description: 'Changes with what this person sees', schema: { type: 'string' as const } } }
export const BEGUN = { ...ETAG, Location: { description: 'Where it is', schema: { type: 'string' as const } } }
