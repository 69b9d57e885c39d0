import { createHash } from 'node:crypto'
import type { Database, Tx } from '@saitaku/database'
import type { Engine } from '@saitaku/engine'
import { noteIntake } from '../origins.js'
import { createOrganisation, type OrganisationData } from '../organisations.js'
import { createPerson, grantRole } from '../people.js'
import { saveForm } from '../save-form.js'
import { applicationRecords, organisationRecords, reviewerRecords, type ApplicationRecord, type OrganisationRecord } from './records.js'
import { readTable, UnreadableTable, type TableProblem } from './table.js'

export interface Imported {
  ok: true
  /** Rows of the file. */
  rows: number
  created: number
  /** What was known before, by corporate number or address, and is left as it was. */
  known: number
  dryRun: boolean
}
export type ImportResult = Imported | { ok: false; problems: TableProblem[] }

interface Options {
  dryRun?: boolean | undefined
}

const problems = (...found: TableProblem[]): ImportResult => ({ ok: false, problems: found })
const at = (row: number, column: string, ja: string, en: string): TableProblem => ({ row, column, message: { ja, en } })

/** Reads, and answers what cannot be read as problems. */
async function tableOf(content: Buffer): Promise<{ table: Awaited<ReturnType<typeof readTable>> } | { problem: TableProblem }> {
  try {
    return { table: await readTable(content) }
  } catch (error) {
    if (error instanceof UnreadableTable) return { problem: error.problem }
    throw error
  }
}

/** Takes organisations over: all rows, or none. One whose corporate number is known already is left as it is. */
export async function importOrganisations(database: Database, content: Buffer, { dryRun = false }: Options = {}): Promise<ImportResult> {
  const read = await tableOf(content)
  if ('problem' in read) return problems(read.problem)
  const found = organisationRecords(read.table)
  if (!found.ok) return found
  const records = found.records
  return database.transaction(async (tx) => {
    const known = await knownNumbers(tx, records)
    const fresh = records.filter(({ corporateNumber }) => corporateNumber === null || !known.has(corporateNumber))
    if (!dryRun)
      await tx.query(
        `INSERT INTO organisation (name, kana, corporate_number, kind, ward) SELECT o.name, o.kana, o."corporateNumber", o.kind, o.ward FROM jsonb_to_recordset($1::jsonb) AS o(name text, kana text, "corporateNumber" text, kind text, ward text)`,
        [JSON.stringify(fresh)])
    return { ok: true, rows: records.length, created: fresh.length, known: records.length - fresh.length, dryRun }
  })
}

async function knownNumbers(tx: Tx, records: readonly OrganisationRecord[]): Promise<Set<string>> {
  const rows = await tx.query<{ number: string }>('SELECT corporate_number AS number FROM organisation WHERE corporate_number = ANY ($1) AND merged_into IS NULL', [records.flatMap(({ corporateNumber }) => corporateNumber ?? [])])
  return new Set(rows.map(({ number }) => number))
}

/** Takes people over and makes them reviewers of a programme. Whose address is known is not made twice. */
export async function importReviewers(database: Database, programme: string, content: Buffer, { dryRun = false }: Options = {}): Promise<ImportResult> {
  const read = await tableOf(content)
  if ('problem' in read) return problems(read.problem)
  const found = reviewerRecords(read.table)
  if (!found.ok) return found
  return database.transaction(async (tx) => {
    let created = 0
    for (const { name, kana, email, lang } of found.records) {
      const [known] = await tx.query<{ id: string }>('SELECT id FROM person WHERE lower(email) = lower($1) ORDER BY created_at LIMIT 1', [email])
      if (!known) created++
      if (dryRun) continue
      const id = known?.id ?? (await createPerson(tx, { name, kana, email, lang }))
      await grantRole(tx, id, programme, 'reviewer')
    }
    return { ok: true, rows: found.records.length, created, known: found.records.length - created, dryRun }
  })
}

/**
 * Enters applications into a call as drafts. Every row is read and judged before the first is begun. A row's id follows from
 * the call, the file and its number: an import that was broken off is finished by doing it again.
 */
