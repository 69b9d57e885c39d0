/** A sentence in both of the languages that the screens speak. */
export interface Sentence {
  ja: string
  en: string
}

const SENTENCES = {
  required: { ja: '金額または率を入力してください。', en: 'A value is needed here.' },
  notAnAmount: { ja: '金額は「1,234,567円」のように数字で入力してください。', en: 'An amount is written in digits, such as 1,234,567.' },
  negative: { ja: '0円以上の金額を入力してください。', en: 'An amount is ¥0 or more.' },
  fractionOfYen: { ja: '円未満の端数は扱えません。整数の円で入力してください。', en: 'An amount is in whole yen; round it first by the rule that applies.' },
  tooLarge: { ja: '扱える金額(9,007,199,254,740,991円)を超えています。', en: 'The amount is above ¥9,007,199,254,740,991, the most that is handled.' },
  notARate: { ja: '補助率は「2/3」「0.5」「50%」のように入力してください。', en: 'A rate is written as 2/3, 0.5 or 50%.' },
  rateOutOfRange: { ja: '補助率は0から1(100%)までです。', en: 'A rate lies between 0 and 1 (100%).' },
  unitBelowOne: { ja: '端数処理の単位は1円以上です。', en: 'The unit to round down to is ¥1 or more.' },
} satisfies Record<string, Sentence>

export type MoneyCode = keyof typeof SENTENCES

/** What is wrong with one value, and which: `field` is the name of the argument (`cost`, `rate`, …). */
export interface MoneyProblem {
  field: string
  code: MoneyCode
  message: Sentence
}

export function moneyProblem(field: string, code: MoneyCode): MoneyProblem {
  return { field, code, message: SENTENCES[code] }
}

/** Thrown where an amount that the caller vouched for is none. Text that people typed is read by functions that return the problem. */
export class MoneyError extends RangeError {
  readonly field: string
  readonly code: MoneyCode

  constructor(problem: MoneyProblem) {
    super(`${problem.field}: ${problem.message.en}`)
    this.name = 'MoneyError'
    this.field = problem.field
    this.code = problem.code
  }
}
