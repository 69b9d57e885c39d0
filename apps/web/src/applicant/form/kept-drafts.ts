import type { Answers } from '../../ui/answers/form-reading.js'

/** Whose answers to which form. */
export interface DraftKey { person: string; application: string; form: string }

const PREFIX = 'saitaku.draft'
/** Two tabs write beside each other, not over each other. */
const TAB = crypto.randomUUID()

// Held as long as this tab lives: whoever finds a draft without its lock knows that the tab is gone.
void navigator.locks?.request(`${PREFIX}.${TAB}`, () => new Promise(() => undefined))

const prefixOf = ({ person, application, form }: DraftKey): string => [PREFIX, person, application, form, ''].join('/')

/** Keeps what is not saved yet; an empty patch needs no keeping. Where the browser's store is full the page goes on. */
export function keepDraft(key: DraftKey, patch: Answers): void {
  const place = prefixOf(key) + TAB
  try {
    if (Object.keys(patch).length === 0) localStorage.removeItem(place)
    else localStorage.setItem(place, JSON.stringify(patch))
  } catch {
    // The store is full or closed: the answers are still in memory, and are being sent.
  }
}

/** What tabs that are gone have left unsaved, taken over into this one. */
export function otherDrafts(key: DraftKey): Answers {
  const prefix = prefixOf(key)
  const left = Object.keys(localStorage).filter((name) => name.startsWith(prefix) && !name.endsWith(TAB)).filter((name) => !living.has(name.slice(prefix.length)))
  const drafts = left.map((name) => JSON.parse(localStorage.getItem(name) ?? '{}') as Answers)
  for (const name of left) localStorage.removeItem(name)
  return Object.assign({}, ...drafts) as Answers
}

let living = new Set<string>()
/** Learns which tabs are open; to be awaited once before drafts are taken over. */
export async function learnLivingTabs(): Promise<void> {
  const locks = await navigator.locks?.query()
  living = new Set((locks?.held ?? []).flatMap(({ name }) => name?.startsWith(`${PREFIX}.`) ? [name.slice(PREFIX.length + 1)] : []))
}

/** Whether anything typed into this form is waiting in this browser. */
export function hasDraft(person: string, application: string): boolean {
  return Object.keys(localStorage).some((name) => name.startsWith(`${PREFIX}/${person}/${application}/`))
}