export async function importApplications(engine: Engine, callId: string, clerkId: string, content: Buffer, { dryRun = false, chart: wanted }: Options & { chart?: string | undefined } = {}): Promise<ImportResult> {
  const { database } = engine
  const read = await tableOf(content)
  if ('problem' in read) return problems(read.problem)
  const [call] = await database.query<{ programme: string; chart: string; versionId: number }>('SELECT programme, chart, version_id AS "versionId" FROM cases WHERE id = $1 AND parent_id IS NULL', [callId])
  if (!call) return problems(at(1, '', '募集が見つかりません', 'There is no such call'))
  const { compiled } = await engine.programmes.get(call.versionId)
  const charts = [...compiled.charts.values()].filter(({ chart }) => chart.childOf === call.chart)
  const chart = wanted === undefined ? (charts.length === 1 ? charts[0] : undefined) : charts.find(({ name }) => name === wanted)
  if (!chart) return problems(at(1, '', '申請の様式を選んでください', `Choose one of the charts: ${charts.map(({ name }) => name).join(', ')}`))
  const form = chart.chart.form
  const found = applicationRecords(read.table, form === undefined ? undefined : compiled.definition.forms[form])
  if (!found.ok) return found
  const file = createHash('sha256').update(content).digest('hex')
  const ids = found.records.map(({ row }) => idOf(callId, file, row))
  const known = new Set((await database.query<{ id: string }>('SELECT id FROM cases WHERE id = ANY ($1::uuid[])', [ids])).map(({ id }) => id))
  if (!dryRun) for (const [i, record] of found.records.entries()) await enter(engine, { id: ids[i] ?? '', callId, call, chart: chart.name, form, clerkId, record })
  return { ok: true, rows: found.records.length, created: ids.length - known.size, known: known.size, dryRun }
}

interface Entry {
  id: string
  callId: string
  call: { programme: string }
  chart: string
  form: string | undefined
  clerkId: string
  record: ApplicationRecord
}

async function enter(engine: Engine, { id, callId, call, chart, form, clerkId, record }: Entry): Promise<void> {
  const { database } = engine
  const applicant = record.applicant && (await personOf(database, record.applicant))
  const organisationId = record.organisation && (await organisationOf(database, { ...record.organisation, id: idOf(id, 'organisation', 0) }))
  const answer = await engine.create({
    id, programme: call.programme, chart, parentId: callId, title: record.title, parties: applicant ? [[applicant, 'applicant']] : [], actor: { id: clerkId, roles: ['secretariat'] }, key: `import ${id}`,
    ...(organisationId ? { organisationId } : {}),
  })
  if (!answer.ok) throw new Error(`Row ${record.row} could not be entered: ${answer.refused.reason.en}`)
  await noteIntake(database, id, { channel: 'paper', receivedAt: new Date(answer.at).toISOString(), reference: `row ${record.row}`, note: '' }, clerkId)
  if (form === undefined || Object.keys(record.answers).length === 0) return
  const saved = await saveForm(database, { caseId: id, form, patch: record.answers, authorId: clerkId })
  if (!saved.ok) throw new Error(`The answers of row ${record.row} could not be saved: ${saved.reason.en}`)
}

async function personOf(database: Database, { name, kana, email }: NonNullable<ApplicationRecord['applicant']>): Promise<string> {
  const [known] = await database.query<{ id: string }>('SELECT id FROM person WHERE lower(email) = lower($1) ORDER BY created_at LIMIT 1', [email])
  return known?.id ?? createPerson(database, { name, kana, email })
}

async function organisationOf(database: Database, organisation: OrganisationData): Promise<string> {
  const [known] = organisation.corporateNumber ? await database.query<{ id: string }>('SELECT id FROM organisation WHERE corporate_number = $1 AND merged_into IS NULL LIMIT 1', [organisation.corporateNumber]) : []
  return known?.id ?? createOrganisation(database, organisation)
}

function idOf(...parts: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
