import { z } from 'zod'

/** The id of a case, person, organisation. */
export const uuid = z.string().regex(/^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/, 'expected a UUID').meta({ format: 'uuid' })
/** RFC 3339 with an offset, such as `2023-06-23T17:00:00+09:00`. */
export const instant = z.iso.datetime({ offset: true }).refine((text) => !/^(0000|0001|9999)/.test(text), 'expected a year from 0002 to 9998')
/** Names of states, events, roles, charts, forms. */
export const name = z.string().max(100).regex(/^[a-z][A-Za-z0-9]*$/, 'expected a name such as closeScoring')
export const programmeName = z.string().max(100).regex(/^[a-z][a-z0-9-]*$/, 'expected a programme such as model-project-subsidy')
export const label = z.object({ ja: z.string(), en: z.string() }).meta({ id: 'Label' })
export const language = z.enum(['ja', 'en'])
export type Label = z.output<typeof label>

export type Json = null | boolean | number | string | Json[] | JsonObject
export type JsonObject = { [key: string]: Json }

/** Any JSON object. Its depth and its texts are checked once for the whole request, before any schema reads it. */
export const jsonObject = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject, JsonObject>
export const json = z.unknown() as unknown as z.ZodType<Json, Json>

/** One line of text that a person typed: trimmed, not empty. */
export const line = (max: number) => z.string().trim().min(1).max(max)
