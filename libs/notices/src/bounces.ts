import { z } from 'zod'

const smtpFailure = z.object({ responseCode: z.number().optional(), response: z.string().optional(), command: z.string().optional(), message: z.string() })

/** The commands whose final refusal is about the addressee or the mail to them; any other is about the server's set-up. */
const ABOUT_THE_MAIL = new Set(['RCPT TO', 'DATA'])
const LONGEST = 500

/**
 * What a mail server said where it will never take this mail for this address (SMTP 5xx, RFC 5321 4.2.1); undefined
 * where another attempt may succeed, or where the fault is ours to mend.
 */
export function finalRefusal(error: unknown): string | undefined {
  const { data } = smtpFailure.safeParse(error)
  if (!data?.responseCode || data.responseCode < 500 || data.responseCode > 599 || !ABOUT_THE_MAIL.has(data.command ?? '')) return undefined
  return (data.response ?? data.message).replace(/\s+/g, ' ').trim().slice(0, LONGEST)
}
