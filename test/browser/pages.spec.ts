import type { Browser, BrowserContext } from 'playwright-core'
import type { Citizen } from '../journey/citizen.js'
import { CHROMIUM, complaintsOf, DESKTOP, launch, overflow, PHONE, see, settled, violations, windowOf, type Language } from './chromium.js'
import { prepareOffice, type PreparedOffice } from './prepared-office.js'

type Who = 'nobody' | 'applicant' | 'secretariat' | 'administrator'
interface Screen { name: string; who: Who; path: (office: PreparedOffice) => string }

const form = (id: string, rest = ''): string => `/my/${id}/forms/application${rest}`
/** Every screen, with who sees it. */
const SCREENS: Screen[] = [
  { name: 'programmes', who: 'nobody', path: () => '/' },
  { name: 'call', who: 'nobody', path: ({ call }) => `/calls/${call}` },
  { name: 'accessibility', who: 'nobody', path: () => '/accessibility' },
  { name: 'sign-in', who: 'nobody', path: () => '/sign-in' },
  { name: 'sign-up', who: 'nobody', path: () => '/sign-up' },
  { name: 'reset-password', who: 'nobody', path: () => '/reset-password' },
  { name: 'not-found', who: 'nobody', path: () => '/no/such/page' },
  { name: 'my-applications', who: 'applicant', path: () => '/my' },
  { name: 'begin', who: 'applicant', path: ({ call }) => `/calls/${call}/begin` },
  { name: 'status-draft', who: 'applicant', path: ({ draft }) => `/my/${draft}` },
  { name: 'status-returned', who: 'applicant', path: ({ returned }) => `/my/${returned}` },
  { name: 'status-received', who: 'applicant', path: ({ received }) => `/my/${received}` },
  { name: 'sections', who: 'applicant', path: ({ draft }) => form(draft) },
  ...['applicantOrganisation', 'plan', 'goals', 'budget', 'attachments', 'pledge'].map((section): Screen => ({ name: `section-${section}`, who: 'applicant', path: ({ draft }) => form(draft, `/${section}`) })),
  { name: 'check', who: 'applicant', path: ({ draft }) => form(draft, '/check') },
  { name: 'receipt', who: 'applicant', path: ({ received }) => `/my/${received}/receipt` },
  { name: 'account', who: 'applicant', path: () => '/account' },
  { name: 'reviews', who: 'applicant', path: () => '/review' },
  { name: 'office-home', who: 'secretariat', path: () => '/office' },
  { name: 'office-applications', who: 'secretariat', path: () => '/office/applications' },
  { name: 'office-case', who: 'secretariat', path: ({ received }) => `/office/cases/${received}` },
  { name: 'office-calls', who: 'secretariat', path: () => '/office/calls' },
  { name: 'office-call', who: 'secretariat', path: ({ call }) => `/office/calls/${call}` },
  { name: 'office-new-call', who: 'secretariat', path: () => '/office/calls/new' },
  { name: 'office-people', who: 'administrator', path: () => '/office/people' },
  { name: 'office-audit', who: 'administrator', path: () => '/office/audit' },
  { name: 'office-failed', who: 'administrator', path: () => '/office/failed' },
]
const NARROW = [640, 320]
/** Pictures take longer than all the rest: of the second language only where there is time. */
const isLooked = (lang: Language): boolean => lang === 'ja' || process.env.SAITAKU_LONG === '1'

const withChromium = CHROMIUM ? describe : describe.skip
withChromium('every screen', () => {
  let office: PreparedOffice, browser: Browser
  const windows = new Map<string, BrowserContext>()
  beforeAll(async () => {
    office = await prepareOffice()
    browser = await launch()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await office?.service.stop()
  }, 60_000)

  const personOf = (who: Who): Citizen | undefined => who === 'nobody' ? undefined : office[who]
  const windowFor = async (who: Who, lang: Language): Promise<BrowserContext> => {
    const key = `${who} ${lang}`
    const known = windows.get(key)
    if (known) return known
    const person = personOf(who), opened = await windowOf(browser, office.service.url, { lang, reducedMotion: 'reduce', ...(person ? { person } : {}) })
    windows.set(key, opened)
    return opened
  }

  it.each(SCREENS.flatMap((screen) => (['ja', 'en'] as const).map((lang) => ({ ...screen, lang }))))('$name in $lang has nothing that axe objects to, fits 320 and 640 pixels, and says nothing in the console', async ({ name, who, path, lang }) => {
    const page = await (await windowFor(who, lang)).newPage()
    try {
      const complaints = complaintsOf(page)
      await page.setViewportSize(DESKTOP)
      await page.goto(office.service.url + path(office))
      await settled(page)
      const title = await page.title()
      if (isLooked(lang)) await see(page, `${name}-${lang}-desktop`)
      const found = await violations(page)
      const widths = new Map<number, number>()
      for (const width of NARROW) {
        await page.setViewportSize({ width, height: PHONE.height })
        widths.set(width, await overflow(page))
      }
      await page.setViewportSize(PHONE)
      if (isLooked(lang)) await see(page, `${name}-${lang}-phone`)
      expect({ found, widths: [...widths], complaints, lang: await page.locator('html').getAttribute('lang'), titled: title !== '' && title !== 'Saitaku', keys: await untranslated(page.locator('body').innerText()) })
        .toEqual({ found: [], widths: NARROW.map((width) => [width, 0]), complaints: [], lang, titled: true, keys: [] })
    } finally {
      await page.close()
    }
  })

  it('are reached by keyboard alone, with the focus in sight', async () => {
    const page = await (await windowFor('nobody', 'ja')).newPage()
    await page.setViewportSize(DESKTOP)
    await page.goto(office.service.url)
    await settled(page)
    await page.locator('.skip').focus()
    expect(await page.locator(':focus').innerText()).toBe('本文へ移動')
    expect(await page.locator(':focus').evaluate((element) => getComputedStyle(element).outlineWidth)).toBe('4px')
    await page.keyboard.press('Enter')
    expect(await page.locator(':focus').getAttribute('id')).toBe('main')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'SDGs達成に向けたモデル事業創出支援補助金' }).waitFor()
    await page.close()
  })

  it('keep what means something where the system chooses the colours', async () => {
    const context = await windowOf(browser, office.service.url, { person: office.applicant, forcedColors: 'active' })
    const page = await context.newPage()
    await page.goto(`${office.service.url}/my/${office.returned}`)
    await settled(page)
    expect(await page.locator('.turn').evaluate((element) => getComputedStyle(element).borderTopWidth)).toBe('1px')
    await see(page, 'status-returned-forced-colours')
    await context.close()
  })

  it("answer a link to another's case like one to a case that does not exist", async () => {
    const page = await (await windowFor('administrator', 'ja')).newPage()
    const shown = async (path: string): Promise<string> => {
      await page.goto(office.service.url + path)
      await settled(page)
      return page.locator('main').innerText()
    }
    expect(await shown(`/my/${office.draft}`)).toBe(await shown('/my/00000000-0000-4000-8000-000000000000'))
    await page.close()
  })
})

/** Keys that were printed instead of their text look like `someKey` alone on a line. */
async function untranslated(text: Promise<string>): Promise<string[]> {
  return (await text).split('\n').filter((line) => /^[a-z]+[A-Z][A-Za-z_]+$|\{\{/.test(line.trim()))
}
