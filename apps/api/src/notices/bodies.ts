import * as contracts from '@saitaku/contracts'
import { ApiParam } from '@nestjs/swagger'
import { createZodDto } from 'nestjs-zod'

export class InboxQueryDto extends createZodDto(contracts.inboxQuery) {}
export class InboxReadUpToDto extends createZodDto(contracts.inboxReadUpTo) {}
export class InboxPageDto extends createZodDto(contracts.inboxPage) {}
export class InboxNoticeDto extends createZodDto(contracts.inboxNotice) {}
export class InboxUnreadDto extends createZodDto(contracts.inboxUnread) {}
export class NoticePreferencesDto extends createZodDto(contracts.noticePreferences) {}
export class NoticePreferencesChangeDto extends createZodDto(contracts.noticePreferencesChange) {}
export class CaseNoticesQueryDto extends createZodDto(contracts.caseNoticesQuery) {}
export class CaseNoticePageDto extends createZodDto(contracts.caseNoticePage) {}
export class CaseNoticeWithTextDto extends createZodDto(contracts.caseNoticeWithText) {}
export class UnreachedListDto extends createZodDto(contracts.unreachedList) {}

/** The number of a notice beside the id of its case. */
export const NoticeParam = (): MethodDecorator => ApiParam({ name: 'notice', schema: { type: 'string', pattern: '^[1-9]\\d{0,17}$' } })
