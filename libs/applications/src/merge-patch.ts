import type { Json, JsonObject } from '@saitaku/statechart'

/**
 * JSON merge patch, RFC 7396: a member replaces, null removes, objects are merged, lists are replaced whole.
 * Neither argument is changed. Members are defined, never assigned, so that one called `__proto__` stays a member.
 *
 * @example mergePatch({ a: 1, b: { c: 2 } }, { a: null, b: { d: 3 } }) // { b: { c: 2, d: 3 } }
 */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const members = new Map(Object.entries(target))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) members.delete(key)
    else members.set(key, isObject(value) ? mergePatch(asObject(members.get(key)), value) : value)
  }
  return Object.fromEntries(members)
}

const isObject = (value: Json | undefined): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)
const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
