import type { z } from 'zod'
import type { Label } from '@saitaku/forms'

/** What is wrong with an input, and where: `pointer` leads into it as RFC 6901 has it. */
export interface Problem {
  pointer: string
  code: ProblemCode
  message: Label
}

export type Outcome<T> = { ok: true; result: T } | { ok: false; problems: Problem[] }

export type Path = readonly (string | number)[]

interface Details {
  what?: Label
  id?: string
  reviewer?: string
  application?: string
  criterion?: string
  value?: unknown
  allowed?: string
}

/** Of what is neither text nor number only the kind is shown: it may be large, or nested too deeply to be written. */
const shown = (value: unknown): string => {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[…]' : '{…}'
  const text = String(value)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** The sentences; each names its subject and says what to do. */
const SENTENCES = {
  missing: ({ id, what }) => ({ ja: `「${id}」がありません。${what === undefined ? '' : `${what.ja}を入力してください。`}`, en: `"${id}" is missing${what === undefined ? '' : `; it is ${what.en}`}.` }),
  shape: ({ what }) => ({ ja: `ここには${what?.ja ?? '別の形の値'}が入ります。`, en: `Here goes ${what?.en ?? 'a value of another form'}.` }),
  unknownKey: ({ id }) => ({ ja: `「${id}」という項目はありません。綴りを確かめてください。`, en: `"${id}" is not a word of this input; check its spelling.` }),
  notANumber: ({ value }) => ({ ja: `「${shown(value)}」は数ではありません。72.5 のように入力してください。`, en: `"${shown(value)}" is no number; write it as 72.5.` }),
  notFinite: () => ({ ja: '扱える範囲を超える数です。', en: 'The number is beyond what can be handled.' }),
  fullWidthDigits: ({ value }) => ({ ja: `「${shown(value)}」は全角です。半角の数字で入力してください。`, en: `"${shown(value)}" is in full-width digits; write half-width ones.` }),
  tooLong: ({ value }) => ({ ja: `「${shown(value)}」は桁が多すぎます。整数部・小数部とも15桁以内の小数で入力してください。`, en: `"${shown(value)}" has too many digits; write at most 15 before and 15 after the point.` }),
  notYen: ({ value }) => ({ ja: `「${shown(value)}」は金額ではありません。0以上の整数の円で入力してください。`, en: `"${shown(value)}" is no amount; write whole yen, 0 or more.` }),
  notAboveZero: ({ what }) => ({ ja: `${what?.ja}は0より大きい数です。`, en: `${what?.en} is above 0.` }),
  duplicateId: ({ what, id }) => ({ ja: `${what?.ja}「${id}」が重複しています。一つにしてください。`, en: `The ${what?.en} "${id}" stands here a second time; keep one.` }),
  unknownId: ({ what, id }) => ({ ja: `${what?.ja}「${id}」は一覧にありません。`, en: `There is no ${what?.en} "${id}" in the list.` }),
  duplicateScore: ({ reviewer, application }) => ({ ja: `委員「${reviewer}」の応募「${application}」への評点が重複しています。`, en: `Reviewer "${reviewer}" has a second score for application "${application}"; keep one.` }),
  duplicatePair: ({ reviewer, application }) => ({ ja: `委員「${reviewer}」と応募「${application}」の組が重複しています。`, en: `Reviewer "${reviewer}" and application "${application}" stand here a second time; keep one.` }),
  totalOrCriteria: ({ reviewer, application }) => ({ ja: `委員「${reviewer}」の応募「${application}」には、合計点か審査項目ごとの評点のどちらか一方を入力してください。`, en: `Reviewer "${reviewer}" gives application "${application}" either a total or scores by criterion.` }),
  missingScore: ({ reviewer, application }) => ({ ja: `委員「${reviewer}」の応募「${application}」への評点がありません。採点を待つか、除斥としてください。`, en: `Reviewer "${reviewer}" has not scored application "${application}"; wait for the score or record a recusal.` }),
  missingCriterion: ({ reviewer, application, criterion }) => ({ ja: `委員「${reviewer}」の応募「${application}」に、審査項目「${criterion}」の評点がありません。`, en: `Reviewer "${reviewer}" has not scored criterion "${criterion}" of application "${application}".` }),
  missingPoints: ({ criterion }) => ({ ja: `審査項目「${criterion}」を採点してください。`, en: `Score criterion "${criterion}".` }),
  unknownCriterion: ({ criterion }) => ({ ja: `審査基準に「${criterion}」という項目はありません。`, en: `The rubric has no criterion "${criterion}".` }),
  commentRequired: ({ criterion }) => ({ ja: `審査項目「${criterion}」のこの評点には、コメントが必要です。`, en: `These points for criterion "${criterion}" need a comment.` }),
  offScale: ({ criterion, value, allowed }) => ({ ja: `「${shown(value)}」は審査項目「${criterion}」の尺度にありません(${allowed})。`, en: `"${shown(value)}" is not on the scale of criterion "${criterion}" (${allowed}).` }),
  noScores: ({ application }) => ({ ja: `応募「${application}」を採点できる委員がいません(全員が除斥、または割り当てなし)。委員を割り当ててください。`, en: `Nobody may score application "${application}": all reviewers are recused or none is assigned. Assign one.` }),
  noReviewers: () => ({ ja: '委員がいません。', en: 'There are no reviewers.' }),
  notAssigned: ({ reviewer, application }) => ({ ja: `委員「${reviewer}」は応募「${application}」の担当ではありません。`, en: `Reviewer "${reviewer}" is not assigned to application "${application}".` }),
  needsCriteria: ({ reviewer, application, criterion }) => ({ ja: `審査項目「${criterion}」で判定しますが、委員「${reviewer}」の応募「${application}」は合計点だけです。`, en: `Criterion "${criterion}" decides here, but reviewer "${reviewer}" gave application "${application}" only a total.` }),
  needsRequest: ({ application }) => ({ ja: `同点を申請額で判定しますが、応募「${application}」の申請額がありません。`, en: `The requested amount decides this tie, but application "${application}" has none.` }),
  sumThreshold: () => ({ ja: '合計点の基準は、除斥などで採点者数がそろわないと比べられません。平均点の基準にしてください。', en: 'A threshold on the sum cannot be compared where a recusal leaves applications with different numbers of scores; use the method mean and its threshold.' }),
  lotNotLast: () => ({ ja: 'くじは最後にだけ置けます。', en: 'A lot can only be the last step; it decides every tie.' }),
  needsScore: ({ application }) => ({ ja: `ここでは評点が要りますが、応募「${application}」の評点がありません。`, en: `A score is needed here, and application "${application}" has none.` }),
  notARate: ({ value }) => ({ ja: `「${shown(value)}」は率ではありません。2/3、0.5、50% のように0から1までで入力してください。`, en: `"${shown(value)}" is no rate; write it as 2/3, 0.5 or 50%, from 0 to 1.` }),
  tooManyCombinations: () => ({ ja: '組合せが多すぎて最適であることを確かめられません。stop または skip を使うか、金額を千円単位にしてください。', en: 'There are too many combinations to prove an optimum. Use stop or skip, or round the amounts to thousands of yen.' }),
  tieAtCut: ({ id }) => ({ ja: `同順位の ${id} の間で結果が分かれます。先に順位を決めてください。`, en: `${id} share a rank, and the outcome depends on which comes first. Decide the tie first.` }),
  minimumAboveRequest: ({ application }) => ({ ja: `応募「${application}」の最低額が申請額を超えています。`, en: `The minimum of application "${application}" is above what it requests.` }),
  ratesNotFalling: () => ({ ja: '補助率の表は、件数の少ない順に並べ、率と上限額は同じか下がるようにしてください。', en: 'Write the rates by rising number of adopted applications; rate and cap stay or fall.' }),
  optimiseWithRates: () => ({ ja: '採択件数で率が変わるときは、最適化は使えません。stop・skip・reduce から選んでください。', en: 'optimise does not combine with rates that depend on how many are adopted; choose stop, skip or reduce.' }),
  needsCost: ({ application }) => ({ ja: `採択件数で率が変わるため、応募「${application}」の対象経費が要ります。`, en: `The rates need the eligible cost of application "${application}".` }),
  notEligible: ({ application, id }) => ({ ja: `応募「${application}」は賞「${id}」の対象ではありません。`, en: `Application "${application}" cannot win prize "${id}".` }),
  tooManyWinners: ({ id }) => ({ ja: `賞「${id}」の受賞数が定員を超えています。`, en: `Prize "${id}" has more winners than places.` }),
  rangeReversed: ({ id }) => ({ ja: `委員「${id}」の下限が上限を超えています。`, en: `The minimum of reviewer "${id}" is above the maximum.` }),
} satisfies Record<string, (details: Details) => Label>

export type ProblemCode = keyof typeof SENTENCES

export function problem(path: Path, code: ProblemCode, details: Details = {}): Problem {
  const sentence: (details: Details) => Label = SENTENCES[code]
  return { pointer: pointer(path), code, message: sentence(details) }
}

/** @example pointer(['scores', 0, 'a/b']) // → '/scores/0/a~1b' */
export function pointer(path: Path): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The problems that a schema found, each at its place; a number that is none gets the sentence for numbers. */
export function shapeProblems(found: z.ZodError, input: unknown): Problem[] {
  return found.issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => problem([...path, key], 'unknownKey', { id: shown(key) }))
    const value = path.reduce<unknown>(within, input)
    if (typeof value === 'number' && !Number.isFinite(value)) return [problem(path, Number.isNaN(value) ? 'notANumber' : 'notFinite', { value })]
    const what = expectation(issue)
    const details = what === undefined ? {} : { what }
    return [value === undefined && path.length > 0 ? problem(path, 'missing', { id: String(path.at(-1)), ...details }) : problem(path, 'shape', details)]
  })
}

