import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import type { Citizen } from '../journey/citizen.js'

export const CHROMIUM = process.env.CHROMIUM
/** What was seen, to be looked at: git does not keep it. */
export const SCREENS = path.join(import.meta.dirname, '.screens')
export type Language = 'ja' | 'en'

export const DESKTOP = { width: 1280, height: 860 }
export const PHONE = { width: 375, height: 667 }

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
/** axe's rules for WCAG 2.0 to 2.2, A and AA, and its best practices. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

export function launch(): Promise<Browser> {
  mkdirSync(SCREENS, { recursive: true })
  return chromium.launch({ executablePath: CHROMIUM ?? '', args: ARGUMENTS })
}

/** A window of a person, signed in where they are given. */
export async function windowOf(browser: Browser, url: string, { person, lang = 'ja', ...options }: BrowserContextOptions & { person?: Citizen; lang?: Language } = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: DESKTOP, locale: lang === 'ja' ? 'ja-JP' : 'en-GB', timezoneId: 'Asia/Tokyo', ...options })
  await context.addInitScript((chosen) => { if (localStorage.getItem('saitaku.language') === null) localStorage.setItem('saitaku.language', chosen) }, lang)
  if (person) await context.addCookies([...person.browser.cookies].map(([name, { value }]) => ({ name, value, url })))
  context.setDefaultTimeout(20_000)
  return context
}

/** What a page has complained about in the console since; a refused request that a test provokes is no complaint. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => { if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text()) })
  page.on('pageerror', (error) => { complaints.push(String(error)) })
  return complaints
}

/** What axe finds, as `rule: place`. */
export async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).withTags(RULES).analyze()
  return found.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} (${(failureSummary ?? '').split('\n')[1]?.trim() ?? ''})`))
}

/** By how many CSS pixels the page is wider than its window. */
export const overflow = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

export async function see(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(SCREENS, `${name}.png`), fullPage: true })
}

/** Until the page has its heading and nothing of it is still being read. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor()
  await page.locator('.state[role="status"]').first().waitFor({ state: 'detached' })
}
