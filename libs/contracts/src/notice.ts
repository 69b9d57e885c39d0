import { z } from 'zod'
import { instant, label, language, uuid } from './primitives.js'
import { rowPage } from './page.js'

/** `letter`: with a document, or a receipt. `ownAct`: of what the person did themself. `task`: work for the office. */
export const noticeKind = z.enum(['letter', 'deadline', 'progress', 'task', 'ownAct']).meta({ id: 'NoticeKind' })
/** Mailed at once, in the day's one mail, or in the inbox alone. */
export const noticeWay = z.enum(['atOnce', 'daily', 'inbox']).meta({ id: 'NoticeWay' })

const inboxItemShape = {
  id: z.string(), sentAt: instant, kind: noticeKind, subject: z.string(), caseId: uuid, programme: z.string(), caseTitle: z.string(), lang: language, readAt: instant.nullable(),
}
export const inboxItem = z.object(inboxItemShape).meta({ id: 'InboxItem' })
export const inboxPage = z.object({ items: z.array(inboxItem), next: z.string().nullable(), unread: z.int() })
export const inboxNotice = z.object({ ...inboxItemShape, text: z.string(), html: z.string() })
export const inboxQuery = z.strictObject({ ...rowPage, unread: z.enum(['true', 'false']).optional().transform((text) => text === 'true') })
export const inboxReadUpTo = z.strictObject({ upTo: z.string().regex(/^[1-9]\d{0,17}$/, 'expected the id of a notice') })
export const inboxUnread = z.object({ unread: z.int() })

const ways = { letter: noticeWay, deadline: noticeWay, progress: noticeWay, task: noticeWay, ownAct: noticeWay }
const bounce = z.object({ at: instant, reason: z.string() }).meta({ id: 'Bounce' })
export const noticePreferences = z.object({
  lang: language,
  /** The hour in Japan from which the day's mail goes out. */
  digestHour: z.int().min(0).max(23),
  ways: z.object(ways),
  /** What may be chosen for each kind: letters are always mailed at once. */
  choices: z.object({ letter: z.array(noticeWay), deadline: z.array(noticeWay), progress: z.array(noticeWay), task: z.array(noticeWay), ownAct: z.array(noticeWay) }),
  /** Where mails go, and why the last one did not arrive, if it did not. */
  address: z.object({ email: z.string(), bounce: bounce.nullable() }),
})
export type NoticePreferencesAnswer = z.output<typeof noticePreferences>
export const noticePreferencesChange = z.strictObject({
  lang: language.optional(), digestHour: z.int().min(0).max(23).optional(),
  ways: z.strictObject({ letter: z.literal('atOnce').optional(), deadline: z.enum(['atOnce', 'daily']).optional(), progress: noticeWay.optional(), task: noticeWay.optional(), ownAct: noticeWay.optional() }).optional(),
})

const caseNoticeShape = {
  id: z.string(), sentAt: instant, personId: uuid, name: z.string(), address: z.string(), lang: language, kind: noticeKind, template: z.string(), subject: z.string(),
  delivery: z.enum(['mailed', 'inDigest', 'waitsForDigest', 'inboxOnly', 'bounced']), readAt: instant.nullable(), bounce: bounce.nullable(),
}
export const caseNotice = z.object(caseNoticeShape).meta({ id: 'CaseNotice' })
export const caseNoticeWithText = z.object({ ...caseNoticeShape, text: z.string(), html: z.string() })
const pendingNotice = z.object({ template: z.string(), at: instant, state: z.enum(['waiting', 'failing', 'dead']), attempts: z.int(), error: z.string().nullable() }).meta({ id: 'PendingNotice' })
/** Another way to reach somebody: a newer address, an answer of the case's forms, or somebody else who applies in the case. */
const otherWay = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('address'), value: z.string() }),
  z.object({ kind: z.literal('answer'), form: z.string(), label, value: z.string() }),
  z.object({ kind: z.literal('person'), personId: uuid, name: z.string(), value: z.string() }),
]).meta({ id: 'OtherWay' })
const unreached = z.object({ personId: uuid, name: z.string(), address: z.string(), at: instant, reason: z.string(), otherWays: z.array(otherWay) }).meta({ id: 'UnreachedPerson' })
/** `pending` and `unreached` are of the whole case, on every page. */
export const caseNoticePage = z.object({ items: z.array(caseNotice), next: z.string().nullable(), pending: z.array(pendingNotice), unreached: z.array(unreached) })
export const caseNoticesQuery = z.strictObject(rowPage)

export const unreachedInCase = z.object({ caseId: uuid, programme: z.string(), caseTitle: z.string(), personId: uuid, name: z.string(), address: z.string(), at: instant, reason: z.string() }).meta({ id: 'UnreachedInCase' })
export const unreachedList = z.object({ items: z.array(unreachedInCase) })
