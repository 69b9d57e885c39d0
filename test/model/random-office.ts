import { randomUUID } from 'node:crypto'
import { formTypes } from '@saitaku/forms'
import { Database, appNow, setClock } from '@saitaku/database'
import { Engine, Registry, type Answer, type Command, type ProgrammeVersion } from '@saitaku/engine'
import { activeNodes, type CaseState, type CompiledChart, type CompiledTransition, type Json, type JsonObject, type ValueType } from '@saitaku/statechart'

/** One thing that a random run does. Numbers are taken modulo what there is to choose from, so that runs shrink. */
export type Move =
  | { kind: 'send'; picks: { subject: number; event: number; actor: number; twist: number }[] }
  | { kind: 'wait'; hours: number }
  | { kind: 'effects' }
  | { kind: 'begin'; parent: number }

interface Person {
  id: string
  roles: string[]
}

const DAY = 86_400_000

/**
 * Random people sending random events to one programme, through two engines at once as two processes would.
 * Knows nothing of a programme but what its charts declare.
 */
export class RandomOffice {
  private readonly cases: { id: string; chart: string }[] = []
  private turn = 0

  private constructor(
    private readonly database: Database,
    private readonly engines: Engine[],
    private readonly version: ProgrammeVersion,
    private readonly people: Person[],
  ) {}

  static async open(database: Database, programme: string, actors: number): Promise<RandomOffice> {
    await database.query('CREATE TABLE IF NOT EXISTS model_facts (case_id uuid, root text, value jsonb, PRIMARY KEY (case_id, root))')
    const engines = [0, 1].map(() => new Engine(database, registry()))
    const version = await (engines[0] as Engine).programmes.newest(programme)
    if (!version) throw new Error(`${programme} is not published`)
    const roles = Object.keys(version.compiled.definition.roles)
    const people = Array.from({ length: actors }, (_, i) => ({ id: randomUUID(), roles: roles.filter((_role, r) => (i + r) % 3 === 0 || i === r % actors) }))
    for (const person of people) await database.query(`INSERT INTO person (id, name, email) VALUES ($1, 'x', 'x@example.jp')`, [person.id])
    return new RandomOffice(database, engines, version, people)
  }

  /** Every answer given; an engine that throws ends the run. */
  async run(moves: readonly Move[]): Promise<Answer[]> {
    const answers: Answer[] = []
    for (const move of moves) {
      if (move.kind === 'begin') await this.begin(move.parent)
      else if (move.kind === 'send') answers.push(...(await this.send(move.picks)))
      else if (move.kind === 'wait') await this.wait(move.hours)
      else await this.performEffects()
    }
    await this.performEffects()
    return answers
  }

  private engine(): Engine {
    return this.engines[this.turn++ % this.engines.length] as Engine
  }

  private async begin(pick: number): Promise<void> {
    const charts = [...this.version.compiled.charts.values()]
    const chart = charts[pick % charts.length] as CompiledChart
    const holders = this.cases.filter((one) => one.chart === chart.chart.childOf)
    const holder = holders[pick % Math.max(holders.length, 1)]
    if (chart.chart.childOf !== undefined && !holder) return
    const now = await appNow(this.database)
    const [organisation] = await this.database.query<{ id: string }>(`INSERT INTO organisation (name) VALUES ('o') RETURNING id`)
    const attributes = Object.fromEntries(Object.entries(chart.chart.attributes ?? {}).flatMap(([name, { type }]) => (type === 'timestamp' && chart.chart.childOf === undefined ? [[name, new Date(now.getTime() + (5 + (pick % 40)) * DAY).toISOString()]] : [])))
    const applicant = this.people[pick % this.people.length] as Person
    const parties = [[applicant.id, 'applicant'], [applicant.id, 'lead'], [applicant.id, 'member']] as const
    const id = randomUUID()
    await this.fillForms(id, chart, pick, now)
    const answer = await this.engine().create({
      id, programme: this.version.programme, chart: chart.name, attributes, parties, organisationId: organisation?.id, actor: applicant, ...(holder ? { parentId: holder.id } : {}),
    })
    if (!answer.ok) throw new Error(`a ${chart.name} did not begin: ${answer.refused.reason.en}`)
    this.cases.push({ id, chart: chart.name })
  }

  private async fillForms(id: string, chart: CompiledChart, seed: number, now: Date): Promise<void> {
    for (const [name, form] of Object.entries(chart.definition.forms)) {
      const root = name === chart.chart.form ? 'form' : name
      const values: JsonObject = { complete: seed % 7 !== 0, ...(root === 'form' ? { remarksAnswered: seed % 5 !== 0 } : {}) }
      for (const [field, { type }] of Object.entries(formTypes(form))) {
        if (type === 'int') values[field] = seed % 4 === 0 ? 0 : 100_000 + (seed % 9) * 50_000
        else if (type === 'bool') values[field] = seed % 6 !== 0
        else if (type === 'timestamp') values[field] = new Date(now.getTime() + (seed % 90) * DAY).toISOString()
        else if (type === 'list<int>') values[field] = [1 + (seed % 17)]
        else if (type === 'list<string>') values[field] = ['a']
        else if (type === 'list<map>') values[field] = []
        else values[field] = 'x'
      }
      await this.database.query('INSERT INTO model_facts (case_id, root, value) VALUES ($1, $2, $3)', [id, root, JSON.stringify(values)])
    }
  }

