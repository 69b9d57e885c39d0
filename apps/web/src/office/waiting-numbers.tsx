/** What waits for this person's roles, once the service counts it. */
export function WaitingNumbers() {
  return null
}