const KINDS: Record<string, Label> = {
  array: { ja: '一覧([…])', en: 'a list […]' },
  object: { ja: '項目の組({…})', en: 'an object {…}' },
  record: { ja: '項目の組({…})', en: 'an object {…}' },
  string: { ja: '文字', en: 'text' },
  number: { ja: '数', en: 'a number' },
  int: { ja: '整数', en: 'a whole number' },
  boolean: { ja: 'true か false', en: 'true or false' },
}

/** What a schema asks for, in words. */
function expectation(issue: z.core.$ZodIssue): Label | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected]
    case 'invalid_value':
      return { ja: `${issue.values.map(String).join('、')} のどれか`, en: `one of ${issue.values.map(String).join(', ')}` }
    case 'too_small':
      return bound(issue.origin, issue.minimum, { ja: '以上', en: 'at least' })
    case 'too_big':
      return bound(issue.origin, issue.maximum, { ja: '以下', en: 'at most' })
    case 'invalid_union': {
      if (issue.discriminator !== undefined) return { ja: `「${issue.discriminator}」の決まった語`, en: `one of the words for "${issue.discriminator}"` }
      const kinds = issue.errors.flatMap(([first]) => (first === undefined ? [] : [expectation(first) ?? []].flat()))
      return kinds.length === 0 ? undefined : { ja: kinds.map((k) => k.ja).join('または'), en: kinds.map((k) => k.en).join(' or ') }
    }
    default:
      return undefined
  }
}

