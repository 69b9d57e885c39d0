import { formatInstant } from '@saitaku/calendar'
import type { AttachmentView, LetterView } from '@saitaku/contracts'
import type { Attachment, Letter, ListedAttachment } from '@saitaku/files'

export function attachmentView({ id, caseId, form, field, name, size, mediaType, sha256, state, refusal, uploadedAt, submitted }: ListedAttachment & { state: AttachmentView['state'] }): AttachmentView {
  return {
    id, kind: 'attachment', caseId, form, field, name, size, mediaType, sha256, state,
    refusal: refusal && { code: refusal.code, reason: { ja: refusal.ja, en: refusal.en } }, uploadedAt: formatInstant(uploadedAt), submitted,
  }
}

export function letterView({ id, caseId, title, number, sha256, issuedAt }: Letter): LetterView {
  return { id, kind: 'letter', caseId, title, number, mediaType: 'text/html', sha256, issuedAt: formatInstant(issuedAt) }
}

/** Removed files are shown to nobody. */
export const isShown = <A extends Attachment>(attachment: A): attachment is A & { state: AttachmentView['state'] } => attachment.state !== 'removed'
