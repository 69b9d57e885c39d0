import type { Database, Row } from '@saitaku/database'
import type { Disabled } from './delivery-work.js'

export interface DisabledMail {
  /** The same for every attempt. */
  id: string
  to: { name: string; address: string }
  lang: 'ja' | 'en'
  subject: string
  text: string
}

/** Tells every administrator that a webhook was switched off, each in their language. */
export async function disabledMails(database: Database, { id, url, programme, reason }: Disabled): Promise<DisabledMail[]> {
  const people = await database.query<{ id: string; name: string; email: string; lang: 'ja' | 'en' } & Row>(
    `SELECT DISTINCT p.id, p.name, p.email, p.lang FROM role_grant g JOIN person p ON p.id = g.person_id WHERE g.role = 'administrator' AND g.programme = '*' ORDER BY p.id`)
  return people.map((person) => ({
    id: `webhook-${id}-${person.id}`, to: { name: person.name, address: person.email }, lang: person.lang,
    ...(person.lang === 'en'
      ? { subject: 'A webhook was switched off', text: `The webhook of the programme ${programme} to\n${url}\nwas switched off: ${reason}\n\nOnce the receiver works again, switch it on and send again from its log what it missed.\n` }
      : { subject: 'Webhookを停止しました', text: `制度「${programme}」のWebhookを停止しました。\n送信先:${url}\n理由:${reason}\n\n受信側が復旧したら、Webhookを有効に戻し、送信記録から未達分を再送してください。\n` }),
  }))
}
