import type { Language } from './settings.js'

const SENTENCES = {
  wrongCredentials: {
    ja: 'メールアドレスまたはパスワードが正しくありません。もう一度お確かめのうえ、入力してください。パスワードをお忘れのときは、再設定をお申し込みください。',
    en: 'The e-mail address or the password is not right. Please check both and try again, or ask for a new password.',
  },
  wrongCode: {
    ja: 'コードが正しくないか、すでに使われています。新しいコードを入力してください。',
    en: 'The code is not right or was used already. Please enter a new one.',
  },
  wrongPasskey: {
    ja: 'パスキーを確認できませんでした。もう一度お試しいただくか、別の方法でサインインしてください。',
    en: 'The passkey could not be verified. Please try again or sign in another way.',
  },
  expired: {
    ja: '有効期限が切れたか、すでに使われています。お手数ですが、はじめからやり直してください。',
    en: 'This has expired or was used already. Please start again.',
  },
  tooManyAttempts: {
    ja: '試行の回数が多いため、しばらくの間お受けできません。時間をおいてから、もう一度お試しください。',
    en: 'There were too many attempts. Please wait a while before you try again.',
  },
  locked: {
    ja: '誤った入力が続いたため、この方法では入れなくなっています。パスワードを再設定するか、管理者にご連絡ください。',
    en: 'This way in is locked after many wrong attempts. Please set a new password or ask an administrator.',
  },
  busy: { ja: 'ただいま混み合っています。少し待ってから、もう一度お試しください。', en: 'The service is busy. Please try again in a moment.' },
  signedOut: { ja: 'サインインの有効期限が切れました。もう一度サインインしてください。', en: 'You are not signed in any more. Please sign in again.' },
  stepUpNeeded: {
    ja: '大切な操作のため、ご本人であることをもう一度確認します。サインインをやり直してから、続けてください。',
    en: 'This needs a fresh proof that it is you. Please sign in once more and go on.',
  },
  accountDisabled: { ja: 'このアカウントは停止されています。管理者にご連絡ください。', en: 'This account is disabled. Please ask an administrator.' },
  notAllowed: { ja: 'この操作を行う権限がありません。管理者にご相談ください。', en: 'You may not do this. Please ask an administrator.' },
  notOneself: { ja: 'ご自身に対しては行えません。ほかの管理者にご依頼ください。', en: 'Nobody can do this for themselves. Please ask another administrator.' },
  lastAdministrator: {
    ja: '管理者が一人もいなくなるため、行えません。先に別の管理者を登録してください。',
    en: 'This would leave no administrator. Please name another one first.',
  },
  reasonNeeded: { ja: '理由を入力してください。', en: 'Please give the reason.' },
  unknownPerson: { ja: '該当する方が見つかりません。', en: 'There is no such person.' },
  unknownEntry: { ja: '該当するものが見つかりません。すでに削除または終了された可能性があります。', en: 'There is no such entry; it may have ended already.' },
  badEmail: { ja: 'メールアドレスの形式が正しくありません。', en: 'This is not an e-mail address.' },
  addressTaken: { ja: 'このメールアドレスは、すでに別のアカウントで使われています。', en: 'Another account uses this e-mail address already.' },
  badPeriod: { ja: '終了の日時は、開始の日時より後にしてください。', en: 'The end must be later than the start.' },
  passwordTooShort: { ja: 'パスワードは12文字以上にしてください。', en: 'A password needs 12 characters or more.' },
  passwordTooLong: { ja: 'パスワードは128文字以内にしてください。', en: 'A password may have 128 characters at most.' },
  passwordCommon: {
    ja: 'このパスワードはよく使われており、推測されるおそれがあります。別のものにしてください。',
    en: 'This password is in common use and easy to guess. Please choose another.',
  },
  passwordPersonal: {
    ja: 'お名前、メールアドレス、サービス名から推測できるパスワードは使えません。別のものにしてください。',
    en: 'This password can be guessed from your name, your address or the name of this service. Please choose another.',
  },
  passwordRepetitive: { ja: '同じ文字や並びの繰り返しは使えません。別のパスワードにしてください。', en: 'This password repeats a character or a sequence. Please choose another.' },
  alreadySet: { ja: 'すでに設定されています。', en: 'This is set already.' },
  openIdUnavailable: {
    ja: '外部の認証サービスを利用できません。しばらくしてからお試しいただくか、別の方法でサインインしてください。',
    en: 'The sign-in provider does not answer. Please try later or sign in another way.',
  },
  openIdRefused: { ja: '外部の認証サービスで認証が完了しませんでした。もう一度お試しください。', en: 'The sign-in provider did not confirm who you are. Please try again.' },
  openIdUnlinked: {
    ja: 'この外部アカウントは、まだどのアカウントにも結び付いていません。先にこれまでの方法でサインインし、設定画面から結び付けてください。',
    en: 'This provider account is not linked to an account here. Please sign in as before and link it in your settings.',
  },
  openIdTaken: { ja: 'この外部アカウントは、すでに別のアカウントに結び付いています。', en: 'This provider account is linked to another account already.' },
  otherPerson: {
    ja: 'この招待は別の方に宛てたものです。招待を受け取ったメールアドレスのアカウントでサインインしてください。',
    en: 'This invitation is for somebody else. Please sign in to the account of the address that received it.',
  },
  signInToAccept: {
    ja: 'このメールアドレスのアカウントがあります。サインインしてから、招待をお受けください。',
    en: 'There is an account with this address. Please sign in and accept the invitation then.',
  },
  planChanged: {
    ja: '確認していただいた内容から変わっています。新しい内容をご確認のうえ、もう一度実行してください。',
    en: 'The roles changed since the preview. Please look at the new preview and apply it again.',
  },
  nothingToDo: { ja: '引き継ぐ役割がありません。', en: 'There is no role to hand over.' },
  changedSince: { ja: '適用後に役割が変更されているため、元に戻せません。', en: 'Roles were changed after it was applied; it cannot be undone.' },
} satisfies Record<string, Record<Language, string>>

export type RefusalCode = keyof typeof SENTENCES

/** An expected no: what is wrong and what to do next, for the person who asked. */
export interface Refusal {
  code: RefusalCode
  reason: Record<Language, string>
  /** Seconds until the next attempt is worth making; null where only a person can help. */
  retryAfter?: number | null
}

export interface Refused {
  ok: false
  refused: Refusal
}
// An answer that says no more than yes is `Answer`.
export type Answer<T extends object = object> = ({ ok: true } & T) | Refused

export function refuse(code: RefusalCode, more: { retryAfter?: number | null } = {}): Refused {
  return { ok: false, refused: { code, reason: SENTENCES[code], ...more } }
}
