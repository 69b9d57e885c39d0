import type { Database } from '@saitaku/database'
import { Administration } from './administration.js'
import { EmailChange } from './email-change.js'
import { Passkeys } from './factors/passkeys.js'
import { RecoveryCodes } from './factors/recovery-codes.js'
import { Totp } from './factors/totp.js'
import { FirstAdministrator } from './first-administrator.js'
import { Invitations } from './invitations.js'
import { KeyRing } from './key-ring.js'
import { Limits } from './limits.js'
import { LocalMailbox } from './mails/local-mailbox.js'
import { Mails } from './mails/mails.js'
import { OpenId } from './openid.js'
import { PasswordHashes } from './passwords/password-hashes.js'
import { Passwords } from './passwords/passwords.js'
import { Profile } from './profile.js'
import { Provisioning } from './provisioning.js'
import { Sessions } from './sessions/sessions.js'
import { identitySettings, type IdentityChoices } from './settings.js'
import { Admission } from './sign-in/admission.js'
import { SignIn } from './sign-in/sign-in.js'
import { SignUp } from './sign-in/sign-up.js'
import { Tickets } from './tickets.js'

export interface IdentityOptions {
  database: Database
  /** Out of SESSION_SECRET, the newest first (`sessionSecrets`). */
  secrets: readonly [string, ...string[]]
  settings: IdentityChoices
  /** Asks a service for breached passwords, beside the list that comes along. */
  isBreached?: (password: string) => Promise<boolean>
}

/** The parts of identity, composed once a process. Nothing in it runs by itself: no timer, no connection of its own. */
export interface Identity {
  sessions: Sessions
  signIn: SignIn
  signUp: SignUp
  passwords: Passwords
  totp: Totp
  passkeys: Passkeys
  recoveryCodes: RecoveryCodes
  openId: OpenId
  emailChange: EmailChange
  invitations: Invitations
  firstAdministrator: FirstAdministrator
  administration: Administration
  profile: Profile
  provisioning: Provisioning
  mails: Mails
  localMailbox: LocalMailbox
}

export function createIdentity({ database, secrets, settings: choices, isBreached }: IdentityOptions): Identity {
  const settings = identitySettings(choices)
  const keys = new KeyRing(secrets)
  const tickets = new Tickets(keys)
  const limits = new Limits(database, keys, settings)
  const mails = new Mails(database, keys, settings)
  const hashes = new PasswordHashes(settings.password)
  const sessions = new Sessions(database, keys, settings)
  const admission = new Admission(sessions, tickets, mails, settings)
  const recoveryCodes = new RecoveryCodes(sessions, mails)
  const totp = new Totp(sessions, keys, limits, mails, recoveryCodes, settings)
  const passwords = new Passwords(database, sessions, tickets, limits, hashes, mails, settings, isBreached)
  const signIn = new SignIn(database, sessions, admission, tickets, limits, hashes, mails, totp, recoveryCodes, settings)
  const invitations = new Invitations(database, sessions, admission, tickets, passwords, mails, settings)
  return {
    sessions, signIn, passwords, totp, recoveryCodes, invitations, mails,
    signUp: new SignUp(database, sessions, admission, tickets, limits, passwords, mails, settings),
    passkeys: new Passkeys(database, sessions, admission, signIn, tickets, limits, mails, recoveryCodes, settings),
    openId: new OpenId(database, keys, sessions, admission, tickets, limits, mails, settings),
    emailChange: new EmailChange(sessions, tickets, limits, mails, settings),
    firstAdministrator: new FirstAdministrator(database, sessions, admission, tickets, passwords, mails, settings),
    administration: new Administration(database, sessions, tickets, limits, passwords, recoveryCodes, invitations, mails, settings),
    profile: new Profile(database),
    localMailbox: new LocalMailbox(database, keys),
    provisioning: new Provisioning(database, passwords),
  }
}
