import { DateTime } from 'luxon'
import { escapeMarkdown, htmlPage } from './markdown.js'
import type { Lang } from './templates.js'

export interface DigestEntry {
  subject: string
  caseId: string
  caseTitle: string
  sentAt: Date
}

const WORDS = {
  ja: {
    subject: (office: string, count: number) => `【${office}】お知らせのまとめ(${count}件)`,
    greeting: (name: string) => `${name} 様`,
    opening: (count: number) => `前回のお知らせのあと、次の${count}件がありました。詳しくは、それぞれのページをご覧ください。`,
    closing: (address: string) => `お知らせの受け取り方は、次のページで変更いただけます。\n${address}`,
    day: 'M月d日 HH:mm',
  },
  en: {
    subject: (office: string, count: number) => `${office}: ${count} ${count === 1 ? 'notice' : 'notices'}`,
    greeting: (name: string) => `Dear ${name},`,
    opening: (count: number) => `Since the last mail there ${count === 1 ? 'was one notice' : `were ${count} notices`}. Each page says more.`,
    closing: (address: string) => `You can choose how you are told here:\n${address}`,
    day: 'd LLL HH:mm',
  },
}

/** The daily mail: what each notice is about, and where it is read. */
export function digestText(lang: Lang, name: string, entries: readonly DigestEntry[], around: { baseUrl: string; officeName: string }): { subject: string; text: string; html: string } {
  const words = WORDS[lang]
  const base = around.baseUrl.replace(/\/+$/, '')
  const when = (at: Date): string => DateTime.fromJSDate(at, { zone: 'Asia/Tokyo' }).setLocale(lang).toFormat(words.day)
  const parts = entries.map(({ subject, caseId, caseTitle, sentAt }) => ({ subject: oneLine(subject), title: oneLine(caseTitle), at: when(sentAt), url: `${base}/cases/${caseId}` }))
  const text = [
    words.greeting(oneLine(name)), '', words.opening(entries.length), '',
    ...parts.flatMap(({ subject, title, at, url }) => [`- ${subject}`, `  ${[title, at].filter((part) => part !== '').join(' / ')}`, `  ${url}`, '']),
    words.closing(`${base}/account#notices`), '', around.officeName, '',
  ].join('\n')
  const markdown = [
    escapeMarkdown(words.greeting(oneLine(name))), words.opening(entries.length),
    parts.map(({ subject, title, at, url }) => `- [${escapeMarkdown(subject)}](${url})  \n  ${[escapeMarkdown(title), at].filter((part) => part !== '').join(' / ')}`).join('\n'),
    words.closing(`<${base}/account#notices>`), escapeMarkdown(around.officeName),
  ].join('\n\n')
  const subject = words.subject(oneLine(around.officeName), entries.length)
  return { subject, text, html: htmlPage(subject, markdown, lang) }
}

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()
