import { z } from 'zod'
import { availableEvent } from './case.js'
import { instant, jsonObject, label, line, name, programmeName, uuid } from './primitives.js'
import { casePage } from './page.js'

/** Begins a call of the newest version of a programme. `attributes` are those the chart declares (closesAt, budget, …). */
export const newCall = z
  .strictObject({ programme: programmeName, chart: name.default('call'), title: line(200), attributes: jsonObject.default({}) })
export type NewCall = z.output<typeof newCall>

export const callsQuery = z.strictObject({ ...casePage, programme: programmeName.optional(), open: z.enum(['true', 'false']).optional() })
export type CallsQuery = z.output<typeof callsQuery>

/** A call as anyone sees it. */
export const callItem = z.object({
  id: uuid, programme: z.string(), programmeTitle: label, chart: z.string(), title: z.string(), publicStatus: z.string().nullable(), publicStatusLabel: label.nullable(),
  /** Whether it takes applications at this instant. */
  open: z.boolean(),
  closesAt: instant.nullable(), opensAt: instant.nullable(),
}).meta({ id: 'CallItem' })
export type CallItem = z.output<typeof callItem>

export const callView = callItem
  .extend({
    /** The programme's version that it and its applications run on. */
    programmeVersion: z.int(),
    /** The charts of which applications may be begun here, each with the form they begin with. */
    applicationCharts: z.array(z.object({ chart: z.string(), title: label.nullable(), form: z.string().nullable() })),
    office: z
      .object({
        version: z.int(), states: z.array(z.string()), attributes: jsonObject, availableEvents: z.array(availableEvent),
        /** How many applications stand in each phase. */
        phases: z.record(z.string(), z.int()),
      })
      .optional(),
  })
  .meta({ id: 'Call' })
export type CallView = z.output<typeof callView>
