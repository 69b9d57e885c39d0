import type { Review } from './demo-schema.js'

/** What the keys of a demo's file stand for; each throws for a key that the file does not describe. */
export interface Keys {
  application(key: string): string
  isApplication(key: string): boolean
  person(key: string): string
}

/** The same with ids in place of the keys of people and applications. */
export function reviewWithIds(review: Review, keys: Keys): Review {
  switch (review.do) {
    case 'panel':
      return { ...review, chair: keys.person(review.chair), members: review.members.map((key) => keys.person(key)) }
    case 'declare':
      return { ...review, application: keys.application(review.application) }
    case 'act':
      return { ...review, act: actWithIds(review.act, keys) }
    default:
      return review
  }
}

function actWithIds(act: { kind: string; [name: string]: unknown }, keys: Keys): { kind: string; [name: string]: unknown } {
  const list = (value: unknown, idOf: (key: string) => string): unknown => (Array.isArray(value) ? value.map((key) => idOf(String(key))) : value)
  const named = (value: unknown): unknown => (typeof value === 'string' ? keys.application(value) : value)
  const { application, present, order, about, options, agenda, ...rest } = act
  const replaced = {
    application: named(application), present: list(present, (key) => keys.person(key)), order: list(order, (key) => keys.application(key)), about: list(about, (key) => keys.application(key)),
    options: list(options, (key) => (keys.isApplication(key) ? keys.application(key) : key)),
    agenda: Array.isArray(agenda) ? (agenda as { application?: unknown }[]).map((item) => ({ ...item, ...(item.application === undefined ? {} : { application: named(item.application) }) })) : agenda,
  }
  return { ...rest, ...Object.fromEntries(Object.entries(replaced).filter(([, value]) => value !== undefined)), kind: act.kind }
}
