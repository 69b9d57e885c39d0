/**
 * A value as a letter prints it: nothing where it is not set, a list's items one after the other.
 *
 * @throws RangeError for an object, which has no print.
 */
export function printed(value: unknown): string {
  switch (typeof value) {
    case 'string': return value
    case 'number': case 'bigint': case 'boolean': return String(value)
    case 'undefined': return ''
    default:
      if (value === null) return ''
      if (Array.isArray(value)) return value.map(printed).join('')
      throw new RangeError('A whole record cannot be printed; name one of its fields')
  }
}
