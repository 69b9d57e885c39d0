import { DocumentEntity } from './document.entity.js'
import { NoticeDigestEntity } from './notice-digest.entity.js'
import { NoticePreferenceEntity } from './notice-preference.entity.js'
import { NoticeEntity } from './notice.entity.js'

/** The tables that this lib owns. */
export const NOTICES_ENTITIES = [NoticeEntity, NoticePreferenceEntity, NoticeDigestEntity, DocumentEntity]
