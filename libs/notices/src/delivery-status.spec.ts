import { readDeliveryStatus } from './delivery-status.js'

const REPORT = `Return-Path: <>
From: MAILER-DAEMON@mx.example.jp (Mail Delivery System)
To: bounces@apply.example.jp
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

--B1
Content-Type: text/plain

I could not deliver your mail.

--B1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp

Final-Recipient: rfc822; mary@example.jp
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <mary@example.jp>: Recipient address rejected:
    User unknown

--B1
Content-Type: text/rfc822-headers

From: office@apply.example.jp
Message-ID:
 <o-12-0189aaaa-bbbb-cccc-dddd-eeeeeeeeeeee@apply.example.jp>
Subject: =?utf-8?B?44GK55+l44KJ44Gb?=

--B1--
`
const crlf = (text: string): string => text.replaceAll('\n', '\r\n')
const MESSAGE_ID = '<o-12-0189aaaa-bbbb-cccc-dddd-eeeeeeeeeeee@apply.example.jp>'

describe('a delivery status notification', () => {
  it('names the mail that was not delivered, and why, whichever part returns its headers', async () => {
    const reason = '550 5.1.1 <mary@example.jp>: Recipient address rejected: User unknown'
    for (const type of ['text/rfc822-headers', 'message/rfc822', 'message/rfc822-headers'])
      expect([type, await readDeliveryStatus(crlf(REPORT.replace('text/rfc822-headers', type)))]).toEqual([type, { messageId: MESSAGE_ID, reason }])
    expect(await readDeliveryStatus(REPORT)).toEqual({ messageId: MESSAGE_ID, reason })
    expect(await readDeliveryStatus(crlf(REPORT.replace(/Diagnostic-Code[^]*?unknown\n/, '')))).toEqual({ messageId: MESSAGE_ID, reason: '5.1.1' })
  })

  it('is none where it tells of a delay, where the mail is not returned, or where it is another mail', async () => {
    expect(await readDeliveryStatus(crlf(REPORT.replace('Action: failed', 'Action: delayed')))).toBeUndefined()
    expect(await readDeliveryStatus(crlf(REPORT.replace(/Message-ID:\n.*\n/, '')))).toBeUndefined()
    expect(await readDeliveryStatus(crlf(REPORT.replace('text/rfc822-headers', 'application/octet-stream')))).toBeUndefined()
    for (const other of ['', 'no mail at all', '\u0000\u0001', `From: a@example.jp\r\nSubject: 不在\r\n\r\nAction: failed\r\nMessage-ID: ${MESSAGE_ID}\r\n`, REPORT.slice(0, 300)])
      expect([other.slice(0, 20), await readDeliveryStatus(other)]).toEqual([other.slice(0, 20), undefined])
  })
})
