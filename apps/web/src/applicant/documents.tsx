/** Letters of the office, once the service lists them. */
export function Documents(_: { caseId: string }) {
  return null
}
