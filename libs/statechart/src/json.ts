export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

/**
 * The one spelling of a JSON value: keys sorted by code unit, no white space, `undefined` members left out.
 * Two equal values have one canonical text, whatever store they passed through, so it can be hashed.
 *
 * @example canonicalJson({ b: 1, a: [true] }) // '{"a":[true],"b":1}'
 */
export function canonicalJson(value: Json | undefined): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  let text = ''
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`
  }
  return `{${text}}`
}

/** Reads a dotted path in a JSON value; undefined where it leads nowhere. */
export function atPath(value: Json | undefined, keys: readonly string[]): Json | undefined {
  let here: Json | undefined = value
  for (const key of keys) {
    if (here === null || typeof here !== 'object' || Array.isArray(here) || !Object.hasOwn(here, key)) return undefined
    here = here[key]
  }
  return here
}
