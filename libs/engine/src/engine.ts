import { createHash, randomUUID } from 'node:crypto'
import { crashAt, isConnectionLoss, type CrashHere, type Database } from '@saitaku/database'
import type pg from 'pg'
import { canonicalJson, holdsUnstorable, type CompiledChart, type JsonObject } from '@saitaku/statechart'
import { Defect, isUuid, refuse, Transient, type Accepted, type Actor, type Answer, type Command, type NewCase } from './command.js'
import { CaseReader, type CaseRow } from './case-reader.js'
import { commitGroup, type Entry } from './commit.js'
import type { EngineCrashPoint } from './crash-points.js'
import { decide, type Approach, type Decided } from './decide.js'
import { engineFacts } from './facts.js'
import { ProgrammeStore, type ProgrammeVersion } from './programme-store.js'
import { Effects } from './effects.js'
import { registerFanOut } from './fan-out.js'
import { Lane } from './lane.js'
import type { Registry } from './registry.js'

export interface EngineOptions {
  /** Commands in one transaction at most. */
  groupSize?: number
  /** Transactions under way at once. More than two does not pay. */
  flights?: number
  /** Commands that may wait before new ones are turned away. */
  capacity?: number
  /** Told when the relay could not be woken; it finds the work by polling all the same. */
  onWakeFailure?: (error: unknown) => void
  crashHere?: CrashHere<EngineCrashPoint>
}

/** What is asked of one case. */
interface Work {
  readonly caseId: string
  readonly approach: Approach
  /** Learned reads are kept by this: the event's type, or the door. */
  readonly kind: string
  readonly key: string | undefined
  readonly fingerprint: string
  readonly born: NewCase | undefined
}

/** Work that waits for its turn. */
class Pending {
  readonly caseId: string
  readonly approach: Approach
  readonly kind: string
  readonly key: string | undefined
  readonly fingerprint: string
  readonly born: NewCase | undefined
  readonly arrived = performance.now()
  tries = 0
  /** Its group could not be written: it goes by itself, so that one that cannot be written takes no other with it. */
  alone = false
  settled = false

  constructor(
    work: Work,
    private readonly resolve: (result: Answer | 'nothing') => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.caseId = work.caseId
    this.approach = work.approach
    this.kind = work.kind
    this.key = work.key
    this.fingerprint = work.fingerprint
    this.born = work.born
  }

  settle(result: Answer | 'nothing'): void {
    this.settled = true
    this.resolve(result)
  }

  fail(error: unknown): void {
    this.settled = true
    this.reject(error instanceof Error ? error : new Error(String(error)))
  }
}

/** A case is retried this often when others keep changing what it read; then the caller is told to try again. */
const MAX_TRIES = 60
const MAX_REREADS = 12
/** Serialisation, deadlock, and two processes beginning the same case at once. */
const RETRYABLE = new Set(['40001', '40P01', '23505'])
const MAX_KEY = 200
const WAKE_AFTER_MS = 10

/**
 * The only writer of cases. Commands that arrive while a transaction is under way are collected and written
 * together; a single one is a group of one. Commands of one case never share a transaction: they queue here.
 */
export class Engine {
  readonly programmes: ProgrammeStore
  readonly effects: Effects
  private readonly reader: CaseReader
  private readonly groupSize: number
  private readonly capacity: number
  private readonly crashHere: CrashHere<EngineCrashPoint>
  private waiting: Pending[] = []
  private readonly busy = new Set<string>()
  private readonly lanes: Lane[]
  private readonly free: Lane[]
  private scheduled = false
  private waking = false

