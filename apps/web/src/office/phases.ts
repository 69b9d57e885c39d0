/** The phases of a case in their order, each with its text. */
export const PHASES = [['preparing', 'preparing'], ['submitted', 'submittedPhase'], ['screened', 'screened'], ['judged', 'judged'], ['adopted', 'adopted'], ['closed', 'closed']] as const
