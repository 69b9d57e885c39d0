import { z } from 'zod'
import { formsFile } from '@saitaku/forms'
import { rubricFile } from '@saitaku/review'

/**
 * The grammar of a programme (制度). XState's words keep XState's meaning; the rest is the domain's.
 * One schema serves the loader, the checker, the publisher and, as JSON Schema, the editors.
 */

/** Words that CEL keeps for itself; an id that is one of them could never be read in an expression. */
export const RESERVED_WORDS = new Set([
  'as', 'break', 'const', 'continue', 'else', 'false', 'for', 'function', 'if', 'import', 'in', 'let', 'loop',
  'namespace', 'null', 'package', 'return', 'true', 'var', 'void', 'while',
])

/** The semantic classes the engine knows. Meaning is carried by these alone, never by a state's name. */
export const PHASES = ['preparing', 'submitted', 'screened', 'judged', 'adopted', 'closed'] as const
export const TAGS = [
  ...PHASES,
  'open', // a call that takes applications while its closesAt has not passed
  'resting', // waiting here is right: no timer and no actor is needed
  'embargoed', // decided, and not to be seen outside the office until published
  'inForce', // a registration, certification or membership that counts as valid
  'decided.adopted', 'decided.conditional', 'decided.reserve', 'decided.notAdopted',
] as const
export type Phase = (typeof PHASES)[number]
export type Tag = (typeof TAGS)[number]

/** Names that expressions may start from; charts and later forms add their own. */
export const ROOTS = ['event', 'now', 'case', 'form', 'organisation', 'review', 'facts', 'params', 'amounts', 'fiscalYear'] as const

export const id = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]*$/, 'an id is lower camel case: a-z first, then letters and digits')
  .refine((name) => !RESERVED_WORDS.has(name), 'this word is reserved in expressions; choose another id')
/** Names of states, events, deadlines and roles: never read in an expression, so `return` may be an event. */
export const name = z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a name is lower camel case: a-z first, then letters and digits')
const templateName = z.string().regex(/^[a-z][a-z0-9-]*$/, 'a template is named in lower case with hyphens')
const expression = z.string().min(1)
const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]).transform((v) => (Array.isArray(v) ? v : [v]) as z.output<T>[])
export const isoDuration = z.string().regex(/^P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/, 'a duration is written as in ISO 8601, such as P10D or PT48H')
export const label = z.strictObject({ ja: z.string().min(1), en: z.string().min(1) })
export type Label = z.output<typeof label>

/** Types of attributes, parameters and what an event asks for. `yen` is whole yen; `outcomes` maps child ids to events. */
export const VALUE_TYPES = ['string', 'int', 'yen', 'bool', 'fraction', 'timestamp', 'date', 'duration', 'strings', 'remarks', 'outcomes'] as const
export type ValueType = (typeof VALUE_TYPES)[number]
const valueType = z.enum(VALUE_TYPES)

const notify = z.strictObject({ template: templateName, to: oneOrMore(name), attach: templateName.optional() })
const send = {
  event: name.optional(),
  chart: id.optional(),
  inPhase: z.enum(PHASES).optional(),
  inTag: z.enum(TAGS).optional(),
}

/** What a transition makes happen. Each is data; the engine's registry holds the handler of the same name. */
export const effect = z.union([
  z.strictObject({ notify }),
  z.strictObject({ issueDocument: z.strictObject({ template: templateName, number: id.optional() }) }),
  z.strictObject({ assignNumber: id }),
  z.strictObject({ set: z.record(id, expression) }),
  z.strictObject({
    sendToChildren: z.strictObject({
      ...send,
      eventFrom: id.optional(), // an attribute of type `outcomes`: child id → { event, data }
      orderBy: id.optional(), // an attribute of the children, ascending
      limit: z.number().int().positive().optional(),
    }),
  }),
  z.strictObject({ sendToParent: name }),
  z.strictObject({ sendToOrganisation: z.strictObject({ programme: z.string(), chart: id, event: name }) }),
])
export type Effect = z.output<typeof effect>
const effects = z.array(effect)

const guardClause = z.strictObject({ if: expression, else: label.optional() })
export type GuardClause = z.output<typeof guardClause>
const asked = z.strictObject({ type: valueType, label: label.optional(), optional: z.boolean().optional() })

/** Paths into an event's data (`reason`, `checklist.eligibility`) or `form.<name>`: that form must be complete. */
const requirement = z.string().regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/)

export const transition = z.strictObject({
  target: z.string().optional(),
  reenter: z.boolean().optional(),
  by: z.array(name).min(1).optional(),
  separateFrom: z.array(name).optional(),
  requires: z.array(requirement).optional(),
  asks: z.record(id, asked).optional(),
  guard: oneOrMore(guardClause).optional(),
  approvals: id.optional(),
  confirm: z.boolean().optional(),
  set: z.record(id, expression).optional(),
  do: effects.optional(),
})
export type Transition = z.output<typeof transition>
const shorthand = z.union([z.string().transform((target): Transition => ({ target })), transition])
const transitions = z.union([shorthand.transform((t) => [t]), z.array(shorthand).min(1)])

