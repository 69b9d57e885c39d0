import { DocumentEntity } from './document.entity.js'
import { NoticeEntity } from './notice.entity.js'

/** The tables that this lib writes. */
export const NOTICES_ENTITIES = [NoticeEntity, DocumentEntity]
