import { client, okWithTag, type Schemas } from '../../api/client.js'
import { isProblem, type ApiProblem } from '../../api/problem.js'
import { queries } from '../../api/queries.js'
import type { Answers } from '../../ui/answers/form-reading.js'
import { isSame, rebase, without, type Conflict } from './answer-merge.js'
import { keepDraft, otherDrafts, type DraftKey } from './kept-drafts.js'
import type { Saving } from '../../ui/save-state.js'

type Form = Schemas['Form']

export interface FormState {
  form: Form
  /** What was saved with what was typed since. */
  answers: Answers
  saving: Saving
  /** Fields that somebody else has answered differently meanwhile: to be decided. */
  conflicts: readonly Conflict[]
  /** Why the service does not take what was typed, where it has refused it. */
  refused: ApiProblem | null
}

const QUIET_MS = 700, FIRST_RETRY_MS = 2_000, LAST_RETRY_MS = 60_000
const CHANNEL = 'saitaku.forms'

/**
 * The answers to one form while they are typed. Every change is kept in the browser at once and sent a moment later;
 * what cannot be sent stays until it can, over reloads and sign-ins. Answers of other tabs and people are taken over
 * field by field; where both changed the same field, the person decides.
 */
export class AnswerStore {
  private state: FormState
  private etag: string
  private patch: Answers = {}
  private timer: ReturnType<typeof setTimeout> | undefined
  private sending: Promise<void> | undefined
  private failures = 0
  private readonly listeners = new Set<() => void>()
  private readonly channel = new BroadcastChannel(CHANNEL)

  constructor(private readonly key: DraftKey, form: Form) {
    this.etag = tagOf(form.revision)
    this.state = { form, answers: form.answers, saving: form.savedAt ? { is: 'saved', at: new Date(form.savedAt) } : { is: 'idle' }, conflicts: [], refused: null }
  }

  /** Takes up what was left unsaved, and begins to listen. Returns how to stop. */
  start(): () => void {
    const leftOver = otherDrafts(this.key)
    if (Object.keys(leftOver).length > 0) this.change(leftOver)
    else void this.refresh() // what the page was opened with may have been read a while ago
    const online = () => this.sendSoon(0)
    const told = ({ data }: MessageEvent<{ application: string; form: string }>) => { if (data.application === this.key.application && data.form === this.key.form) void this.refresh() }
    addEventListener('online', online)
    addEventListener('pagehide', online)
    this.channel.addEventListener('message', told)
    return () => {
      removeEventListener('online', online)
      removeEventListener('pagehide', online)
      this.channel.removeEventListener('message', told)
      void this.flush()
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly snapshot = (): FormState => this.state

  /** `undefined` takes an answer away. */
  answer(field: string, value: unknown): void {
    this.change({ [field]: value === undefined ? null : value })
  }

  /** Settles a conflict: one's own answer, or the other's. */
  settle(field: string, whose: 'mine' | 'theirs'): void {
    if (whose === 'theirs') {
      this.patch = without(this.patch, [field])
      keepDraft(this.key, this.patch)
    }
    this.publish({ conflicts: this.state.conflicts.filter((conflict) => conflict.field !== field) })
    if (this.state.conflicts.length === 0) this.sendSoon(0)
  }

  retry(): void {
    this.publish({ refused: null })
    this.sendSoon(0)
  }

  /** Sends what is left, and waits for it. True where everything is saved. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer)
    await this.sending
    if (this.isDirty && this.state.conflicts.length === 0) await (this.sending = this.send())
    return !this.isDirty
  }

  private get isDirty(): boolean {
    return Object.keys(this.patch).length > 0
  }

  private change(patch: Answers): void {
    this.patch = { ...this.patch, ...patch }
    keepDraft(this.key, this.patch)
    this.publish({ saving: { is: 'saving' }, refused: null })
    if (this.state.conflicts.length === 0) this.sendSoon(QUIET_MS)
  }

  private sendSoon(ms: number): void {
    clearTimeout(this.timer)
    if (this.isDirty) this.timer = setTimeout(() => { this.sending ??= this.send().finally(() => { this.sending = undefined }) }, ms)
  }

  private async send(): Promise<void> {
    if (!this.isDirty) return
    const sent = this.patch
    try {
      const { data, etag } = await okWithTag(client.PATCH('/api/v1/applications/{id}/form', {
        params: { path: { id: this.key.application }, query: { form: this.key.form }, header: { 'If-Match': this.etag } },
        body: sent as never, headers: { 'content-type': 'application/merge-patch+json' },
      }))
      this.failures = 0
      this.etag = etag ?? tagOf(data.revision)
      this.patch = Object.fromEntries(Object.entries(this.patch).filter(([field, value]) => !(field in sent) || !isSame(sent[field], value)))
      keepDraft(this.key, this.patch)
      this.publish({ form: data, saving: this.isDirty ? { is: 'saving' } : { is: 'saved', at: new Date() } })
      this.channel.postMessage({ application: this.key.application, form: this.key.form })
      if (this.isDirty) this.sendSoon(QUIET_MS)
    } catch (error) {
      if (!isProblem(error)) throw error
      await this.failed(error)
    }
  }

  private async failed(problem: ApiProblem): Promise<void> {
    if (problem.status === 412) return this.refresh()
    if (problem.passing) {
      this.publish({ saving: { is: 'kept' } })
      return this.sendSoon(problem.retryAfter === null ? Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures++) : problem.retryAfter * 1_000)
    }
    this.publish({ saving: problem.status === 401 ? { is: 'kept' } : { is: 'failed' }, refused: problem })
  }

  /** Takes over what others have saved. */
  private async refresh(): Promise<void> {
    try {
      const { data, etag } = await okWithTag(client.GET('/api/v1/applications/{id}/form', { params: { path: { id: this.key.application }, query: { form: this.key.form } } }))
      const { patch, conflicts } = rebase(this.state.form.answers, data.answers, this.patch)
      this.patch = patch
      this.etag = etag ?? tagOf(data.revision)
      keepDraft(this.key, patch)
      this.publish({ form: data, conflicts, saving: this.isDirty ? { is: 'saving' } : { is: 'saved', at: data.savedAt ? new Date(data.savedAt) : new Date() } })
      if (conflicts.length === 0) this.sendSoon(0)
    } catch (error) {
      if (!isProblem(error)) throw error
      await this.failed(error)
    }
  }

  /** The next page of the form begins with what is known here, and asks anew what may be done with the application. */
  private remember(form: Form): void {
    queries.setQueryData(['form', this.key.application, this.key.form], form)
    void queries.invalidateQueries({ queryKey: ['application', this.key.application], refetchType: 'none' })
  }

  private publish(change: Partial<FormState>): void {
    const next = { ...this.state, ...change }
    if (change.form) this.remember(change.form)
    const merged: Answers = { ...next.form.answers, ...this.patch }
    this.state = { ...next, answers: without(merged, Object.keys(merged).filter((field) => merged[field] === null)) }
    for (const listener of this.listeners) listener()
  }
}

const tagOf = (revision: number): string => `"r${revision}"`
