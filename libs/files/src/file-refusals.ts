import type { FileType } from '@saitaku/forms'
import type { FileRefusal } from './entities/attachment.entity.js'

const refuse = (code: string, ja: string, en: string): FileRefusal => ({ code, ja, en })

const megabytes = (bytes: number): string => `${new Intl.NumberFormat('en').format(Math.round(bytes / 100_000) / 10)}`
const list = (types: readonly FileType[], lang: 'ja' | 'en'): string => [...new Set(types.map((one) => one.label[lang]))].join(lang === 'ja' ? '、' : ', ')

/** Why a file is not taken: each a sentence that says what to do next. */
export const FILE_REFUSALS = {
  noName: () => refuse('fileName', 'ファイル名がありません。名前を付けてから、もう一度お送りください。', 'The file has no name. Please give it one and send it again.'),
  empty: () => refuse('emptyFile', 'ファイルが空です。内容を確認して、もう一度お送りください。', 'The file is empty. Please check it and send it again.'),
  tooLarge: (most: number) => refuse('tooLarge', `ファイルが大きすぎます。${megabytes(most)} MB以下にしてください。`, `The file is too large. Please keep it within ${megabytes(most)} MB.`),
  tooMany: () => refuse('tooManyFiles', 'この案件のファイルが多すぎます。不要なものを削除してから、お送りください。', 'This case has too many files. Please remove some before you send more.'),
  notAccepted: (found: FileType, accepted: readonly FileType[]) =>
    refuse('notAccepted', `この欄では${found.label.ja}は受け付けていません。受け付けるもの:${list(accepted, 'ja')}`, `This field does not take a ${found.label.en}. It takes: ${list(accepted, 'en')}.`),
  unknownType: (accepted: readonly FileType[]) =>
    refuse('unknownType', `ファイルの種類が分からないか、受け付けていない種類です。受け付けるもの:${list(accepted, 'ja')}`, `The file is of no type that is accepted here. It takes: ${list(accepted, 'en')}.`),
  renamed: (ending: string, found: FileType) =>
    refuse('renamed', `名前の末尾は「${ending === '' ? 'なし' : `.${ending}`}」ですが、中身は${found.label.ja}です。正しい末尾(.${found.endings[0] ?? ''})にするか、元のソフトで保存し直してください。`,
      `The name ends in "${ending === '' ? 'nothing' : `.${ending}`}", but the content is a ${found.label.en}. Please name it .${found.endings[0] ?? ''}, or save it again from where it was made.`),
  truncated: (found: FileType) =>
    refuse('truncated', `${found.label.ja}が途中で切れているか、壊れています。開けることを確認して、もう一度お送りください。`, `The ${found.label.en} is cut off or broken. Please check that it opens, and send it again.`),
  bomb: () => refuse('expandsTooFar', '開くと極端に大きくなるファイルは受け付けられません。分割するか、形式を変えてお送りください。', 'A file that grows beyond measure when it is opened cannot be taken. Please split it or use another format.'),
  macros: () => refuse('macros', 'マクロを含むファイルは受け付けられません。マクロなしで保存し直してください。', 'Files with macros cannot be taken. Please save it without them.'),
  locked: () => refuse('passwordProtected', 'パスワードで保護されたファイルは受け付けられません。保護を外してお送りください。', 'Files under a password cannot be taken. Please remove the protection and send it again.'),
  otherContent: () => refuse('otherContent', '届いた内容が、送られたものと一致しません。もう一度お送りください。', 'What arrived is not what was sent. Please send it again.'),
  malware: () => refuse('malware', 'ウイルス検査で問題が見つかったため、受け付けられません。お使いの端末も検査してください。', 'The virus check found a problem, so this file cannot be taken. Please check your device as well.'),
  tooLargeToScan: () => refuse('tooLargeToScan', 'ウイルス検査ができる大きさを超えています。分割してお送りください。', 'The file is too large for the virus check. Please split it.'),
} as const
