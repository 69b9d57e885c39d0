import type { CompiledChart, CompiledEffect, CompiledTransition, Decision } from './compile.js'
import { enterInitial, transitionOn, type HandedBack } from './interpret.js'
import { standingAfter, type Standing } from './standing.js'

/**
 * XState's course through one event, remembered. From one configuration and one event, all that XState does depends on
 * the answers to what it asks: whether a transition is permitted. So its questions, the effects it has performed
 * and where it arrives are a tree of answers; a course that was taken before is walked again without XState, which is
 * most of what a step costs. What is not known yet is asked of XState and added.
 */
interface Course<T> {
  /** The tree's root; undefined until the first course is known. */
  first: Point<T> | undefined
}
type Point<T> = Question<T> | Deed<T> | { readonly kind: 'end'; readonly end: T }
interface Question<T> {
  readonly kind: 'question'
  readonly transition: number
  yes: Point<T> | undefined
  no: Point<T> | undefined
}
interface Deed<T> {
  readonly kind: 'deed'
  readonly list: readonly CompiledEffect[]
  readonly transition: CompiledTransition | undefined
  next: Point<T> | undefined
}

/** Where a course arrives, and the timers it sets and cancels on its way, by their keys, in order. */
export interface Arrival {
  standing: Standing
  timers: readonly { key: string; cancelled: boolean }[]
}

interface Courses {
  enabled: Map<string, Course<readonly CompiledTransition[]>>
  moves: Map<string, Course<Arrival>>
}
const coursesOf = new WeakMap<CompiledChart, Courses>()
/** Trees of one chart; beyond this many they are grown anew. */
const KEPT = 5000

/** The transitions that an event would take from here, by what the decision permits. */
export function enabledOn(chart: CompiledChart, from: Standing, type: string, decision: Decision): readonly CompiledTransition[] {
  return follow(chart, courseFor(courses(chart).enabled, from, type), decision, () => {
    const data = chart.machine.getTransitionData(from.snapshot as never, { type }) as unknown as { guard?: { params?: { index: number } } }[]
    return data.flatMap(({ guard }) => chart.transitions[guard?.params?.index ?? -1] ?? [])
  })
}

/** Takes an event from here; effects are performed on the decision as they come. */
export function moveOn(chart: CompiledChart, from: Standing, type: string, decision: Decision): Arrival {
  return follow(chart, courseFor(courses(chart).moves, from, type), decision, () => arrival(chart, transitionOn(chart, from.snapshot, type)))
}

/** A case's first configuration. It happens once for each case and its answers vary with nothing; so it is not remembered. */
export function enterOn(chart: CompiledChart, decision: Decision): Arrival {
  return deciding(chart, decision, () => arrival(chart, enterInitial(chart)))
}

function arrival(chart: CompiledChart, [snapshot, actions]: ReturnType<typeof transitionOn>): Arrival {
  return { standing: standingAfter(chart, snapshot), timers: actions.flatMap(timerOf) }
}

function timerOf({ type, params }: HandedBack): Arrival['timers'] {
  const { sendId, id } = (params ?? {}) as { sendId?: string; id?: string }
  if (type === 'xstate.cancel' && sendId) return [{ key: sendId, cancelled: true }]
  return type === 'xstate.raise' && id ? [{ key: id, cancelled: false }] : []
}

function courses(chart: CompiledChart): Courses {
  let known = coursesOf.get(chart)
  if (!known) coursesOf.set(chart, (known = { enabled: new Map(), moves: new Map() }))
  return known
}

function courseFor<T>(known: Map<string, Course<T>>, from: Standing, type: string): Course<T> {
  const key = `${type} ${from.key}`
  let course = known.get(key)
  if (!course) {
    if (known.size >= KEPT) known.clear()
    known.set(key, (course = { first: undefined }))
  }
  return course
}

/** Walks what is known; where that ends, XState goes the whole course, and only what is new reaches the decision. */
function follow<T>(chart: CompiledChart, course: Course<T>, decision: Decision, live: () => T): T {
  const walked: Walked<T>[] = []
  let point = course.first
  while (point) {
    if (point.kind === 'end') return point.end
    if (point.kind === 'question') {
      const answer = decision.permits(point.transition)
      walked.push({ point, answer })
      point = answer ? point.yes : point.no
    } else {
      decision.perform(point.list, point.transition)
      walked.push({ point, answer: true })
      point = point.next
    }
  }
  return new Recording(course, walked, decision).run(chart, live)
}

interface Walked<T> {
  point: Question<T> | Deed<T>
  answer: boolean
}

/** Goes a course with XState: repeats what was walked already, hands on what is new, and adds it to the tree. */
class Recording<T> implements Decision {
  private position = 0

  constructor(
    private readonly course: Course<T>,
    private readonly walked: Walked<T>[],
    private readonly decision: Decision,
  ) {}

  run(chart: CompiledChart, live: () => T): T {
    const end = deciding(chart, this, live)
    this.add({ kind: 'end', end })
    return end
  }

  permits(transition: number): boolean {
    const known = this.walked[this.position]
    if (known) {
      this.position++
      return known.answer
    }
    const point: Question<T> = { kind: 'question', transition, yes: undefined, no: undefined }
    this.add(point)
    const answer = this.decision.permits(transition)
    this.walked.push({ point, answer })
    this.position++
    return answer
  }

  perform(list: readonly CompiledEffect[], transition: CompiledTransition | undefined): void {
    if (this.walked[this.position++]) return
    const point: Deed<T> = { kind: 'deed', list, transition, next: undefined }
    this.add(point)
    this.decision.perform(list, transition)
    this.walked.push({ point, answer: true })
  }

  private add(point: Point<T>): void {
    const last = this.walked[this.walked.length - 1]
    if (!last) this.course.first = point
    else if (last.point.kind === 'deed') last.point.next = point
    else if (last.answer) last.point.yes = point
    else last.point.no = point
  }
}

/** XState's callbacks find this decision for as long as one synchronous call takes. */
function deciding<T>({ cell }: CompiledChart, decision: Decision, work: () => T): T {
  const outer = cell.current
  cell.current = decision
  try {
    return work()
  } finally {
    cell.current = outer
  }
}
