/** Mails as the mailbox of the machine lists them. */
export interface MailItem {
  id: string
  template: string
}

export interface SignInMailItem {
  id: string
  to: string | { address: string }
}
