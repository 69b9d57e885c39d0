import { Record1700000000001 } from './0001-record.js'
import { Identity1700000000002 } from './0002-identity.js'
import { Files1700000000003 } from './0003-files.js'
import { Committee1700000000004 } from './0004-committee.js'
import { IdentityMailbox1700000000005 } from './0005-identity-mailbox.js'
import { Notices1700000000006 } from './0006-notices.js'
import { Webhooks1700000000007 } from './0007-webhooks.js'
import { Applications1700000000008 } from './0008-applications.js'
import { BouncedNotices1700000000009 } from './0009-bounced-notices.js'

/** In the order in which they run. One that has landed is never changed; a new one follows it. */
export const migrations = [Record1700000000001, Identity1700000000002, Files1700000000003, Committee1700000000004, IdentityMailbox1700000000005, Notices1700000000006, Webhooks1700000000007, Applications1700000000008, BouncedNotices1700000000009]