  constructor(
    readonly database: Database,
    readonly registry: Registry,
    private readonly options: EngineOptions = {},
  ) {
    registry.provideFacts(engineFacts)
    this.crashHere = options.crashHere ?? crashAt(process.env.SAITAKU_CRASH_AT)
    registerFanOut(registry, this, this.crashHere)
    this.programmes = new ProgrammeStore(database)
    this.effects = new Effects(database, registry, this.crashHere)
    this.reader = new CaseReader(database, registry)
    this.groupSize = options.groupSize ?? 64
    // one connection at least stays with the pool, for what a flight asks beside its own
    const flights = Math.max(1, Math.min(options.flights ?? 2, (database.pool.options.max ?? 10) - 1))
    this.lanes = Array.from({ length: flights }, () => new Lane(database.pool))
    this.free = [...this.lanes]
    this.capacity = options.capacity ?? 50_000
  }

  /**
   * Sends one event to one case. Refusals are answers; `Transient` is thrown when the database was away, and
   * then the same command with the same key may be sent again without fear.
   */
  async dispatch(command: Command): Promise<Answer> {
    const malformed = malformedCommand(command)
    if (malformed) return malformed
    const data = command.data ?? {}
    return this.enqueue({
      caseId: command.caseId,
      approach: { door: 'event', type: command.type, data, actor: command.actor, expectedVersion: command.expectedVersion },
      kind: command.type,
      key: command.key,
      fingerprint: command.key === undefined ? '' : fingerprint(command.type, data),
      born: undefined,
    }).then(answered)
  }

  async dispatchMany(commands: readonly Command[]): Promise<Answer[]> {
    return Promise.all(commands.map((command) => this.dispatch(command)))
  }

  /** Begins a case. Its id is the answer's caseId. */
  async create(spec: NewCase): Promise<Answer> {
    const id = spec.id ?? randomUUID()
    if (!isUuid(id)) return refuse(id, 'badInput', '@create', '番号の形が正しくありません', 'A case id is a lower-case UUID')
    const born = { ...spec, id }
    const attributes = { ...spec.attributes, ...(spec.title === undefined ? {} : { title: spec.title }) }
    if (holdsUnstorable(attributes)) return refuse(id, 'badInput', '@create', '保存できない文字が含まれています', 'It holds characters that cannot be stored')
    return this.enqueue({
      caseId: id, approach: { door: 'create', attributes, actor: spec.actor }, kind: `@create ${spec.programme} ${spec.chart}`, key: spec.key,
      fingerprint: spec.key === undefined ? '' : fingerprint('@create', attributes), born,
    }).then(answered)
  }

  async createMany(specs: readonly NewCase[]): Promise<Answer[]> {
    return Promise.all(specs.map((spec) => this.create(spec)))
  }

  /**
   * Fires due timers. The database's clock decides: `early` when it is not yet due (queue it again), `gone`
   * when the timer is no longer armed in this generation.
   */
  async fireTimers(timers: readonly { id: string; generation: number }[]): Promise<('fired' | 'early' | 'gone')[]> {
    const rows = await this.database.query<{ id: string; case_id: string; key: string; due_at: Date | null; generation: number; due: boolean | null }>(
      'SELECT id, case_id, key, due_at, generation, due_at <= app_now() AS due FROM timer WHERE id = ANY ($1::bigint[])',
      [timers.map((timer) => timer.id)],
    )
    const found = new Map(rows.map((row) => [row.id, row]))
    return Promise.all(
      timers.map(async ({ id, generation }) => {
        const row = found.get(id)
        if (!row || row.generation !== generation || !row.due_at) return 'gone'
        if (!row.due) return 'early'
        const result = await this.enqueue({ caseId: row.case_id, approach: { door: 'timer', key: row.key, due: row.due_at }, kind: `@timer ${row.key}`, key: undefined, fingerprint: '', born: undefined })
        return result === 'nothing' ? 'gone' : 'fired'
      }),
    )
  }

  /** Computes the armed timers of these cases again, after a fact that they read has changed. Returns how many cases changed. */
  async recomputeTimers(caseIds: readonly string[]): Promise<number> {
    const results = await Promise.all(caseIds.map((caseId) => this.enqueue({ caseId, approach: { door: 'engine' }, kind: '@recompute', key: undefined, fingerprint: '', born: undefined })))
    return results.filter((result) => result !== 'nothing' && result.ok).length
  }