export interface StateNode {
  id?: string
  label?: Label
  description?: Label
  publicStatus?: string
  turn?: string
  tags?: Tag[]
  type?: 'parallel' | 'final' | 'history'
  history?: 'shallow' | 'deep'
  target?: string
  initial?: string
  states?: Record<string, StateNode>
  entry?: Effect[]
  exit?: Effect[]
  on?: Record<string, Transition[]>
  always?: Transition[]
  after?: Record<string, Transition[]>
  onDone?: Transition[]
}
const stateShape = {
  id: name.optional(),
  label: label.optional(),
  description: label.optional(),
  publicStatus: id.optional(),
  turn: name.optional(),
  tags: z.array(z.enum(TAGS)).optional(),
  type: z.enum(['parallel', 'final', 'history']).optional(),
  history: z.enum(['shallow', 'deep']).optional(),
  target: z.string().optional(),
  initial: name.optional(),
  entry: effects.optional(),
  exit: effects.optional(),
  on: z.record(name, transitions).optional(),
  always: transitions.optional(),
  after: z.record(name, transitions).optional(),
  onDone: transitions.optional(),
}
export const stateNode: z.ZodType<StateNode> = z.strictObject({
  ...stateShape,
  get states() {
    return z.record(name, stateNode).optional()
  },
})

export interface Chart extends StateNode {
  /** The chart whose cases hold these: an application belongs to a call. */
  childOf?: string
  title?: Label
  /** The form that an applicant fills in for a case of this chart. */
  form?: string
  /** What the office keeps of a case, typed; `set` writes it, expressions read it as `case.x`. */
  attributes?: Record<string, { type: ValueType; label?: Label }>
}
export const chart: z.ZodType<Chart> = z.strictObject({
  ...stateShape,
  childOf: id.optional(),
  title: label.optional(),
  form: id.optional(),
  attributes: z.record(id, z.strictObject({ type: valueType, label: label.optional() })).optional(),
  get states() {
    return z.record(name, stateNode).optional()
  },
})

const deadline = z
  .strictObject({
    at: expression.optional(), // an instant
    after: z.string().optional(), // P10D, or params.x of type duration
    calendar: z.enum(['calendar', 'business']).optional(),
    firstDayCounts: z.boolean().optional(), // 初日算入; the default is 初日不算入
    time: z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/).optional(), // of the last day; without it the whole day counts
    from: z.enum(['entry', 'due']).optional(), // `due`: count from the instant the timer that led here was due
    extendable: z.boolean().optional(),
    label: label.optional(),
    remind: z.strictObject({ before: z.array(isoDuration).min(1), template: templateName, to: oneOrMore(name) }).optional(),
  })
  .refine((d) => (d.at === undefined) !== (d.after === undefined), 'a deadline says either `at` or `after`')
export type Deadline = z.output<typeof deadline>

const countOf = { chart: id, inPhase: z.enum(PHASES).optional(), inTag: z.enum(TAGS).optional() }
/** Facts that the engine loads beside the case, named by the programme. */
export const factDeclaration = z.union([
  z.strictObject({ children: z.strictObject(countOf) }), // int: children of this case
  z.strictObject({ membership: z.array(z.string()).min(1) }), // bool: the organisation has a case in force in one of these programmes
  z.strictObject({ others: z.strictObject({ ...countOf, sameCall: z.boolean().optional() }) }), // int: other cases of this organisation in this programme
])
export type FactDeclaration = z.output<typeof factDeclaration>

export const PARAM_TYPES = ['string', 'int', 'yen', 'bool', 'fraction', 'duration'] as const
const param = z.strictObject({ type: z.enum(PARAM_TYPES), value: z.union([z.string(), z.number(), z.boolean()]), label: label.optional() })

export const programmeFile = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: label,
  description: label.optional(),
  fiscalYear: z.strictObject({ startsOn: z.string().regex(/^\d\d-\d\d$/) }).default({ startsOn: '04-01' }),
  roles: z.record(name, z.strictObject({ ja: z.string(), en: z.string(), sees: z.array(id).optional() })),
  events: z.record(name, label).default({}),
  approvals: z
    .record(
      id,
      z.strictObject({
        amount: expression.optional(),
        tiers: z.array(z.strictObject({ upTo: z.number().int().positive().optional(), steps: z.array(name).min(1) })).min(1),
        notify: templateName.optional(), // sent to the role of the next step
      }),
    )
    .default({}),
  numbers: z
    .record(id, z.strictObject({ format: z.string().regex(/\{seq(:\d)?\}/, 'a number needs {seq}'), per: z.array(z.enum(['programme', 'office', 'fiscalYear'])).min(1) }))
    .default({}),
  params: z.record(id, param).default({}),
  facts: z.record(id, factDeclaration).default({}),
  publicStatuses: z.record(id, z.strictObject({ ja: z.string(), en: z.string(), step: z.number().int().optional(), explain: label.optional() })).default({}),
  charts: z.record(id, chart),
  deadlines: z.record(name, deadline).default({}),
  amounts: z.record(id, expression).default({}),
})
export type ProgrammeFile = z.output<typeof programmeFile>

/** A mail or letter: a Liquid template for each language. */
export interface Notice {
  subject: string
  body: string
}

/**
 * A whole programme as published: pure JSON, canonicalised and hashed. `notices` come from
 * `notices/<template>.<lang>.md`, `forms` from form.yaml, `rubric` from rubric.yaml.
 */
export interface ProgrammeDefinition extends ProgrammeFile {
  forms: z.output<typeof formsFile>['forms']
  rubric: z.output<typeof rubricFile> | null
  notices: Record<string, Partial<Record<'ja' | 'en', Notice>>>
}

/** JSON Schema of programme.yaml, for editors. */
export function programmeJsonSchema(): object {
  return z.toJSONSchema(programmeFile, { io: 'input', unrepresentable: 'any' })
}
