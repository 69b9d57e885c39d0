import { hides, shownAnswers } from '@saitaku/access'
import { formatInstant, tokyoInstant } from '@saitaku/calendar'
import type { ApplicationView, AvailableEvent, CallView, CaseAsOf, CaseView, FormView, NextDeadline, OfficeFields } from '@saitaku/contracts'
import type { Row } from '@saitaku/database'
import type { Engine } from '@saitaku/engine'
import { evaluateForm } from '@saitaku/forms'
import { availableEvents, type CompiledChart, type Json, type JsonObject } from '@saitaku/statechart'
import { CaseFacts } from './case-facts.js'
import { CaseHistory } from './case-history.js'
import { latestRevisionsOf, type FormRevision } from './form-revision.js'
import { GroupedReads } from './grouped-reads.js'
import { openFields, type OpenFields } from './open-fields.js'
import type { SeenCase, Sight } from './sight.js'

/** What a person may see of a case, as they see it. Everything shown to a person passes here or through the lists. */
export class CaseViews {
  readonly history: CaseHistory
  private readonly facts: CaseFacts
  private readonly surroundings = new GroupedReads<string, Beside>((ids) => this.readBeside(ids))
  private readonly revisions: GroupedReads<string, Map<string, FormRevision>>

  constructor(private readonly engine: Engine) {
    this.revisions = new GroupedReads((ids) => latestRevisionsOf(engine.database, ids))
    this.history = new CaseHistory(engine)
    this.facts = new CaseFacts(engine.database, engine.registry)
  }

  async case(seen: SeenCase, personId: string | null): Promise<CaseView> {
    const chart = await this.chart(seen)
    const [events, beside] = await Promise.all([this.available(seen, chart, personId), this.beside(seen)])
    const view: CaseView = {
      id: seen.id, programme: seen.programme, chart: seen.chart, title: shownTitle(seen), number: seen.number, parentId: seen.parentId, programmeVersion: beside.programmeVersion,
      publicStatus: seen.publicStatus, publicStatusLabel: publicStatusLabel(chart, seen.publicStatus), turn: shownTurn(seen), done: seen.done,
      availableEvents: events, nextDeadline: shownDeadline(chart, seen, beside.deadline), createdAt: formatInstant(seen.createdAt),
    }
    return seen.sight === 'office' ? { ...view, office: officeFields(chart, seen, beside) } : view
  }

  async application(seen: SeenCase, personId: string | null): Promise<ApplicationView> {
    const [view, chart, revisions] = await Promise.all([this.case(seen, personId), this.chart(seen), this.revisionsOf(seen)])
    const main = chart.chart.form
    if (!seen.parts.has('answers')) return { ...view, form: null, forms: [], remarks: null }
    const shown = (name: string): FormView => shownForm(seen, formView(chart, name, revisions.get(name), openFields(chart, seen, name, seen.formRoles)))
    const later = Object.keys(chart.definition.forms).filter((name) => name !== main).map(shown).filter((form) => form.revision > 0 || form.open !== 'none')
    const { remarks } = seen.state
    return {
      ...view,
      form: main === undefined ? null : shown(main),
      forms: later,
      remarks: remarks && seen.parts.has('remarks') ? { at: formatInstant(new Date(remarks.at)), items: remarks.items.map(shownRemark) } : null,
    }
  }

  /** Undefined where the programme has no form of that name, or the chart no form of its own. */
  async form(seen: SeenCase, name?: string): Promise<FormView | undefined> {
    const chart = await this.chart(seen)
    const wanted = name ?? chart.chart.form
    if (!seen.parts.has('answers') || wanted === undefined || !Object.hasOwn(chart.definition.forms, wanted)) return undefined
    const revisions = await this.revisionsOf(seen)
    return shownForm(seen, formView(chart, wanted, revisions.get(wanted), openFields(chart, seen, wanted, seen.formRoles)))
  }

  async call(seen: SeenCase, personId: string | null): Promise<CallView> {
    const chart = await this.chart(seen)
    const children = Object.entries(chart.definition.charts).filter(([, child]) => child.childOf === seen.chart)
    const view: CallView = {
      ...callItem(chart, seen), programmeVersion: (await this.beside(seen)).programmeVersion,
      applicationCharts: children.map(([name, child]) => ({ chart: name, title: child.title ?? null, form: child.form ?? null })),
    }
    if (seen.sight !== 'office') return view
    const [events, phases] = await Promise.all([this.available(seen, chart, personId), this.phases(seen)])
    return { ...view, office: { version: seen.version, states: seen.states, attributes: seen.parts.has('attributes') ? seen.state.attributes : {}, availableEvents: events, phases } }
  }

