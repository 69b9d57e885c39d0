import { formatInstant } from '@saitaku/calendar'

/** An object as it travels: its instants are RFC 3339 with Japan's offset. */
export type Written<T> = { [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | null ? string | null : T[K] }

export function written<T extends object>(value: T): Written<T> {
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, each instanceof Date ? formatInstant(each) : each])) as Written<T>
}
