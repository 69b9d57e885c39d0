import fc from 'fast-check'
import { SessionMemory, type Look, type SessionIdentity } from './session-memory.js'

const at = new Date(0)
const session = (sessionId: string): SessionIdentity => ({ sessionId, personId: 'hanako', methods: ['password'], secondFactor: false, startedAt: at, authenticatedAt: at, expiresAt: at })
const look = (sentAt: number, from: string | null, horizon: string, ended: string[] = []): Look => ({ sentAt, from, horizon, ended })

describe('what a process remembers of sessions', () => {
  let now: number
  let memory: SessionMemory

  beforeEach(() => {
    now = 1000
    memory = new SessionMemory(() => now)
    memory.heard(look(now, null, '5'))
  })

  it('answers while its last look is younger than a second', () => {
    memory.remember('key', session('a'), 30_000, look(now, '5', '5'))
    expect(memory.recall('key')).toEqual(session('a'))
    now += 899
    expect(memory.recall('key')).toEqual(session('a'))
    now += 1
    expect(memory.recall('key')).toBeUndefined()
    memory.heard(look(now, '5', '6'))
    expect(memory.recall('key')).toEqual(session('a'))
  })

  it('keeps nothing for longer than it was told', () => {
    memory.remember('key', session('a'), 300, look(now, '5', '5'))
    now += 300
    expect([memory.recall('key'), memory.size]).toEqual([undefined, 0])
  })

  it('forgets a session under each of its tokens', () => {
    memory.remember('former', session('a'), 30_000, look(now, '5', '5'))
    memory.remember('newer', session('a'), 30_000, look(now, '5', '5'))
    memory.remember('other', session('b'), 30_000, look(now, '5', '5'))
    memory.heard(look(now, '5', '9', ['a']))
    expect([memory.recall('former'), memory.recall('newer'), memory.recall('other')]).toEqual([undefined, undefined, session('b')])
  })

  it('keeps no answer that was on its way when the session ended', () => {
    const sent = look(now, '5', '5')
    now += 10
    memory.forget('a')
    memory.remember('key', session('a'), 30_000, sent)
    expect(memory.recall('key')).toBeUndefined()
  })

  it('keeps no answer that names its own session as changed', () => {
    memory.remember('key', session('a'), 30_000, look(now, '5', '9', ['a']))
    expect(memory.recall('key')).toBeUndefined()
  })

  it('keeps no answer to a first look, which read no ends', () => {
    memory.remember('key', session('a'), 30_000, look(now, null, '5'))
    expect(memory.recall('key')).toBeUndefined()
  })

  it('moves no horizon by a first look that comes back late', () => {
    memory.heard(look(now, null, '50'))
    expect(memory.horizon).toBe('5')
  })

  it('begins anew when the record is another one', () => {
    memory.remember('key', session('a'), 30_000, look(now, '5', '5'))
    memory.heard(look(now, '5', '2'))
    expect([memory.recall('key'), memory.horizon, memory.trusted]).toEqual([undefined, null, false])
  })

  // A record with transactions that commit out of order, and answers that overtake each other.
  it('never answers for a session that ended a second ago or longer, whatever the order of looks and answers', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('begin' as const), session: fc.nat(5) }),
      fc.record({ kind: fc.constant('commit' as const), which: fc.nat(3) }),
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('ask' as const), session: fc.nat(5), takes: fc.constantFrom(0, 10, 300, 700) }) },
      fc.record({ kind: fc.constant('look' as const), takes: fc.constantFrom(0, 10, 300, 700) }),
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 50, 400, 600) }) },
    )
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), (steps) => {
        const record = new ModelRecord()
        for (const each of steps) record.run(each)
        expect(record.late).toEqual([])
      }),
      { numRuns: process.env.SAITAKU_LONG ? 20_000 : 400 },
    )
  })
})

type Step =
  | { kind: 'begin'; session: number }
  | { kind: 'commit'; which: number }
  | { kind: 'ask'; session: number; takes: number }
  | { kind: 'look'; takes: number }
  | { kind: 'wait'; ms: number }

/** PostgreSQL as far as it matters: numbered transactions, snapshots, and answers that take their time. */
class ModelRecord {
  readonly late: string[] = []
  private now = 1000
  private next = 10
  private readonly open: { xact: number; session: string }[] = []
  private readonly ends: { xact: number; session: string }[] = []
  private readonly endedAt = new Map<string, number>()
  private readonly underway: { at: number; arrive: () => void }[] = []
  private readonly memory = new SessionMemory(() => this.now)

  run(step: Step): void {
    switch (step.kind) {
      case 'begin':
        this.open.push({ xact: this.next++, session: String(step.session) })
        break
      case 'commit': {
        const [done] = this.open.splice(step.which % Math.max(1, this.open.length), 1)
        if (!done) break
        this.ends.push(done)
        if (!this.endedAt.has(done.session)) this.endedAt.set(done.session, this.now)
        break
      }
      case 'ask':
        this.ask(String(step.session), step.takes)
        break
      case 'look':
        this.send(step.takes, () => undefined)
        break
      case 'wait':
        this.wait(step.ms)
        break
    }
  }

  private ask(name: string, takes: number): void {
    const known = this.memory.recall(name)
    const endedAt = this.endedAt.get(name)
    if (known && endedAt !== undefined && this.now - endedAt >= 1000) this.late.push(`${name} at ${this.now}, ended at ${endedAt}`)
    if (known) return
    const alive = endedAt === undefined
    this.send(takes, (sent) => {
      if (alive) this.memory.remember(name, session(name), 30_000, sent)
    })
  }

  /** The answer is made when it is asked for and comes when it comes. */
  private send(takes: number, then: (look: Look) => void): void {
    const from = this.memory.horizon
    const ended = from === null ? [] : this.ends.filter(({ xact }) => xact >= Number(from)).map((end) => end.session)
    const answer = look(this.now, from, String(Math.min(this.next, ...this.open.map(({ xact }) => xact))), ended)
    this.underway.push({ at: this.now + takes, arrive: () => (this.memory.heard(answer), then(answer)) })
  }

  private wait(ms: number): void {
    const until = this.now + ms
    for (;;) {
      const [first] = this.underway.filter(({ at: when }) => when <= until).sort((a, b) => a.at - b.at)
      if (!first) break
      this.underway.splice(this.underway.indexOf(first), 1)
      this.now = Math.max(this.now, first.at)
      first.arrive()
    }
    this.now = until
  }
}