  /** Undefined before the case began. */
  async asOf(seen: SeenCase, instant: Date): Promise<CaseAsOf | undefined> {
    const moment = await this.history.at(seen, instant)
    if (!moment) return undefined
    const { event, state, view } = moment
    const known: CaseAsOf = {
      id: seen.id, programme: seen.programme, chart: seen.chart, title: shownTitle(seen), number: seen.number, parentId: seen.parentId,
      asOf: formatInstant(instant), publicStatus: view.publicStatus, turn: shownTurn({ ...view, sight: seen.sight }), done: view.done,
    }
    return seen.sight === 'office' ? { ...known, version: event.seq, states: view.states, attributes: seen.parts.has('attributes') ? state.attributes : {} } : { ...known, number: null }
  }

  private async revisionsOf(seen: SeenCase): Promise<Map<string, FormRevision>> {
    return (await this.revisions.read(seen.id)) ?? new Map<string, FormRevision>()
  }

  async chart(seen: Pick<SeenCase, 'versionId' | 'chart'>): Promise<CompiledChart> {
    const { compiled } = await this.engine.programmes.get(seen.versionId)
    const chart = compiled.charts.get(seen.chart)
    if (!chart) throw new Error(`Programme version ${seen.versionId} has no chart ${seen.chart}`)
    return chart
  }

  private async available(seen: SeenCase, chart: CompiledChart, personId: string | null): Promise<AvailableEvent[]> {
    if (seen.done || seen.roles.length === 0) return []
    const actor = { id: personId, roles: seen.roles }
    const events = await this.facts.reading(seen.id, chart, (facts) => availableEvents(chart, seen.state, actor, facts, seen.now))
    return events.map(({ type, asks, requires, confirm, blocked }) => {
      const label = chart.definition.events[type]
      return { type, ...(label ? { label } : {}), asks, requires, confirm, ...(blocked ? { blocked } : {}) }
    })
  }

  private async beside(seen: SeenCase): Promise<Beside> {
    const row = await this.surroundings.read(seen.id)
    if (!row) throw new Error(`Case ${seen.id} has gone`)
    return row
  }

  private async readBeside(ids: readonly string[]): Promise<(Beside | undefined)[]> {
    const rows = await this.engine.database.query<Beside & Row>(
      `SELECT c.id, (SELECT jsonb_build_object('name', t.deadline, 'dueAt', t.due_at) FROM timer t
          WHERE t.case_id = c.id AND t.due_at IS NOT NULL AND strpos(t.deadline, '~') = 0 ORDER BY t.due_at LIMIT 1) AS deadline,
        (SELECT jsonb_build_object('id', o.id, 'name', o.name) FROM organisation o WHERE o.id = c.organisation_id) AS organisation,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('personId', p.person_id, 'role', p.role, 'name', q.name) ORDER BY p.role, q.name, q.id), '[]')
           FROM case_party p JOIN person q ON q.id = p.person_id WHERE p.case_id = c.id) AS parties,
        (SELECT v.number FROM programme_version v WHERE v.id = c.version_id) AS "programmeVersion"
       FROM cases c WHERE c.id = ANY ($1::uuid[])`,
      [ids],
    )
    const found = new Map(rows.map((row) => [row.id as string, row]))
    return ids.map((id) => found.get(id))
  }

  private async phases(seen: SeenCase): Promise<Record<string, number>> {
    const rows = await this.engine.database.query<{ phase: string | null; n: number }>('SELECT phase, count(*)::int AS n FROM cases WHERE parent_id = $1 GROUP BY phase ORDER BY phase', [seen.id])
    return Object.fromEntries(rows.map(({ phase, n }) => [phase ?? '', n]))
  }
}

interface Beside {
  deadline: { name: string; dueAt: string } | null
  organisation: { id: string; name: string } | null
  parties: { personId: string; role: string; name: string }[]
  programmeVersion: number
}

/** Outside the office, whose turn it is says no more than whether it is one's own: several internal turns share a public status. */
export function shownTurn({ sight, turn, done }: { sight: Sight; turn: string | null; done: boolean }): string | null {
  if (sight === 'office') return turn
  if (done) return 'nobody'
  return turn === 'applicant' ? 'applicant' : 'office'
}

/** The office's own deadlines are not for others: they would tell its states apart. */
export function shownDeadline(chart: CompiledChart, seen: { sight: Sight; turn: string | null }, deadline: { name: string; dueAt: string } | null): NextDeadline | null {
  if (!deadline || (seen.sight !== 'office' && seen.turn !== 'applicant')) return null
  const label = chart.deadlines.get(deadline.name)?.label
  return { name: deadline.name, ...(label ? { label } : {}), dueAt: formatInstant(new Date(deadline.dueAt)) }
}

