import { Defect, type OutboxRow } from '@saitaku/engine'
import type { Row, Tx } from '@saitaku/database'
import type { ProgrammeDefinition } from '@saitaku/statechart'
import { asDayEnd } from './filters.js'
import { Link } from './markdown.js'
import { NoticeTemplates, type Lang, type TemplateContext } from './templates.js'

type Attributes = Record<string, unknown>

export interface Person {
  id: string
  name: string
  email: string
  lang: Lang
  /** Applies in this case themself; anybody else is told as one of the office. */
  isApplicant: boolean
}

/** A case as its notices speak of it. */
export interface NoticeCase {
  id: string
  version: NoticeVersion
  chart: string
  title: string
  publicStatus: string | null
  attributes: Attributes
  parent: { chart: string; title: string; attributes: Attributes } | null
  organisation: { name: string; ward: string | null; kind: string | null; corporateNumber: string | null } | null
  /** Those who hold one of the roles asked for: in the case, in the case that holds it, or in the programme. */
  people: Person[]
}

export interface NoticeVersion {
  definition: ProgrammeDefinition
  templates: NoticeTemplates
}

export interface Surroundings {
  baseUrl: string
  officeName: string
}

/** Published versions are immutable: each is read and its templates are parsed once. */
export class NoticeVersions {
  private readonly known = new Map<number, NoticeVersion>()

  async get(on: Pick<Tx, 'query'>, id: number): Promise<NoticeVersion> {
    const known = this.known.get(id)
    if (known) return known
    const [row] = await on.query<{ definition: ProgrammeDefinition }>('SELECT definition FROM programme_version WHERE id = $1', [id])
    if (!row) throw new Defect(`There is no programme version ${id}`)
    const version = { definition: row.definition, templates: new NoticeTemplates(row.definition) }
    this.known.set(id, version)
    return version
  }
}

const CASE = `SELECT c.version_id, c.chart, c.title, c.public_status, c.state->'attributes' AS attributes,
  p.chart AS parent_chart, p.title AS parent_title, p.state->'attributes' AS parent_attributes,
  o.id AS organisation_id, o.name AS organisation_name, o.ward, o.kind, o.corporate_number,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'name', q.name, 'email', q.email, 'lang', q.lang,
     'isApplicant', EXISTS (SELECT 1 FROM case_party a WHERE a.case_id = c.id AND a.person_id = q.id AND a.role = 'applicant')) ORDER BY q.id), '[]') FROM person q
   WHERE q.id IN (SELECT person_id FROM case_party WHERE case_id IN (c.id, c.parent_id) AND role = ANY ($2)
                  UNION SELECT person_id FROM role_grant WHERE programme IN (c.programme, '*') AND role = ANY ($2))) AS people
  FROM cases c LEFT JOIN cases p ON p.id = c.parent_id LEFT JOIN organisation o ON o.id = c.organisation_id WHERE c.id = $1`

/** Reads a case with the people of these roles, in one trip. */
export async function readNoticeCase(on: Pick<Tx, 'query'>, versions: NoticeVersions, caseId: string, roles: readonly string[]): Promise<NoticeCase> {
  const [row] = await on.query<Row>(CASE, [caseId, roles])
  if (!row) throw new Defect(`There is no case ${caseId}`)
  return {
    id: caseId,
    version: await versions.get(on, row.version_id as number),
    chart: row.chart as string,
    title: row.title as string,
    publicStatus: row.public_status as string | null,
    attributes: row.attributes as Attributes,
    parent: row.parent_chart === null ? null : { chart: row.parent_chart as string, title: row.parent_title as string, attributes: row.parent_attributes as Attributes },
    organisation: row.organisation_id === null ? null
      : { name: row.organisation_name as string, ward: row.ward as string | null, kind: row.kind as string | null, corporateNumber: row.corporate_number as string | null },
    people: row.people as Person[],
  }
}

/**
 * What a template reads. What the programme declares and this case has not set is null and prints as nothing;
 * what nobody declares is missing, and a template that asks for it fails.
 */
export function templateContext(subject: NoticeCase, row: OutboxRow, lang: Lang, person: Pick<Person, 'name'>, around: Surroundings): TemplateContext {
  const { definition } = subject.version
  const holder = definition.charts[subject.chart]?.childOf
  const parent = subject.parent && { ...unset(definition, subject.parent.chart), title: subject.parent.title, ...subject.parent.attributes }
  const status = subject.publicStatus === null ? undefined : definition.publicStatuses[subject.publicStatus]
  return {
    url: new Link(`${around.baseUrl.replace(/\/+$/, '')}/cases/${subject.id}`),
    case: { ...unset(definition, subject.chart), title: subject.title, ...subject.attributes, id: subject.id, publicStatus: status?.[lang] ?? '' },
    ...(parent ? { parent, ...(holder === undefined ? {} : { [holder]: parent }) } : {}),
    organisation: subject.organisation ?? { name: '', ward: null, kind: null, corporateNumber: null },
    person: { name: person.name },
    programme: { name: definition.name, title: definition.title[lang] },
    office: { name: around.officeName },
    event: causeOf(definition, subject.chart, row),
    ...deadlineOf(row, lang),
  }
}

/** Attributes and numbers that a case of this chart may have. */
function unset(definition: ProgrammeDefinition, chart: string): Attributes {
  const names = [...Object.keys(definition.numbers), ...Object.keys(definition.charts[chart]?.attributes ?? {})]
  return Object.fromEntries(names.map((name) => [name, null]))
}

/** The event's data. One notice may follow several events of a chart, so whatever one of them asks for may be read. */
function causeOf(definition: ProgrammeDefinition, chart: string, row: OutboxRow): Attributes {
  const cause = row.payload.cause as { type: string; data: Attributes } | undefined
  return { ...Object.fromEntries(askedIn(definition, chart).map((name) => [name, null])), ...cause?.data, type: cause?.type ?? null }
}

const askedOf = new WeakMap<ProgrammeDefinition, Map<string, string[]>>()

function askedIn(definition: ProgrammeDefinition, chart: string): string[] {
  const byChart = askedOf.get(definition) ?? new Map<string, string[]>()
  askedOf.set(definition, byChart)
  const known = byChart.get(chart)
  if (known) return known
  const names = new Set<string>()
  collectAsked(definition.charts[chart], names)
  const found = [...names]
  byChart.set(chart, found)
  return found
}

/** Transitions stand at many depths of a chart; what they ask for is always under these two words. */
function collectAsked(node: unknown, names: Set<string>): void {
  if (node === null || typeof node !== 'object') return
  for (const [key, value] of Object.entries(node)) {
    if (key === 'asks' && value !== null && typeof value === 'object') for (const name of Object.keys(value as object)) names.add(name)
    if (key === 'requires' && Array.isArray(value)) for (const path of value) names.add(String(path).split('.')[0] ?? '')
    collectAsked(value, names)
  }
}

function deadlineOf(row: OutboxRow, lang: Lang): { deadline?: Attributes } {
  const deadline = row.payload.deadline as { name: string; label: { ja: string; en: string } | null; dueAt: string } | undefined
  return deadline ? { deadline: { name: deadline.name, label: deadline.label?.[lang] ?? deadline.name, dueAt: asDayEnd(deadline.dueAt) } } : {}
}
