import { AttachmentEntity } from './attachment.entity.js'

/** The tables that this lib writes. */
export const FILES_ENTITIES = [AttachmentEntity]
