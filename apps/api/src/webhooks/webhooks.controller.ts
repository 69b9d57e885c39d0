import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res, UseGuards } from '@nestjs/common'
import { ApiAcceptedResponse, ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger'
import type { Page } from '@saitaku/applications'
import type { Label, WebhookDeliveryView, WebhookSecret, WebhookView } from '@saitaku/contracts'
import { Engine } from '@saitaku/engine'
import { AddressRefused, eventTypesOf, Webhooks, type EventType } from '@saitaku/webhooks'
import type { FastifyReply } from 'fastify'
import { CaseParam } from '../described.js'
import { CurrentPerson, type Person } from '../identity.js'
import { badInput, HttpProblem, notFound } from '../problems.js'
import { RowIdPipe } from '../requests.js'
import { AdministratorsGuard } from './administrators.guard.js'
import {
  DeliveriesQueryDto, EventTypesQueryDto, NewWebhookDto, WebhookChangeDto, WebhookDeliveryDto, WebhookDeliveryPageDto, WebhookDto, WebhookEventTypesDto, WebhookListDto, WebhookSecretDto, WebhooksQueryDto,
} from './answers.js'
import { deliveryView, webhookView } from './webhook-views.js'
import { WebhookIdPipe } from './webhook-id.pipe.js'

const ADDRESS_REASONS: Record<AddressRefused['code'], Label> = {
  url: { ja: '送信先のURLとして読めません', en: 'It is no address of a receiver' },
  scheme: { ja: '送信先は https:// で始まる必要があります', en: 'The address must begin with https://' },
  private: { ja: '送信先が外部に公開されていないアドレスです', en: 'The host has an address that is not public' },
  unknownHost: { ja: '送信先のホストが見つかりません', en: 'The host is not known' },
}

/** Other systems that are told of changes of public status: administrators decide which. */
@ApiTags('webhooks')
@UseGuards(AdministratorsGuard)
@Controller('api/v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly engine: Engine,
    private readonly webhooks: Webhooks,
  ) {}

  @ApiOperation({ summary: 'Who is told of what (administrators)' })
  @ApiOkResponse({ type: WebhookListDto.Output })
  @Get()
  async list(@Query() { programme }: WebhooksQueryDto): Promise<{ items: WebhookView[] }> {
    return { items: (await this.webhooks.list(programme)).map(webhookView) }
  }

  @ApiOperation({ summary: 'Everything of a programme that a webhook can be told (administrators)' })
  @ApiOkResponse({ type: WebhookEventTypesDto.Output })
  @Get('event-types')
  async eventTypes(@Query() { programme }: EventTypesQueryDto): Promise<{ items: EventType[] }> {
    return { items: await this.typesOf(programme) }
  }

  @ApiOperation({ summary: 'Tell a receiver of changes of public status (administrators)', description: 'Messages are signed as Standard Webhooks has it. The secret is in this answer and in none after it.' })
  @ApiCreatedResponse({ type: WebhookSecretDto.Output })
  @Post()
  async create(@CurrentPerson() person: Person, @Body() { programme, url, eventTypes, description }: NewWebhookDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<WebhookSecret> {
    await this.mustBeKnown(programme, eventTypes)
    const { webhook, secret } = await reachable(() => this.webhooks.create({ programme, url, eventTypes: [...new Set(eventTypes)], description, personId: person.personId }))
    void reply.header('location', `/api/v1/webhooks/${webhook.id}`)
    return { ...webhookView(webhook), secret }
  }

  @ApiOperation({ summary: 'One webhook (administrators)' })
  @ApiOkResponse({ type: WebhookDto.Output })
  @CaseParam()
  @Get(':id')
  async read(@Param('id', WebhookIdPipe) id: string): Promise<WebhookView> {
    return webhookView(found(await this.webhooks.find(id)))
  }

  @ApiOperation({ summary: 'Change a webhook, or switch it off and on (administrators)' })
  @ApiOkResponse({ type: WebhookDto.Output })
  @CaseParam()
  @Patch(':id')
  async change(@Param('id', WebhookIdPipe) id: string, @Body() change: WebhookChangeDto): Promise<WebhookView> {
    const { programme } = found(await this.webhooks.find(id))
    if (change.eventTypes) await this.mustBeKnown(programme, change.eventTypes)
    return webhookView(found(await reachable(() => this.webhooks.change(id, change))))
  }

  @ApiOperation({ summary: 'Remove a webhook and its log (administrators)' })
  @ApiNoContentResponse()
  @CaseParam()
  @HttpCode(204)
  @Delete(':id')
  async remove(@Param('id', WebhookIdPipe) id: string): Promise<void> {
    if (!(await this.webhooks.remove(id))) throw unknownWebhook()
  }

  @ApiOperation({ summary: 'Make a new secret (administrators)', description: 'For a day messages are signed by the new and the former one. The new one is in this answer and in none after it.' })
  @ApiCreatedResponse({ type: WebhookSecretDto.Output })
  @CaseParam()
  @Post(':id/secret')
  async rotate(@Param('id', WebhookIdPipe) id: string): Promise<WebhookSecret> {
    const { webhook, secret } = found(await this.webhooks.rotate(id))
    return { ...webhookView(webhook), secret }
  }

  @ApiOperation({ summary: 'Send a message that says nothing, to try the receiver (administrators)' })
  @ApiAcceptedResponse({ type: WebhookDeliveryDto.Output })
  @CaseParam()
  @HttpCode(202)
  @Post(':id/test')
  async test(@Param('id', WebhookIdPipe) id: string): Promise<WebhookDeliveryView> {
    return deliveryView(found(await this.webhooks.test(id)))
  }

  @ApiOperation({ summary: 'What was sent and how it went, newest first (administrators)' })
  @ApiOkResponse({ type: WebhookDeliveryPageDto.Output })
  @CaseParam()
  @Get(':id/deliveries')
  async deliveries(@Param('id', WebhookIdPipe) id: string, @Query() { limit, after }: DeliveriesQueryDto): Promise<Page<WebhookDeliveryView>> {
    found(await this.webhooks.find(id))
    const rows = await this.webhooks.deliveries(id, limit + 1, after)
    const shown = rows.slice(0, limit)
    return { items: shown.map(deliveryView), next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null }
  }

  @ApiOperation({ summary: 'Send a message again, the same one under the same id (administrators)' })
  @ApiAcceptedResponse({ type: WebhookDeliveryDto.Output })
  @CaseParam()
  @ApiParam({ name: 'delivery', schema: { type: 'string', pattern: '^[1-9]\\d{0,17}$' } })
  @HttpCode(202)
  @Post(':id/deliveries/:delivery/resend')
  async resend(@Param('id', WebhookIdPipe) id: string, @Param('delivery', RowIdPipe) delivery: string): Promise<WebhookDeliveryView> {
    return deliveryView(found(await this.webhooks.resend(id, delivery)))
  }

  private async typesOf(programme: string): Promise<EventType[]> {
    const version = await this.engine.programmes.newest(programme)
    if (!version) throw notFound('制度が見つかりません', 'There is no such programme')
    return eventTypesOf(version.compiled.definition)
  }

  private async mustBeKnown(programme: string, wanted: readonly string[]): Promise<void> {
    const known = new Set((await this.typesOf(programme)).map(({ type }) => type))
    const unknown = wanted.map((type, index) => ({ type, index })).filter(({ type }) => !known.has(type))
    if (unknown.length > 0)
      throw badInput('この制度にない種類です', 'The programme has no such type', unknown.map(({ type, index }) => ({ pointer: `/eventTypes/${index}`, detail: `${type} is none of: ${[...known].join(', ')}` })), 422)
  }
}

const unknownWebhook = (): HttpProblem => notFound('Webhookが見つかりません', 'There is no such webhook')

function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw unknownWebhook()
  return thing
}

/** An address that messages must not go to is the request's mistake. */
async function reachable<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof AddressRefused)) throw error
    const reason = ADDRESS_REASONS[error.code]
    throw badInput(reason.ja, reason.en, [{ pointer: '/url', detail: reason.en, message: reason }], 422)
  }
}