  private async send(picks: (Move & { kind: 'send' })['picks']): Promise<Answer[]> {
    if (this.cases.length === 0) return []
    const commands: Command[] = []
    for (const pick of picks) commands.push(await this.command(pick))
    return Promise.all(commands.map((command) => this.engine().dispatch(command)))
  }

  private async command({ subject, event, actor, twist }: (Move & { kind: 'send' })['picks'][number]): Promise<Command> {
    const target = this.cases[subject % this.cases.length] as { id: string; chart: string }
    const chart = this.version.compiled.charts.get(target.chart) as CompiledChart
    const [row] = await this.database.query<{ state: CaseState; version: number }>('SELECT state, version FROM cases WHERE id = $1', [target.id])
    const active = new Set(row ? activeNodes(chart, row.state.at) : [])
    const all = chart.transitions.filter((one) => one.kind === 'event')
    const here = all.filter((one) => active.has(one.node))
    const from = twist % 10 === 0 || here.length === 0 ? all : here
    const chosen = from[event % Math.max(from.length, 1)]
    if (!chosen) return { caseId: target.id, type: 'nothing', actor: { id: null, roles: [] } }
    const able = this.people.filter((person) => chosen.source.by?.some((role) => person.roles.includes(role)))
    const unable = this.people.filter((person) => !able.includes(person))
    const pool = (twist % 8 === 1 && unable.length > 0) || able.length === 0 ? unable : able
    const who = pool[actor % pool.length] as Person
    const sender = chosen.source.by?.find((role) => this.version.compiled.charts.has(role))
    return {
      caseId: target.id,
      type: chosen.trigger,
      data: twist % 9 === 2 ? { nonsense: twist } : dataFor(chosen, twist),
      actor: sender !== undefined && able.length === 0 ? { id: null, roles: [sender] } : { id: who.id, roles: who.roles },
      ...(twist % 3 === 0 ? { key: `k${twist % 5}` } : {}),
      ...(twist % 11 === 3 ? { expectedVersion: (row?.version ?? 0) - (twist % 2) } : {}),
    }
  }

  private async wait(hours: number): Promise<void> {
    const now = await appNow(this.database)
    await setClock(this.database, new Date(now.getTime() + hours * 3_600_000))
    for (let round = 0; round < 20; round++) {
      const due = await this.database.query<{ id: string; generation: number }>('SELECT id, generation FROM timer WHERE due_at <= app_now() LIMIT 200')
      if (due.length === 0) return
      // both engines are told of every due timer, as a stalled worker would
      await Promise.all(this.engines.map((engine) => engine.fireTimers(due)))
    }
  }

  private async performEffects(): Promise<void> {
    for (let round = 0; round < 30; round++) {
      const open = await this.database.query<{ id: string }>(`SELECT o.id FROM outbox o LEFT JOIN effect_outcome e ON e.outbox_id = o.id AND e.state = 'done' WHERE e.outbox_id IS NULL ORDER BY o.id LIMIT 200`)
      if (open.length === 0) return
      for (const { id } of open) await Promise.all(this.engines.map((engine) => engine.performEffect(id)))
    }
  }
}

/** Forms are facts of another lib; here they are what the run made up, by the same door. */
function registry(): Registry {
  return new Registry()
    .provideFacts({ name: 'model', sql: (root, chart) => (root === 'form' || Object.hasOwn(chart.definition.forms, root) ? `(SELECT f.value FROM model_facts f WHERE f.case_id = c.id AND f.root = '${root}')` : undefined) })
    .handleEffect('notify', { kind: 'transaction', perform: () => Promise.resolve(null) })
    .handleEffect('issueDocument', { kind: 'transaction', perform: () => Promise.resolve(null) })
}

function dataFor(transition: CompiledTransition, twist: number): JsonObject {
  const data: JsonObject = {}
  for (const [name, { type, optional }] of Object.entries(transition.data)) if (!optional || twist % 2 === 0) data[name] = valueOf(type, twist)
  for (const path of transition.source.requires ?? []) {
    const [first, second] = path.split('.') as [string, string | undefined]
    if (first === 'form' || data[first] !== undefined) continue
    data[first] = second === undefined ? 'x' : { [second]: 'x' }
  }
  return data
}

function valueOf(type: ValueType, twist: number): Json {
  switch (type) {
    case 'int':
    case 'yen':
      return (twist % 20) * 60_000
    case 'bool':
      return twist % 2 === 0
    case 'fraction':
      return '2/3'
    case 'timestamp':
      return `2026-${String(1 + (twist % 12)).padStart(2, '0')}-15T17:00`
    case 'date':
      return `2026-${String(1 + (twist % 12)).padStart(2, '0')}-15`
    case 'duration':
      return 'P10D'
    case 'strings':
      return ['条件']
    case 'remarks':
      return [{ text: '直してください' }]
    case 'outcomes':
      return {}
    case 'string':
      return '理由'
  }
}
