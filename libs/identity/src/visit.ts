/** What the door knows of a request: where it comes from, and the session it may carry already. */
export interface Visit {
  /** The client's address as the outermost trusted proxy saw it. */
  address: string
  userAgent: string | undefined
  /** The session token that the request carries. Signing in replaces it, so nobody goes on with a token from before. */
  token?: string | undefined
}
