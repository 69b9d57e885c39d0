/** Who looks: a person, or nobody signed in; and roles that came with the sign-in and hold in every programme. */
export interface Viewer {
  personId: string | null
  roles: readonly string[]
}

export const NOBODY: Viewer = { personId: null, roles: [] }
export const ADMINISTRATOR = 'administrator'
