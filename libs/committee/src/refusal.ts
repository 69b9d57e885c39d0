import type { Problem } from '@saitaku/review'

export type RefusalCode =
  | 'unknownStage' // the programme has no such stage, or the call no rubric
  | 'unknownApplication' | 'unknownReviewer' | 'unknownThing'
  | 'role' // this person may not do it
  | 'notAssigned' | 'recused'
  | 'closed' // not in the state of the call in which this is done
  | 'locked' // the deadline has passed
  | 'submitted' // the sheet is in: reopen it first
  | 'notSubmitted'
  | 'stale' // changed since
  | 'rubricChanged'
  | 'badInput' // with problems
  | 'infeasible' // with reasons
  | 'separation' // whoever did that may not do this
  | 'notNow'

export interface Label {
  ja: string
  en: string
}

/** What a person is told, in both languages. */
export type Reason = Label

/** What is wrong with an input: `pointer` leads into it. */
export type InputProblem = Pick<Problem, 'pointer' | 'message'> & { code: string }

/**
 * Something that is expected not to go: thrown inside a transaction, so that it leaves nothing behind, and caught where an
 * answer is written.
 */
export class CommitteeRefusal extends Error {
  constructor(
    readonly code: RefusalCode,
    readonly reason: Label,
    readonly problems: readonly InputProblem[] = [],
    /** After `stale`: the version that it has now. */
    readonly version?: number,
  ) {
    super(reason.en)
    this.name = 'CommitteeRefusal'
  }
}

export const refuse = (code: RefusalCode, ja: string, en: string, problems: readonly InputProblem[] = [], version?: number): CommitteeRefusal => new CommitteeRefusal(code, { ja, en }, problems, version)
export const badInput = (problems: readonly InputProblem[]): CommitteeRefusal => refuse('badInput', '入力内容を確認してください', 'Some of the input cannot be taken', problems)
