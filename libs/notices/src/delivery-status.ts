import type { ParsedMail } from 'mailparser'
import type { Database } from '@saitaku/database'

/** What a mail system reports of one mail that it could not deliver and will not try again. */
export interface FailedDelivery {
  /** Of the mail that was not delivered. */
  messageId: string
  reason: string
}

const LONGEST = 500

/**
 * Reads a delivery status notification (RFC 3464): undefined where the mail is none, or tells of a delay or a success.
 * Anybody can write one; what makes it count is the Message-ID, which only the addressee and the servers in between know.
 */
export async function readDeliveryStatus(raw: Buffer | string): Promise<FailedDelivery | undefined> {
  const { simpleParser } = await import('mailparser') // when a mail has come back: no other process needs it
  const mail = await simpleParser(raw, { keepDeliveryStatus: true, skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true })
  const status = partOf(mail, /^message\/(global-)?delivery-status$/)
  const original = partOf(mail, /^(message\/(global|rfc822|rfc822-headers|global-headers)|text\/rfc822-headers)$/)
  if (status === undefined || original === undefined) return undefined
  const failed = fieldGroups(status).find((fields) => fields.get('action')?.toLowerCase() === 'failed')
  const { messageId } = await simpleParser(original)
  if (!failed || messageId === undefined) return undefined
  const said = failed.get('diagnostic-code')?.replace(/^[\w-]+\s*;\s*/, '') ?? failed.get('status') ?? 'failed'
  return { messageId, reason: said.slice(0, LONGEST) }
}

/** Notes that a mail was not delivered; false where it is none of ours, or known already. */
export async function noteBounce(database: Database, { messageId, reason }: FailedDelivery): Promise<boolean> {
  const noted = await database.query(
    `WITH one AS (UPDATE notice SET bounced_at = app_now(), bounce = $2 WHERE message_id = $1 AND channel = 'smtp' AND bounced_at IS NULL RETURNING id),
       daily AS (UPDATE notice_digest SET bounced_at = app_now(), bounce = $2 WHERE message_id = $1 AND channel = 'smtp' AND bounced_at IS NULL RETURNING id)
     SELECT id FROM one UNION ALL SELECT id FROM daily`,
    [messageId, reason],
  )
  return noted.length > 0
}

function partOf({ attachments }: ParsedMail, type: RegExp): string | undefined {
  return attachments.find(({ contentType }) => type.test(contentType.toLowerCase()))?.content.toString('utf8')
}

/** Groups of header-like fields, with an empty line between them: first of the whole report, then of each addressee. */
function fieldGroups(text: string): Map<string, string>[] {
  const unfolded = text.replace(/\r\n?/g, '\n').replace(/\n[ \t]+/g, ' ')
  return unfolded.split(/\n\s*\n/).map((group) => new Map(group.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf(':')
    return at < 0 ? [] : [[line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]]
  })))
}
