import type { Language } from '../settings.js'

export type MailKind =
  | 'signInCode' | 'signUpCode' | 'alreadyRegistered' | 'emailCode' | 'emailChanged' | 'invitation' | 'passwordReset' | 'passwordChanged'
  | 'newSignIn' | 'blocked' | 'secondFactorSet' | 'secondFactorRemoved' | 'recoveryCodeUsed' | 'openIdLinked' | 'accountRecovered'

/** What a text may say; every value is put in as one line of plain text. */
export interface MailValues {
  code?: string
  link?: string
  minutes?: string
  until?: string
  at?: string
  device?: string
  address?: string
  what?: string
  by?: string
  email?: string
}

export interface MailText {
  subject: string
  text: string
}

/** `[values]` stand for what changes; `[name]` and `[service]` are always there. */
const TEXTS: Record<MailKind, Record<Language, { subject: string; lines: string[] }>> = {
  signInCode: {
    ja: {
      subject: '【[service]】サインイン用コードのお知らせ',
      lines: ['サインインのためのコードをお送りします。', '', '    [code]', '', 'サインインの画面に入力してください。[minutes]分間、一度だけ使えます。', 'このコードは、どなたにもお伝えにならないでください。お心当たりがない場合は、このメールを破棄してください。'],
    },
    en: {
      subject: '[service]: your sign-in code',
      lines: ['This is your code to sign in:', '', '    [code]', '', 'Please enter it on the sign-in page. It works once, for [minutes] minutes.', 'Do not tell it to anyone. If you did not ask for it, you can ignore this mail.'],
    },
  },
  signUpCode: {
    ja: {
      subject: '【[service]】ご登録の確認コード',
      lines: ['ご登録のお申し込みをありがとうございます。次のコードを登録の画面に入力してください。', '', '    [code]', '', '[minutes]分間、一度だけ使えます。お心当たりがない場合は、このメールを破棄してください。'],
    },
    en: {
      subject: '[service]: confirm your registration',
      lines: ['Thank you for registering. Please enter this code on the registration page:', '', '    [code]', '', 'It works once, for [minutes] minutes. If you did not ask for it, you can ignore this mail.'],
    },
  },
  alreadyRegistered: {
    ja: {
      subject: '【[service]】ご登録済みのお知らせ',
      lines: ['このメールアドレスでのお手続きがありましたが、すでにアカウントがございます。', '次のページからサインインしてください。パスワードをお忘れの場合も、こちらから再設定いただけます。', '', '[link]', '', 'お心当たりがない場合は、このメールを破棄してください。アカウントに変更はありません。'],
    },
    en: {
      subject: '[service]: you have an account already',
      lines: ['Somebody used this address to register or to change to it, but it has an account already.', 'Please sign in here; you can also set a new password there:', '', '[link]', '', 'If this was not you, you can ignore this mail. Nothing has changed.'],
    },
  },
  emailCode: {
    ja: {
      subject: '【[service]】メールアドレス変更の確認コード',
      lines: ['メールアドレスの変更を承りました。次のコードを設定の画面に入力すると、変更が完了します。', '', '    [code]', '', '[minutes]分間、一度だけ使えます。お心当たりがない場合は、このメールを破棄してください。'],
    },
    en: {
      subject: '[service]: confirm your new address',
      lines: ['You asked to change your e-mail address. Please enter this code in your settings to finish:', '', '    [code]', '', 'It works once, for [minutes] minutes. If you did not ask for it, you can ignore this mail.'],
    },
  },
  emailChanged: {
    ja: {
      subject: '【[service]】メールアドレスが変更されました',
      lines: ['アカウントのメールアドレスが [email] に変更されました。今後のお知らせは新しいアドレスにお送りします。', '', 'お心当たりがない場合は、すぐに事務局へご連絡ください。'],
    },
    en: {
      subject: '[service]: your address was changed',
      lines: ['The e-mail address of your account is now [email]. We will write to the new address from now on.', '', 'If this was not you, please contact the office at once.'],
    },
  },
  invitation: {
    ja: {
      subject: '【[service]】ご招待のお知らせ',
      lines: ['[by] から、「[what]」としてのご招待です。', '次のページからお手続きをお願いします。', '', '[link]', '', '[until] まで、一度だけ使えます。お心当たりがない場合は、このメールを破棄してください。'],
    },
    en: {
      subject: '[service]: you are invited',
      lines: ['[by] invites you as “[what]”.', 'Please accept on this page:', '', '[link]', '', 'It works once, until [until]. If you do not expect this, you can ignore this mail.'],
    },
  },
  passwordReset: {
    ja: {
      subject: '【[service]】パスワードの再設定',
      lines: ['パスワードの再設定を承りました。次のページで新しいパスワードを設定してください。', '', '[link]', '', '[minutes]分間、一度だけ使えます。お心当たりがない場合は、このメールを破棄してください。パスワードは変更されません。'],
    },
    en: {
      subject: '[service]: set a new password',
      lines: ['You asked for a new password. Please set it on this page:', '', '[link]', '', 'It works once, for [minutes] minutes. If you did not ask for it, you can ignore this mail; your password stays as it is.'],
    },
  },
  passwordChanged: {
    ja: {
      subject: '【[service]】パスワードが変更されました',
      lines: ['[at] に、アカウントのパスワードが変更されました。ほかの端末のサインインはすべて終了しました。', '', 'お心当たりがない場合は、すぐにパスワードを再設定し、事務局へご連絡ください。'],
    },
    en: {
      subject: '[service]: your password was changed',
      lines: ['The password of your account was changed on [at]. All your other devices were signed out.', '', 'If this was not you, please set a new password at once and contact the office.'],
    },
  },
  newSignIn: {
    ja: {
      subject: '【[service]】新しい端末からのサインイン',
      lines: ['これまでと異なる環境からサインインがありました。', '', '  日時: [at]', '  端末: [device]', '  接続元: [address]', '', 'お心当たりがない場合は、設定の画面でそのサインインを終了し、パスワードを変更してください。'],
    },
    en: {
      subject: '[service]: a sign-in from a new device',
      lines: ['There was a sign-in from a device or network that is new for your account.', '', '  Time: [at]', '  Device: [device]', '  From: [address]', '', 'If this was not you, please end that session in your settings and change your password.'],
    },
  },
  blocked: {
    ja: {
      subject: '【[service]】サインインの失敗が続いています',
      lines: ['誤ったパスワードまたはコードが続けて入力されたため、サインインを一時的に制限しました。', '', '  日時: [at]', '  接続元: [address]', '', 'ご本人の場合は、時間をおいてからお試しください。お心当たりがない場合は、パスワードが他のサービスと同じでないかお確かめください。'],
    },
    en: {
      subject: '[service]: repeated failures to sign in',
      lines: ['A wrong password or code was entered several times, so signing in is limited for a while.', '', '  Time: [at]', '  From: [address]', '', 'If it was you, please wait and try again. If not, please make sure that you use this password nowhere else.'],
    },
  },
  secondFactorSet: {
    ja: {
      subject: '【[service]】二段階認証が設定されました',
      lines: ['[at] に、アカウントに「[what]」が設定されました。', '', 'お心当たりがない場合は、すぐに事務局へご連絡ください。'],
    },
    en: {
      subject: '[service]: a second factor was added',
      lines: ['“[what]” was added to your account on [at].', '', 'If this was not you, please contact the office at once.'],
    },
  },
  secondFactorRemoved: {
    ja: {
      subject: '【[service]】二段階認証が解除されました',
      lines: ['[at] に、アカウントから「[what]」が削除されました。', '', 'お心当たりがない場合は、すぐに事務局へご連絡ください。'],
    },
    en: {
      subject: '[service]: a second factor was removed',
      lines: ['“[what]” was removed from your account on [at].', '', 'If this was not you, please contact the office at once.'],
    },
  },
  recoveryCodeUsed: {
    ja: {
      subject: '【[service]】リカバリーコードが使われました',
      lines: ['[at] に、リカバリーコードを使ったサインインがありました。', '残りが少なくなりましたら、設定の画面で新しいコードを作成してください。', '', 'お心当たりがない場合は、すぐに事務局へご連絡ください。'],
    },
    en: {
      subject: '[service]: a recovery code was used',
      lines: ['A recovery code was used to sign in on [at].', 'Please make new codes in your settings when few are left.', '', 'If this was not you, please contact the office at once.'],
    },
  },
  openIdLinked: {
    ja: {
      subject: '【[service]】外部アカウントが結び付けられました',
      lines: ['[at] に、外部の認証サービス([what])のアカウントが結び付けられました。', '', 'お心当たりがない場合は、すぐに事務局へご連絡ください。'],
    },
    en: {
      subject: '[service]: a provider account was linked',
      lines: ['An account at [what] was linked to yours on [at].', '', 'If this was not you, please contact the office at once.'],
    },
  },
  accountRecovered: {
    ja: {
      subject: '【[service]】アカウントの回復手続き',
      lines: ['管理者([by])がアカウントの回復手続きを行いました。これまでのサインインはすべて終了し、パスワードは無効になりました。', '次のページで新しいパスワードを設定してください。', '', '[link]', '', '[until] まで、一度だけ使えます。お心当たりがない場合は、すぐに事務局へご連絡ください。'],
    },
    en: {
      subject: '[service]: your account is being recovered',
      lines: ['An administrator ([by]) has started to recover your account. All sessions were ended and the password no longer works.', 'Please set a new password on this page:', '', '[link]', '', 'It works once, until [until]. If you do not expect this, please contact the office at once.'],
    },
  },
}

const GREETING: Record<Language, string> = { ja: '[name] 様', en: 'Dear [name],' }
const CLOSING: Record<Language, string[]> = {
  ja: ['────────', '[service]', 'このメールは自動で送信しています。ご返信にはお答えできません。'],
  en: ['--', '[service]', 'This mail was sent automatically; replies are not read.'],
}

/** Writes a mail. Values are data: a line break or a bracket in somebody's name stays on its line and stands for nothing. */
export function writeMail(kind: MailKind, lang: Language, around: { name: string; service: string }, values: MailValues): MailText {
  const { subject, lines } = TEXTS[kind][lang]
  const known: Record<string, string | undefined> = { ...values, ...around }
  const fill = (text: string): string =>
    text.replace(/\[([a-z]+)\]/g, (_, name: string) => {
      const value = known[name]
      if (value === undefined) throw new Error(`The mail ${kind} needs a value for ${name}`)
      return value.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()
    })
  const greeting = around.name.trim() === '' ? [] : [fill(GREETING[lang]), '']
  return { subject: fill(subject), text: [...greeting, ...lines.map(fill), '', ...CLOSING[lang].map(fill), ''].join('\n') }
}
