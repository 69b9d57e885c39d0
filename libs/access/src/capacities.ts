/**
 * What a person is to a case, whatever the programme calls it. A programme names its roles freely; what a role
 * may see follows from its capacity, so that a new name never opens more than the least.
 */
export const CAPACITIES = [
  'owner', 'agent', 'editor', 'viewer', // the applicant's side
  'secretariat', 'jointSecretariat', 'approver', 'finance', 'auditor', 'officer', // the office
  'reviewer', 'chair', // the committee
  'administrator', 'public',
] as const
export type Capacity = (typeof CAPACITIES)[number]

/** Roles of one case: who applied, who acts for them by a mandate, who may help to write, who may look on. */
export const PARTY_ROLES = { applicant: 'owner', agent: 'agent', editor: 'editor', viewer: 'viewer' } as const satisfies Record<string, Capacity>
export type PartyRole = keyof typeof PARTY_ROLES

/** Roles that mean the same in every programme. */
const NAMED: Readonly<Record<string, Capacity>> = {
  secretariat: 'secretariat', jointSecretariat: 'jointSecretariat', approver: 'approver', finance: 'finance', auditor: 'auditor', reviewer: 'reviewer', chair: 'chair', administrator: 'administrator',
}

/** What of a programme decides who may see what: its approval chains, and which fields of forms a role sees that others do not. */
export interface RoleBook {
  roles: Readonly<Record<string, { sees?: readonly string[] | undefined }>>
  approvals: Readonly<Record<string, { tiers: readonly { steps: readonly string[] }[] }>>
}

/**
 * The capacity of a role that is held in a programme; undefined for a role that opens nothing there. A role that approves
 * in one of the programme's chains is an approver, any other that it declares an officer. Roles of the applicant's side are
 * held in cases and never in a programme.
 */
export function capacityOf(role: string, book: RoleBook | undefined): Capacity | undefined {
  if (Object.hasOwn(PARTY_ROLES, role)) return undefined
  const named = Object.hasOwn(NAMED, role) ? NAMED[role] : undefined
  if (named !== undefined) return named
  if (book && Object.values(book.approvals).some(({ tiers }) => tiers.some(({ steps }) => steps.includes(role)))) return 'approver'
  return book && Object.hasOwn(book.roles, role) ? 'officer' : undefined
}

/** Fields of a programme's forms that only some roles see: whatever any role's `sees` names. */
export function restrictedFields(book: RoleBook): ReadonlySet<string> {
  return new Set(Object.values(book.roles).flatMap(({ sees }) => sees ?? []))
}

/** Those of them that these roles see. */
export function fieldsSeen(roles: readonly string[], book: RoleBook): ReadonlySet<string> {
  return new Set(roles.flatMap((role) => (Object.hasOwn(book.roles, role) ? (book.roles[role]?.sees ?? []) : [])))
}
