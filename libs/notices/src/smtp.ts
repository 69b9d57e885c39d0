import { createTransport } from 'nodemailer'

export interface Attachment {
  filename: string
  html: string
}

export interface Mail {
  to: { name: string; address: string }
  subject: string
  text: string
  /** Left out where there is the text alone. */
  html?: string
  messageId: string
  attachments?: readonly Attachment[]
}

/** A few connections kept open to the office's mail server. Throws what the server says. */
export class Mailer {
  private readonly transport: ReturnType<typeof createTransport>

  constructor(
    smtpUrl: string,
    private readonly from: { name: string; address: string },
    /** Where servers report what they could not deliver; to the sender unless given. */
    private readonly bouncesTo?: string,
  ) {
    // A server that does not answer must not hold a job until its lock runs out.
    this.transport = createTransport({ url: smtpUrl, pool: true, maxConnections: 4, maxMessages: 100, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 })
  }

  async send({ attachments = [], ...mail }: Mail): Promise<void> {
    await this.transport.sendMail({
      ...mail,
      from: this.from,
      ...(this.bouncesTo === undefined ? {} : { envelope: { from: this.bouncesTo, to: mail.to.address } }),
      attachments: attachments.map(({ filename, html }) => ({ filename, content: html, contentType: 'text/html; charset=utf-8' })),
      // Automatic mail is not to be answered by automata (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  }

  close(): void {
    this.transport.close()
  }
}

/** The office as the sender of its mails: from its own address, or from no-reply at the host of the service. */
export function senderOf({ officeName, baseUrl, from }: { officeName: string; baseUrl: string; from?: string | undefined }): { name: string; address: string } {
  return { name: officeName, address: from ?? `no-reply@${new URL(baseUrl).hostname}` }
}
