export interface HeldRole { programme: string; role: string }
/** Who is signed in, and what they do in which programme; `*` is every one. */
export interface SignedIn { personId: string; name: string; roles: readonly HeldRole[] }