function bound(origin: string, limit: number | bigint, than: Label): Label {
  if (origin === 'array') return { ja: `${limit}個${than.ja}の一覧`, en: `a list of ${than.en} ${limit}` }
  return origin === 'string' ? { ja: `${limit}字${than.ja}の文字`, en: `text of ${than.en} ${limit} characters` } : { ja: `${limit}${than.ja}の数`, en: `a number of ${than.en} ${limit}` }
}

function within(value: unknown, part: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, part) ? (value as Record<string | number, unknown>)[part] : undefined
}

export const NAMES = {
  reviewer: { ja: '委員', en: 'reviewer' },
  application: { ja: '応募', en: 'application' },
  criterion: { ja: '審査項目', en: 'criterion' },
  prize: { ja: '賞', en: 'prize' },
  item: { ja: '応募', en: 'item' },
  weight: { ja: '重み', en: 'A weight' },
  step: { ja: '刻み', en: 'A step' },
  floor: { ja: '端数処理の単位', en: 'The unit to round down to' },
  maxPoints: { ja: '満点', en: 'The full marks' },
} satisfies Record<string, Label>

/** The index of each id, and a problem for each that stands a second time. */
export function indexIds(ids: readonly string[], what: Label, at: (index: number) => Path): { index: Map<string, number>; problems: Problem[] } {
  const index = new Map<string, number>()
  const problems: Problem[] = []
  ids.forEach((id, i) => {
    if (index.has(id)) problems.push(problem(at(i), 'duplicateId', { what, id: shown(id) }))
    else index.set(id, i)
  })
  return { index, problems }
}
