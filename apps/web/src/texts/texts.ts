import i18next from 'i18next'
import { useMemo, useSyncExternalStore } from 'react'

export type Language = 'ja' | 'en'
export interface Label { ja: string; en: string }

/** Both languages of one text; English may depend on `count`. */
type Entry = readonly [ja: string, en: string] | readonly [ja: string, one: string, other: string]
type Values = Record<string, string | number>
/** Says a text of this part of the program in the language of the page. */
export type Say<K extends string> = (key: K, values?: Values) => string

const STORED = 'saitaku.language'

/** Begins in the language that was chosen last, else the browser's, else Japanese. */
export function startTexts(): void {
  void i18next.init({ lng: firstLanguage(), fallbackLng: false, resources: {}, interpolation: { escapeValue: false }, initAsync: false })
  document.documentElement.lang = language()
}

/**
 * The texts of one part of the program. Returns a hook that says them in the language of the page and follows
 * when it changes.
 */
export function texts<K extends string>(namespace: string, entries: Record<K, Entry>): () => Say<K> {
  const say = Object.entries<Entry>(entries)
  let registered = false
  return function useTexts() {
    if (!registered) {
      registered = true
      i18next.addResourceBundle('ja', namespace, Object.fromEntries(say.map(([key, entry]) => [entry.length === 3 ? `${key}_other` : key, entry[0]])))
      i18next.addResourceBundle('en', namespace, Object.fromEntries(say.flatMap(([key, entry]) => entry.length === 3 ? [[`${key}_one`, entry[1]], [`${key}_other`, entry[2]]] : [[key, entry[1]]])))
    }
    const lang = useLanguage()
    return useMemo(() => i18next.getFixedT(lang, namespace) as Say<K>, [lang])
  }
}

export function language(): Language {
  return i18next.language === 'en' ? 'en' : 'ja'
}

/** The language of the page, for a component that is to follow it. */
export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, language)
}

function subscribe(listener: () => void): () => void {
  i18next.on('languageChanged', listener)
  return () => i18next.off('languageChanged', listener)
}

/** What the API says in both languages. */
export function useLabel(): (label: Label | null | undefined) => string {
  const now = useLanguage()
  return (label) => label?.[now] ?? ''
}

/** Whether this browser has been told a language; else the account's is taken. */
export const hasChosenLanguage = (): boolean => localStorage.getItem(STORED) !== null

export async function chooseLanguage(next: Language): Promise<void> {
  localStorage.setItem(STORED, next)
  document.documentElement.lang = next
  await i18next.changeLanguage(next)
}

function firstLanguage(): Language {
  const chosen = localStorage.getItem(STORED)
  if (chosen === 'ja' || chosen === 'en') return chosen
  return navigator.languages.some((each) => each.startsWith('ja')) || !navigator.languages[0]?.startsWith('en') ? 'ja' : 'en'
}
