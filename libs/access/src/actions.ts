import type { Capacity } from './capacities.js'

/** What may be done with a case besides sending it events; those follow from the chart's `by` (see `may`). */
export const ACTIONS = [
  'read', 'writeForm', 'sendEvent', 'writeMessage', 'readMessages', 'writeOfficeNote', 'invite', 'consent', 'copy', 'extendForOne', 'editOnBehalf', 'intake', 'moveToCall',
  'mergeOrganisations', 'bulkEvents', 'export', 'beginCall', 'administer',
] as const
export type Action = (typeof ACTIONS)[number]

type Sentence = { ja: string; en: string }
export type Allowed = { ok: true } | { ok: false; reason: Sentence }

const APPLICANTS: readonly Capacity[] = ['owner', 'agent']
const WRITERS: readonly Capacity[] = [...APPLICANTS, 'editor']
const PARTIES: readonly Capacity[] = [...WRITERS, 'viewer']
const SECRETARIATS: readonly Capacity[] = ['secretariat', 'jointSecretariat']
const OFFICE: readonly Capacity[] = [...SECRETARIATS, 'approver', 'finance', 'auditor', 'officer']

interface Rule {
  by: readonly Capacity[]
  /** Said to whoever may see the case and not do this with it. */
  otherwise: Sentence
}

const RULES: Readonly<Record<Action, Rule>> = {
  read: { by: [...PARTIES, ...OFFICE, 'reviewer', 'chair'], otherwise: { ja: 'この案件を見る権限がありません', en: 'You may not see this case' } },
  writeForm: { by: [...WRITERS, ...OFFICE, 'reviewer', 'chair'], otherwise: { ja: '閲覧のみの権限のため、入力できません', en: 'You may look on here, and not write' } },
  sendEvent: { by: [...APPLICANTS, ...OFFICE, 'reviewer', 'chair'], otherwise: { ja: '提出などの手続きは、申請者または委任を受けた代理人だけができます', en: 'Only the applicant, or an agent with a mandate, may do this' } },
  writeMessage: { by: [...WRITERS, ...SECRETARIATS], otherwise: { ja: 'メッセージを送れるのは、申請者と事務局だけです', en: 'Only the applicant and the secretariat write messages' } },
  readMessages: { by: [...PARTIES, ...OFFICE], otherwise: { ja: 'メッセージを見る権限がありません', en: 'You may not read the messages' } },
  writeOfficeNote: { by: SECRETARIATS, otherwise: { ja: 'この操作ができるのは事務局だけです', en: 'Only the secretariat may do this' } },
  invite: { by: APPLICANTS, otherwise: { ja: '共同申請者や代理人を招待できるのは、申請者だけです', en: 'Only the applicant may invite others' } },
  consent: { by: APPLICANTS, otherwise: { ja: '変更に同意できるのは、申請者だけです', en: 'Only the applicant may consent to changes' } },
  copy: { by: WRITERS, otherwise: { ja: '複写できるのは、申請者だけです', en: 'Only the applicant may copy an application' } },
  extendForOne: { by: SECRETARIATS, otherwise: { ja: '期限を延ばせるのは、事務局だけです', en: 'Only the secretariat may extend a deadline' } },
  editOnBehalf: { by: SECRETARIATS, otherwise: { ja: '申請者に代わって入力できるのは、事務局だけです', en: 'Only the secretariat may write for an applicant' } },
  intake: { by: SECRETARIATS, otherwise: { ja: '紙やメールの申請を登録できるのは、事務局だけです', en: 'Only the secretariat may enter what came on paper or by mail' } },
  moveToCall: { by: ['secretariat'], otherwise: { ja: '別の募集に移せるのは、事務局だけです', en: 'Only the secretariat may move an application to another call' } },
  mergeOrganisations: { by: ['secretariat'], otherwise: { ja: '団体を統合できるのは、事務局だけです', en: 'Only the secretariat may merge organisations' } },
  bulkEvents: { by: OFFICE, otherwise: { ja: '一括の手続きは、事務局だけができます', en: 'Only the office may send events to many cases' } },
  export: { by: [...SECRETARIATS, 'auditor'], otherwise: { ja: '書き出せるのは、事務局と監査担当だけです', en: 'Only the secretariat and auditors may export' } },
  beginCall: { by: ['secretariat'], otherwise: { ja: '募集を始められるのは、この制度の事務局だけです', en: 'Only the office of this programme may begin a call' } },
  administer: { by: ['administrator'], otherwise: { ja: 'この操作は管理者だけができます', en: 'Only an administrator may do this' } },
}

/**
 * Whether somebody in these capacities may do this, or the sentence why not. Whether they may see the case at all is
 * asked first (`visibleParts`): a reason is only for whoever knows that the case is there.
 */
export function mayDo(capacities: Iterable<Capacity>, action: Action): Allowed {
  const { by, otherwise } = RULES[action]
  for (const capacity of capacities) if (by.includes(capacity)) return { ok: true }
  return { ok: false, reason: otherwise }
}

/** Who may do an action, for the document and its test. */
export const capacitiesFor = (action: Action): readonly Capacity[] => RULES[action].by