export function publicStatusLabel(chart: CompiledChart, status: string | null): { ja: string; en: string } | null {
  const known = status === null ? undefined : chart.definition.publicStatuses[status]
  return known ? { ja: known.ja, en: known.en } : null
}

function officeFields(chart: CompiledChart, seen: SeenCase, { organisation, parties, programmeVersion }: Beside): OfficeFields {
  const nodes = new Map([...chart.nodes.values()].map((node) => [node.place, node.node.label]))
  return {
    version: seen.version, programmeVersion, phase: seen.phase, tags: seen.tags, attributes: seen.parts.has('attributes') ? seen.state.attributes : {}, approvals: seen.parts.has('approvals') ? seen.state.approvals : {},
    organisation: seen.parts.has('organisation') ? organisation : null, parties: seen.parts.has('parties') ? parties : [],
    movedAt: formatInstant(seen.movedAt),
    states: seen.states.map((name) => {
      const label = nodes.get(name)
      return { name, ...(label ? { label } : {}) }
    }),
  }
}

/** A title may name who applied. */
const shownTitle = ({ parts, title }: SeenCase): string => (parts.has('title') ? title : '')

/** A form without the fields that only others see; the hash of all of it would let who sees a part guess at the rest. */
export function shownForm({ restricted, shownFields }: Pick<SeenCase, 'restricted' | 'shownFields'>, form: FormView): FormView {
  const hidden = (name: string): boolean => hides(name, restricted, shownFields)
  if (shownFields === 'all' || ![...Object.keys(form.answers), ...form.missing].some(hidden)) return form
  return {
    ...form, answers: shownAnswers(form.answers, restricted, shownFields), computed: shownAnswers(form.computed, restricted, shownFields), missing: form.missing.filter((name) => !hidden(name)),
    problems: form.problems.filter(({ field }) => !hidden(field)), open: Array.isArray(form.open) ? form.open.filter((name) => !hidden(name)) : form.open, hash: null,
  }
}

function shownRemark(item: Json): { field?: string; text: string } {
  const { field, text } = item as { field?: string; text: string }
  return field === undefined ? { text } : { field, text }
}

/** A form as last saved, read again by its definition: what is missing, what is wrong, what may be changed. */
export function formView(chart: CompiledChart, name: string, saved: FormRevision | undefined, open: OpenFields): FormView {
  const definition = chart.definition.forms[name]
  if (!definition) throw new Error(`${chart.definition.name} has no form ${name}`)
  const answers = saved?.answers ?? {}
  const { complete, missing, problems, values } = evaluateForm(definition, answers)
  return {
    name, revision: saved?.revision ?? 0, answers, computed: values, complete, missing, open,
    problems: problems.map(({ field, path, code, severity, message }) => ({ field, pointer: pointerOf(path), code, severity, message })),
    savedAt: saved ? formatInstant(saved.at) : null, hash: saved?.hash ?? null,
  }
}

const pointerOf = (path: readonly (string | number)[]): string => path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

type CallRow = Pick<SeenCase, 'id' | 'programme' | 'chart' | 'title' | 'publicStatus' | 'tags' | 'now'> & { state: { attributes: JsonObject } }

export function callItem(chart: CompiledChart, call: CallRow): Omit<CallView, 'applicationCharts' | 'office' | 'programmeVersion'> {
  const { attributes } = call.state
  const closesAt = instantOf(attributes.closesAt)
  return {
    id: call.id, programme: call.programme, programmeTitle: chart.definition.title, chart: call.chart, title: call.title,
    publicStatus: call.publicStatus, publicStatusLabel: publicStatusLabel(chart, call.publicStatus),
    open: takesApplications(call), closesAt: closesAt && formatInstant(closesAt), opensAt: formatted(attributes.opensAt),
  }
}

/** Judged by the instant and not by the state alone: a worker that is down lets nobody in late. */
export function takesApplications({ tags, state, now }: Pick<CallRow, 'tags' | 'state' | 'now'>): boolean {
  const closesAt = instantOf(state.attributes.closesAt)
  return tags.includes('open') && (closesAt === null || now < closesAt)
}

function instantOf(value: Json | undefined): Date | null {
  if (typeof value !== 'string') return null
  try {
    return tokyoInstant(value)
  } catch {
    return null // an attribute of that name need not be an instant in every programme
  }
}

const formatted = (value: Json | undefined): string | null => {
  const instant = instantOf(value)
  return instant && formatInstant(instant)
}
