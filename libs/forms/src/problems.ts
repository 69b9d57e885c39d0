import type { Label } from './identifier.js'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * What is wrong with an answer. An `error` keeps the form from being complete, a `warning` never does.
 * `path` leads into the answers: `['budget', 2, 'amount']` is the third row's amount.
 */
export interface FormProblem {
  field: string
  path: (string | number)[]
  code: ProblemCode
  severity: 'error' | 'warning'
  message: Label
}

type Details = { limit?: string | number; unit?: Label }

const shown = (limit: string | number | undefined): string =>
  typeof limit === 'number' ? String(limit).replace(/\B(?=(\d{3})+$)/g, ',') : (limit ?? '')

/** The sentences; each says what to do. */
const SENTENCES = {
  required: () => ({ ja: '入力してください。', en: 'Please fill this in.' }),
  notAnObject: () => ({ ja: '回答の形式が正しくありません。', en: 'The answers must be an object of fields.' }),
  unknownField: () => ({ ja: 'この様式にない項目です。', en: 'The form has no such field.' }),
  notAnswerable: () => ({ ja: '自動計算の項目には入力できません。', en: 'This field is computed and takes no answer.' }),
  notText: () => ({ ja: '文字で入力してください。', en: 'Please enter text.' }),
  forbiddenCharacter: () => ({ ja: '使えない文字(制御文字など)が含まれています。', en: 'It contains characters that cannot be used, such as control characters.' }),
  severalLines: () => ({ ja: '改行やタブを入れずに1行で入力してください。', en: 'Please enter a single line without line breaks or tabs.' }),
  tooLong: ({ limit }) => ({ ja: `${shown(limit)}文字以内で入力してください。`, en: `Please use at most ${shown(limit)} characters.` }),
  notKana: () => ({ ja: '全角カタカナで入力してください。', en: 'Please enter full-width katakana.' }),
  notEmail: () => ({ ja: 'メールアドレスの形式が正しくありません。', en: 'This is not a valid e-mail address.' }),
  notPostcode: () => ({ ja: '郵便番号は7桁の数字で入力してください。', en: 'Please enter a postcode of 7 digits.' }),
  notPhone: () => ({ ja: '電話番号は市外局番から、10桁または11桁で入力してください。', en: 'Please enter a telephone number of 10 or 11 digits with its area code.' }),
  notLocalGovernmentCode: () => ({ ja: '全国地方公共団体コードは6桁で入力してください。検査数字もお確かめください。', en: 'Please enter a local-government code of 6 digits; its check digit must match.' }),
  notBankCode: () => ({ ja: '金融機関コードは4桁の数字で入力してください。', en: 'Please enter a bank code of 4 digits.' }),
  notBranchCode: () => ({ ja: '支店コードは3桁の数字で入力してください。', en: 'Please enter a branch code of 3 digits.' }),
  notAccountNumber: () => ({ ja: '口座番号は7桁以内の数字で入力してください。', en: 'Please enter an account number of at most 7 digits.' }),
  notAccountHolder: () => ({ ja: '口座名義はカタカナで、通帳のとおりに入力してください。', en: 'Please enter the holder of the account in katakana, as in the passbook.' }),
  notANumber: () => ({ ja: '数字で入力してください。', en: 'Please enter a number.' }),
  notWhole: () => ({ ja: '整数で入力してください。', en: 'Please enter a whole number.' }),
  outOfRange: () => ({ ja: '扱える範囲を超える数です。', en: 'The number is too large to be handled.' }),
  tooSmall: ({ limit, unit }) => ({ ja: `${shown(limit)}${unit?.ja ?? ''}以上で入力してください。`, en: `Please enter at least ${shown(limit)}${unit ? ` ${unit.en}` : ''}.` }),
  tooLarge: ({ limit, unit }) => ({ ja: `${shown(limit)}${unit?.ja ?? ''}以下で入力してください。`, en: `Please enter at most ${shown(limit)}${unit ? ` ${unit.en}` : ''}.` }),
  notADate: () => ({ ja: '実在する日付を入力してください。', en: 'Please enter a date of the calendar, as in 2024-03-31.' }),
  tooEarly: ({ limit }) => ({ ja: `${shown(limit)}以後の日付を入力してください。`, en: `Please enter ${shown(limit)} or a later date.` }),
  tooLate: ({ limit }) => ({ ja: `${shown(limit)}以前の日付を入力してください。`, en: `Please enter ${shown(limit)} or an earlier date.` }),
  unknownOption: () => ({ ja: '選択肢から選んでください。', en: 'Please choose one of the options.' }),
  notAList: () => ({ ja: '一覧の形式が正しくありません。', en: 'The answer must be a list.' }),
  notAGoal: () => ({ ja: 'SDGsの目標は1から17の番号で選んでください。', en: 'Please choose goals by their numbers, 1 to 17.' }),
  tooFew: ({ limit }) => ({ ja: `${shown(limit)}つ以上選んでください。`, en: `Please choose at least ${shown(limit)}.` }),
  tooMany: ({ limit }) => ({ ja: `選べるのは${shown(limit)}つまでです。`, en: `Please choose at most ${shown(limit)}.` }),
  notYesNo: () => ({ ja: '「はい」か「いいえ」で答えてください。', en: 'Please answer yes or no.' }),
  corporateNumber: () => ({ ja: '法人番号(13桁)をお確かめください。検査用数字が合いません。', en: 'Please check the corporate number (13 digits): its check digit does not match.' }),
  notARow: () => ({ ja: '行の形式が正しくありません。', en: 'The row must be an object of columns.' }),
  tooFewRows: ({ limit }) => ({ ja: `${shown(limit)}行以上入力してください。`, en: `Please fill in at least ${shown(limit)} rows.` }),
  tooManyRows: ({ limit }) => ({ ja: `${shown(limit)}行以内で入力してください。`, en: `Please fill in at most ${shown(limit)} rows.` }),
  notAChecklist: () => ({ ja: 'チェックリストの形式が正しくありません。', en: 'The answer must give points to each item.' }),
  notAFile: () => ({ ja: 'ファイルの情報が正しくありません。もう一度添付してください。', en: 'The file is not recorded properly. Please attach it again.' }),
  emptyFile: () => ({ ja: 'ファイルが空です。もう一度添付してください。', en: 'The file is empty. Please attach it again.' }),
  tooManyFiles: ({ limit }) => ({ ja: `添付できるファイルは${shown(limit)}個までです。`, en: `Please attach at most ${shown(limit)} files.` }),
  expressionFailed: () => ({ ja: '自動計算または表示条件を評価できません。事務局にお問い合わせください。', en: 'A calculation or condition of the form cannot be evaluated. Please contact the office.' }),
} satisfies Record<string, (details: Details) => Label>

export type ProblemCode = keyof typeof SENTENCES

/** Writes a problem of a field with its sentence in both languages. */
export function problem(path: (string | number)[], code: ProblemCode, details: Details = {}): FormProblem {
  const sentence: (details: Details) => Label = SENTENCES[code]
  const severity = code === 'corporateNumber' ? 'warning' : 'error'
  return { field: String(path[0] ?? ''), path, code, severity, message: sentence(details) }
}