  performEffect(outboxId: string): Promise<'done' | 'already'> {
    return this.effects.perform(outboxId)
  }

  buryEffect(outboxId: string, error: string): Promise<void> {
    return this.effects.bury(outboxId, error)
  }

  retryEffect(outboxId: string, actor: Actor): Promise<boolean> {
    return this.effects.retry(outboxId, actor)
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.waiting.length > 0 || this.free.length < this.lanes.length) await new Promise((resolve) => setTimeout(resolve, 2))
  }

  /**
   * Tells the relay that there is work. Outside the commit, since NOTIFY makes commits wait for each other, and
   * at most once in a while; a relay that misses it polls.
   */
  private wakeRelay(): void {
    if (this.waking) return
    this.waking = true
    setTimeout(() => {
      this.waking = false
      this.database.query(`SELECT pg_notify('saitaku_outbox', '')`).catch(this.options.onWakeFailure ?? (() => undefined))
    }, WAKE_AFTER_MS).unref()
  }

  // ── collecting ───────────────────────────────────────────────────────────────────────────────────────

  private enqueue(work: Work): Promise<Answer | 'nothing'> {
    if (this.waiting.length >= this.capacity) return Promise.reject(new Transient('Too many commands are waiting'))
    return new Promise((resolve, reject) => {
      this.waiting.push(new Pending(work, resolve, reject))
      this.schedule()
    })
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      while (this.free.length > 0 && this.launch());
    })
  }

  /**
   * Takes the next group off the queue: each case once, none that another flight is writing. What waits is shared out
   * among the free flights, so that one is decided here while the server writes another.
   */
  private launch(): boolean {
    const group: Pending[] = []
    const rest: Pending[] = []
    const share = Math.min(this.groupSize, Math.ceil(this.waiting.length / this.free.length))
    for (const pending of this.waiting) {
      const most = pending.alone ? 1 : group[0]?.alone ? 0 : share
      if (group.length < most && !this.busy.has(pending.caseId)) {
        this.busy.add(pending.caseId)
        group.push(pending)
      } else rest.push(pending)
    }
    if (group.length === 0) return false
    this.waiting = rest
    void this.fly(group, this.free.pop() as Lane)
    return true
  }

  private async fly(group: Pending[], lane: Lane): Promise<void> {
    let again: Pending[] = []
    try {
      again = await lane.use((client) => this.process(client, group))
    } catch (error) {
      again = this.onFailure(group, error)
    } finally {
      for (const { caseId } of group) this.busy.delete(caseId)
      this.free.push(lane)
      for (const pending of again) pending.tries++
      this.waiting = [...again.filter((pending) => !this.gaveUp(pending)), ...this.waiting]
      this.schedule()
    }
  }

  private gaveUp(pending: Pending): boolean {
    if (pending.tries <= MAX_TRIES) return false
    pending.fail(new Transient(`Case ${pending.caseId} kept changing; try again`))
    return true
  }

  /** Of those who failed together and have no answer: who is tried again. Nothing of theirs was written, unless the connection was lost. */
  private onFailure(failed: readonly Pending[], error: unknown): Pending[] {
    const group = failed.filter((pending) => !pending.settled)
    if (RETRYABLE.has(sqlState(error) ?? '')) return group
    const lost = isConnectionLoss(error)
    if (!lost && group.length > 1) return group.map((pending) => Object.assign(pending, { alone: true }))
    const reported = lost ? new Transient('The database was away; the outcome is unknown, send it again with its key', { cause: error }) : error
    for (const pending of group) pending.fail(reported)
    return []
  }

  // ── one group ────────────────────────────────────────────────────────────────────────────────────────

  /** Reads, decides, commits. Returns what must be decided again because something it read has changed. */
  private async process(client: pg.PoolClient, group: Pending[]): Promise<Pending[]> {
    const { entries, keyChecks } = await this.decideAll(client, group)
    // both have ended before anything is tried again
    const [committed, answered] = await Promise.allSettled([this.commit(client, entries), this.answerKnownKeys(keyChecks)])
    if (committed.status === 'rejected') throw committed.reason
    return answered.status === 'fulfilled' ? committed.value : [...committed.value, ...this.onFailure(keyChecks.map(({ pending }) => pending), answered.reason)]
  }

  private async decideAll(client: pg.PoolClient, group: Pending[]): Promise<{ entries: { pending: Pending; decided: Decided }[]; keyChecks: { pending: Pending; answer: Answer }[] }> {
    const entries: { pending: Pending; decided: Decided }[] = []
    const keyChecks: { pending: Pending; answer: Answer }[] = []
    let undecided = group
    for (let round = 0; undecided.length > 0; round++) {
      if (round > MAX_REREADS) throw new Defect('A step keeps asking for more facts')
      const sent = performance.now()
      const { rows, now } = await this.readAll(client, undecided)
      const next: Pending[] = []
      for (const pending of undecided) {
        const row = rows.get(pending.caseId)
        if (!row) {
          if (pending.approach.door !== 'create') settleUnknown(pending, keyChecks)
          continue
        }
        const receivedAt = new Date(now.getTime() - Math.max(0, Math.round(sent - pending.arrived)))
        if (!this.decideOne(pending, row, receivedAt, entries, keyChecks)) next.push(pending)
      }
      undecided = next
    }
    return { entries, keyChecks }
  }

  /** False when facts are missing: read again. */
  private decideOne(pending: Pending, row: CaseRow, receivedAt: Date, entries: { pending: Pending; decided: Decided }[], keyChecks: { pending: Pending; answer: Answer }[]): boolean {
    try {
      const version = this.programmes.known(row.versionId) as ProgrammeVersion
      const outcome = decide(pending.approach, row, version, receivedAt)
      switch (outcome.kind) {
        case 'decided':
          entries.push({ pending, decided: outcome.decided })
          return true
        case 'answer':
          keyChecks.push({ pending, answer: outcome.answer })
          return true
        case 'nothing':
          pending.settle('nothing')
          return true
        case 'needs': {
          const chart = version.compiled.charts.get(row.chart) as CompiledChart
          if (row.loaded.has(outcome.root)) throw new Defect(`The facts of ${outcome.root} for ${row.programme}/${row.chart} were read and are still asked for`)
          this.reader.learn(pending.kind, { versionId: row.versionId, chart, root: outcome.root })
          return false
        }
      }
    } catch (error) {
      pending.fail(error)
      return true
    }
  }

  private async readAll(client: pg.PoolClient, group: readonly Pending[]): Promise<{ rows: Map<string, CaseRow>; now: Date }> {
    const existing = group.filter((pending) => pending.approach.door !== 'create')
    const unborn = group.filter((pending) => pending.approach.door === 'create')
    const [read, begun] = await Promise.all([
      existing.length > 0 ? this.reader.read(client, existing.map((one) => ({ id: one.caseId, kind: one.kind, actor: one.approach.door === 'event' ? one.approach.actor.id : null }))) : undefined,
      unborn.length > 0 ? this.readUnborn(unborn) : undefined,
    ])
    const rows = new Map([...(read?.rows ?? []), ...(begun?.rows ?? [])])
    for (const row of rows.values()) if (!this.programmes.known(row.versionId)) await this.programmes.get(row.versionId)
    const now = read?.now ?? begun?.now ?? (await this.reader.clock())
    return { rows, now }
  }

  private async readUnborn(group: readonly Pending[]): Promise<{ rows: Map<string, CaseRow>; now: Date }> {
    const parentIds = [...new Set(group.flatMap((one) => one.born?.parentId ?? []))].filter(isUuid)
    const parents = new Map(
      (parentIds.length === 0 ? [] : await this.database.query<{ id: string; programme: string; chart: string; version_id: number }>('SELECT id, programme, chart, version_id FROM cases WHERE id = ANY ($1::uuid[])', [parentIds])).map((row) => [row.id, row]),
    )
    const unborn = []
    for (const pending of group) {
      const born = pending.born as NewCase
      const parent = born.parentId === undefined ? undefined : parents.get(born.parentId)
      // a call pins the versions of what is filed under it
      const version = parent && parent.programme === born.programme ? await this.programmes.get(parent.version_id) : await this.programmes.newest(born.programme)
      const problem = birthProblem(born, version, parent)
      if (problem || !version) pending.settle(problem ?? refuse(pending.caseId, 'unknownProgramme', '@create', '制度が見つかりません', `There is no programme ${born.programme}`))
      else unborn.push({ id: pending.caseId, programme: born.programme, chart: born.chart, versionId: version.id, parentId: born.parentId ?? null, organisationId: born.organisationId ?? null, kind: pending.kind })
    }
    return unborn.length === 0 ? { rows: new Map(), now: await this.reader.clock() } : this.reader.readUnborn(unborn)
  }

  private async commit(client: pg.PoolClient, all: readonly { pending: Pending; decided: Decided }[]): Promise<Pending[]> {
    // who read a case that this very group changes is decided again after it
    const changing = new Set(all.map(({ pending }) => pending.caseId))
    const waits = ({ decided: { row } }: { decided: Decided }): boolean => row.parentVersion !== undefined && changing.has(row.parentId ?? '')
    const decisions = all.filter((one) => !waits(one))
    const later = all.filter(waits).map(({ pending }) => pending)
    if (decisions.length === 0) return later
    const entries = decisions.map(({ pending, decided }): Entry => ({ decided, key: pending.key, fingerprint: pending.fingerprint, born: pending.born }))
    this.crashHere('AFTER_READ_BEFORE_COMMIT')
    const { written, repeated, failed } = await commitGroup(client, this.reader, entries, this.crashHere)
    this.crashHere('AFTER_COMMIT_BEFORE_ANSWER')
    if (decisions.some(({ pending, decided }) => written.has(pending.caseId) && (decided.stepped.effects.length > 0 || decided.stepped.timers.set.length > 0))) this.wakeRelay()
    const again = [...later, ...failed.flatMap(({ ids, error }) => this.onFailure(decisions.flatMap(({ pending }) => (ids.has(pending.caseId) ? [pending] : [])), error))]
    const isFailed = (caseId: string): boolean => failed.some(({ ids }) => ids.has(caseId))
    const known: { pending: Pending; answer: Answer }[] = []
    for (const { pending } of decisions) {
      const answer = written.get(pending.caseId)
      if (answer) pending.settle(answer)
      else if (isFailed(pending.caseId)) continue
      else if (repeated.has(pending.caseId)) known.push({ pending, answer: refuse(pending.caseId, 'stale', '', '', '') })
      else if (pending.approach.door === 'create') known.push({ pending, answer: refuse(pending.caseId, 'stale', '@create', 'この番号の案件はすでにあります', 'A case with this id exists already') })
      else again.push(pending)
    }
    // a new case whose parent changed meanwhile is decided again; one whose id exists is answered
    const taken = await this.existing(known.filter(({ pending }) => pending.approach.door === 'create' && !repeated.has(pending.caseId)).map(({ pending }) => pending.caseId))
    await this.answerKnownKeys(known.filter(({ pending }) => repeated.has(pending.caseId) || taken.has(pending.caseId)))
    again.push(...known.filter(({ pending }) => !repeated.has(pending.caseId) && !taken.has(pending.caseId)).map(({ pending }) => pending))
    return again
  }

  private async existing(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set()
    const rows = await this.database.query<{ id: string }>('SELECT id FROM cases WHERE id = ANY ($1::uuid[])', [ids])
    return new Set(rows.map((row) => row.id))
  }

  /** A command that the case no longer takes may be one that it took before: then its first answer is given again. */
  private async answerKnownKeys(checks: readonly { pending: Pending; answer: Answer }[]): Promise<void> {
    const keyed = checks.filter(({ pending }) => pending.key !== undefined)
    const rows =
      keyed.length === 0
        ? []
        : await this.database.query<{ case_id: string; key: string; fingerprint: string; answer: Accepted }>(
            'SELECT k.case_id, k.key, k.fingerprint, k.answer FROM command_key k JOIN unnest($1::uuid[], $2::text[]) AS d(id, key) ON k.case_id = d.id AND k.key = d.key',
            [keyed.map(({ pending }) => pending.caseId), keyed.map(({ pending }) => pending.key)],
          )
    const known = new Map(rows.map((row) => [`${row.case_id} ${row.key}`, row]))
    for (const { pending, answer } of checks) {
      const first = pending.key === undefined ? undefined : known.get(`${pending.caseId} ${pending.key}`)
      if (!first) pending.settle(answer)
      else if (first.fingerprint !== pending.fingerprint) pending.settle(refuse(pending.caseId, 'keyReused', pending.kind, '同じキーが別の操作に使われています', 'This idempotency key was used for another command'))
      else pending.settle({ ...first.answer, repeated: true })
    }
  }
}

