import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { markRead, readMessages, writeMessage, type Page } from '@saitaku/applications'
import { message, messagesQuery, newMessage, pageOf, readMark, type Message } from '@saitaku/contracts'
import { Database } from '@saitaku/database'
import { createZodDto } from 'nestjs-zod'
import { z } from 'zod'
import { CaseParam, TakesKey } from './described.js'
import { CurrentPerson, type Person } from './identity.js'
import { CaseIdPipe, WriteConditions, type Conditions } from './requests.js'
import { must, SeenCases } from './seen-cases.js'

class MessagePageDto extends createZodDto(pageOf(message)) {}
class MessageIdDto extends createZodDto(z.object({ id: z.string() })) {}
class MessagesQueryDto extends createZodDto(messagesQuery) {}
class NewMessageDto extends createZodDto(newMessage) {}
class ReadMarkDto extends createZodDto(readMark) {}

@ApiTags('messages')
@Controller('api/v1/applications/:id/messages')
export class MessagesController {
  constructor(
    private readonly database: Database,
    private readonly cases: SeenCases,
  ) {}

  @ApiOperation({ summary: 'Messages between the applicant and the office, oldest first; to the office its notes too' })
  @ApiOkResponse({ type: MessagePageDto.Output })
  @CaseParam()
  @Get()
  async list(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Query() query: MessagesQueryDto): Promise<Page<Message>> {
    return readMessages(this.database, await this.cases.application(person, id, 'readMessages'), person.personId, query)
  }

  @ApiOperation({ summary: 'Write a message, or (office) a note to oneself and colleagues' })
  @TakesKey()
  @ApiCreatedResponse({ type: MessageIdDto.Output })
  @CaseParam()
  @Post()
  async write(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() { body, note }: NewMessageDto, @WriteConditions() { key }: Conditions): Promise<{ id: string }> {
    const seen = await this.cases.application(person, id, 'readMessages')
    must(seen.capacities, note ? 'writeOfficeNote' : 'writeMessage')
    const side = note ? 'note' : seen.sight === 'own' ? 'applicant' : 'office'
    return { id: await writeMessage(this.database, seen.id, { authorId: person.personId, side, body, key }) }
  }

  @ApiOperation({ summary: 'Note that one has read up to a message' })
  @ApiNoContentResponse()
  @CaseParam()
  @HttpCode(204)
  @Put('read')
  async read(@CurrentPerson() person: Person, @Param('id', CaseIdPipe) id: string, @Body() { upTo }: ReadMarkDto): Promise<void> {
    await markRead(this.database, (await this.cases.application(person, id, 'readMessages')).id, person.personId, upTo)
  }
}
