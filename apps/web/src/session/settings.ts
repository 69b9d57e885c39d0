interface Settings {
  /** The service's instant when the page was sent. */
  now: string
  /** Who asks may be chosen freely: on a developer's machine only. */
  devIdentity: boolean
  /** Mails lie in a mailbox on this machine, at /mailbox. */
  mailbox: boolean
}

function read(): Settings {
  const given = JSON.parse(document.getElementById('settings')?.textContent ?? '{}') as Partial<Settings>
  return { now: given.now ?? new Date().toISOString(), devIdentity: given.devIdentity ?? false, mailbox: given.mailbox ?? false }
}

export const settings = read()
/** The service's clock may stand in another year than the machine's: a demo lives in its own. */
const ahead = new Date(settings.now).getTime() - Date.now()
const A_MINUTE = 60_000

/** The service's present. */
export const now = (): Date => new Date(Date.now() + ahead)
/** Whether the service lives in a time of its own, as a demo does. */
export const livesInItsOwnTime = Math.abs(ahead) > 10 * A_MINUTE
