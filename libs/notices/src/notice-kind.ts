import type { OutboxRow } from '@saitaku/engine'

/**
 * What a notice is to the person who gets it:
 * `letter` comes with a document, or confirms an event that gave the case a number: a decision, a receipt;
 * `deadline` reminds of one or tells that it has passed;
 * `ownAct` tells people what they did themselves;
 * `task` is work for the office; `progress` is everything else.
 */
export const NOTICE_KINDS = ['letter', 'deadline', 'progress', 'task', 'ownAct'] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** What is known of a notice's cause. */
export interface NoticeCause {
  /** Who sent the event; null for a deadline, another case, or the service itself. */
  actorId: string | null
  /** The event gave the case a number, such as that of its receipt. */
  numbered: boolean
}

/** The kind of a notice to one of its people. */
export function kindOf(row: Pick<OutboxRow, 'payload'>, { actorId, numbered }: NoticeCause, person: { id: string; isApplicant: boolean }): NoticeKind {
  const isOwn = person.id === actorId
  if (row.payload.attach !== undefined || (numbered && isOwn)) return 'letter'
  if (row.payload.deadline !== undefined) return 'deadline'
  if (isOwn) return 'ownAct'
  return person.isApplicant ? 'progress' : 'task'
}
