import { attachmentView, documentList, documentQuery } from '@saitaku/contracts'
import { createZodDto } from 'nestjs-zod'

export class AttachmentDto extends createZodDto(attachmentView) {}
export class DocumentListDto extends createZodDto(documentList) {}
export class DocumentQueryDto extends createZodDto(documentQuery) {}