function answered(result: Answer | 'nothing'): Answer {
  if (result === 'nothing') throw new Defect('An event was neither taken nor refused')
  return result
}

function settleUnknown(pending: Pending, keyChecks: { pending: Pending; answer: Answer }[]): void {
  if (pending.approach.door === 'event') keyChecks.push({ pending, answer: refuse(pending.caseId, 'unknownCase', pending.approach.type, '案件が見つかりません', 'There is no such case') })
  else pending.settle('nothing')
}

function birthProblem(born: NewCase, version: ProgrammeVersion | undefined, parent: { chart: string } | undefined): Answer | undefined {
  const id = born.id as string
  const chart = version?.compiled.charts.get(born.chart)
  if (!version || !chart) return refuse(id, 'unknownProgramme', '@create', '制度または様式が見つかりません', `There is no chart ${born.chart} in a programme ${born.programme}`)
  const holder = chart.chart.childOf
  if (holder === undefined ? born.parentId !== undefined : parent?.chart !== holder)
    return refuse(id, 'unknownCase', '@create', '所属先の案件が見つかりません', holder ? `A ${born.chart} belongs to a ${holder}` : `A ${born.chart} belongs to no other case`)
  return undefined
}

function malformedCommand({ caseId, type, data, key, actor }: Command): Answer | undefined {
  if (!isUuid(caseId)) return refuse(caseId, 'unknownCase', type, '案件が見つかりません', 'There is no such case')
  if (key !== undefined && (key.length === 0 || key.length > MAX_KEY || holdsUnstorable(key))) return refuse(caseId, 'badInput', type, '冪等キーの形が正しくありません', `An idempotency key has 1 to ${MAX_KEY} characters`)
  if (actor.id !== null && !isUuid(actor.id)) return refuse(caseId, 'badInput', type, '操作者の番号の形が正しくありません', 'An actor id is a lower-case UUID')
  if (data !== undefined && holdsUnstorable(data)) return refuse(caseId, 'badInput', type, '保存できない文字が含まれています', 'It holds characters that cannot be stored')
  return undefined
}

function fingerprint(type: string, data: JsonObject): string {
  return createHash('sha256').update(type).update('\0').update(canonicalJson(data)).digest('base64')
}

function sqlState(error: unknown): string | undefined {
  const code = error !== null && typeof error === 'object' && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
