/** Who asks: a person (`id`, null for nobody signed in) and the roles they hold in this programme, call and case. */
export interface Actor {
  id: string | null
  roles: readonly string[]
}

/**
 * Who may send an event. `by` names roles, any one of them suffices. `separateFrom` names earlier events
 * whose last actor may not be this one (起案した人は決裁できない).
 */
export interface Rule {
  by: readonly string[]
  separateFrom?: readonly string[]
}

/** `role`: none of the roles in `needs` is held. `separation`: the same person did the event `conflictsWith`. */
export type Access =
  | { ok: true }
  | { ok: false; code: 'role'; needs: readonly string[] }
  | { ok: false; code: 'separation'; conflictsWith: string }

/**
 * Says whether the actor may do what the rule guards. A rule without roles admits nobody. Roles are judged
 * before separation, so that a stranger learns nothing of who acted on the case. An actor without an id
 * cannot be told from the earlier one and so is refused wherever that event has been done.
 *
 * @param actors for each event type, the id of the person who last did it on this case
 * @example
 * may({ id: 'p1', roles: ['approver'] }, { by: ['approver'], separateFrom: ['propose'] }, { propose: 'p1' })
 * // → { ok: false, code: 'separation', conflictsWith: 'propose' }
 */
export function may(actor: Actor, rule: Rule, actors: Readonly<Record<string, string>>): Access {
  if (!rule.by.some((role) => actor.roles.includes(role))) return { ok: false, code: 'role', needs: rule.by }
  const conflict = rule.separateFrom?.find((event) => didIt(actor, event, actors))
  return conflict === undefined ? { ok: true } : { ok: false, code: 'separation', conflictsWith: conflict }
}

function didIt(actor: Actor, event: string, actors: Readonly<Record<string, string>>): boolean {
  if (!Object.hasOwn(actors, event)) return false
  return actor.id === null || actors[event] === actor.id
}
