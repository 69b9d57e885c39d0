/**
 * Whether a person is recused from a case, as SQL: the case's alias and the placeholder of the person. Whoever is takes no
 * part in it: the case is hidden from them in every list and by its address.
 */
export const recusedFrom = (alias: string, person: string): string =>
  `EXISTS (SELECT 1 FROM review_assignment recusal WHERE recusal.application_id = ${alias}.id AND recusal.reviewer_id = ${person} AND recusal.state = 'recused')`
