import type { Browser, Page } from 'playwright-core'
import { pdf } from '../files/sample-files.js'
import { until } from '../journey/citizen.js'
import { CHROMIUM, complaintsOf, launch, PHONE, see, settled, windowOf } from './chromium.js'
import { prepareOffice, type PreparedOffice } from './prepared-office.js'

const withChromium = CHROMIUM ? describe : describe.skip
withChromium('an applicant with a phone', () => {
  let office: PreparedOffice, browser: Browser
  beforeAll(async () => {
    office = await prepareOffice()
    browser = await launch()
  }, 240_000)
  afterAll(async () => {
    await browser?.close()
    await office?.service.stop()
  }, 60_000)

  const open = async (person = true): Promise<Page> => {
    const context = await windowOf(browser, office.service.url, { viewport: PHONE, ...(person ? { person: office.applicant } : {}) })
    return context.newPage()
  }
  const mailedCode = (address: string): Promise<string> => until(async () => {
    const { items } = await (await fetch(`${office.service.url}/api/v1/mailbox/sign-in`)).json() as { items: { id: string; to: unknown }[] }
    const mail = items.find(({ to }) => JSON.stringify(to).includes(address))
    if (!mail) return undefined
    const { text } = await (await fetch(`${office.service.url}/api/v1/mailbox/sign-in/${mail.id}`)).json() as { text: string }
    return /\b(\d{6,8})\b/.exec(text)?.[1]
  }, `a code for ${address}`)

  it('signs up, begins, fills in, attaches, submits and gets a receipt', async () => {
    const page = await open(false)
    const complaints = complaintsOf(page)
    await page.goto(office.service.url)
    await page.getByRole('link', { name: 'SDGs達成に向けたモデル事業創出支援補助金' }).click()
    await page.getByRole('link', { name: 'ログインして申請を始める' }).click()
    await page.getByRole('link', { name: 'アカウントを作る' }).click()
    await page.getByLabel('メールアドレス').fill('new@example.jp')
    await page.getByRole('button', { name: '番号をメールで受け取る' }).click()
    await page.getByLabel('メールで届いた番号').fill(await mailedCode('new@example.jp'))
    await page.getByLabel('お名前', { exact: false }).first().fill('多摩川 学')
    await page.getByRole('button', { name: 'アカウントを作る' }).click()
    await page.getByLabel('団体の名称').fill('NPO法人 多摩川まなびの森')
    await page.getByLabel('申請の題名').fill('流域の生きもの調査を学校の教材に')
    await page.getByRole('button', { name: '入力を始める' }).click()

    await page.getByRole('link', { name: '続きを入力する' }).click()
    await page.getByLabel('NPO法人').check()
    for (const [id, text] of [['representativeTitle', '理事長'], ['representativeName', '𠮷野 学'], ['representativeKana', 'ヨシノ マナブ'], ['postalCode', '２１０－０００１'], ['address', '川崎市川崎区本町1-1']] as const) await page.locator(`#${id}`).fill(text)
    await page.getByLabel('多摩区').check()
    await page.getByLabel('登録を申請中').check()
    await next(page, '担当者')
    for (const [id, text] of [['contactName', '多摩川 学'], ['contactKana', 'タマガワ マナブ'], ['contactPhone', '044-000-0000'], ['contactEmail', 'new@example.jp']] as const) await page.locator(`#${id}`).fill(text)
    await next(page, '事業の計画')
    for (const id of ['projectTitle', 'summary', 'issue', 'novelty', 'effect', 'continuity']) await page.locator(`#${id}`).fill('川の生きものを調べて、学校の教材にします。')
    await date(page, 'plannedStart', '令和9', '１', '10')
    await date(page, 'plannedEnd', 'R9', '2', '20')
    await next(page, 'SDGsの目標')
    await page.getByLabel(/^4 /).check()
    await next(page, '経費と補助金額')
    await page.locator('#costs').selectOption({ label: '消耗品費' })
    await page.locator('#costs-0-content').fill('苗と土')
    await page.locator('#costs-0-amount').fill('４５０，０００円')
    await page.locator('#requestedAmount').fill('300000')
    await page.locator('#ownFunds').fill('150,000')
    await page.locator('#ownFunds').blur()
    expect(await page.locator('#ownFunds').inputValue()).toBe('150,000')
    expect(await page.locator('#fundsGap').innerText()).toMatch(/0円$/)
    await next(page, '添付書類')
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.locator('#officersList').click()])
    await chooser.setFiles({ name: '役員名簿.pdf', mimeType: 'application/pdf', buffer: pdf(300_000) })
    await page.getByText(/SHA-256/).waitFor()
    await next(page, '確認と誓約')
    for (const box of await page.getByLabel('上の内容を確かめ、誓約します').all()) await box.check()
    await page.getByLabel('はい').check()
    await page.getByRole('button', { name: '保存して次へ進む' }).click()
    await page.getByRole('heading', { name: '内容を確かめて提出してください' }).waitFor()
    await see(page, 'journey-check')
    await page.getByRole('button', { name: '提出する' }).click()
    expect(await page.locator(':focus').innerText()).toContain('直すところが1か所あります')
    await page.locator('#sure').check()
    await page.getByRole('button', { name: '提出する' }).click()
    await page.getByRole('heading', { name: '申請を受け付けました' }).waitFor()
    expect(await page.getByText(/^R\d+-MS-\d{4}$/).first().innerText()).toBe('R8-MS-0003')
    await see(page, 'journey-receipt')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('sees whose turn it is above the fold, and is led to the very field that is to be corrected', async () => {
    const page = await open()
    await page.goto(`${office.service.url}/cases/${office.returned}`)
    await settled(page)
    const action = page.getByRole('link', { name: '直すところを開く(2件)' })
    const box = await action.boundingBox()
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(PHONE.height)
    expect(await page.locator('.turn').innerText()).toMatch(/あなたの番です[\s\S]*2か所を直してください/)
    await page.getByRole('link', { name: /この項目を直す.*補助の対象になる経費/ }).click()
    await page.locator('#costs:focus').waitFor()
    await page.context().close()
  })

  it('loses nothing when the line is cut or the tab is killed', async () => {
    const page = await open()
    const context = page.context()
    const address = `${office.service.url}/my/${office.draft}/forms/application/contact`
    await page.goto(address)
    await settled(page)
    await context.setOffline(true)
    await page.locator('#contactName').fill('途中で切れた名前')
    await page.getByText('この端末に保存しました').waitFor()
    await page.close({ runBeforeUnload: false })
    await context.setOffline(false)
    const again = await context.newPage()
    await again.goto(address)
    await settled(again)
    expect(await again.locator('#contactName').inputValue()).toBe('途中で切れた名前')
    await again.getByText(/に保存済み/).waitFor()
    expect((await office.applicant.get<{ answers: { contactName?: string } }>(`/api/v1/applications/${office.draft}/form`)).answers.contactName).toBe('途中で切れた名前')
    await context.close()
  })

  it('decides where two tabs have answered the same field differently', async () => {
    const page = await open()
    const address = `${office.service.url}/my/${office.draft}/forms/application/contact`
    await page.goto(address)
    await settled(page)
    await office.applicant.patch(`/api/v1/applications/${office.draft}/form`, { contactPhone: '044-111-1111' })
    await page.locator('#contactPhone').fill('044-222-2222')
    await page.getByRole('heading', { name: 'ほかの画面で、同じ項目が変更されました' }).waitFor()
    await see(page, 'conflict')
    await page.getByRole('button', { name: '保存された内容にする' }).click()
    expect(await page.locator('#contactPhone').inputValue()).toBe('044-111-1111')
    await page.context().close()
  })

  it('is told in words when the service fails, and goes on when it is back', async () => {
    const page = await open()
    await page.goto(`${office.service.url}/my/${office.draft}/forms/application/contact`)
    await settled(page)
    await page.route('**/form?**', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ code: 'away', detail: 'away', title: '', type: '', status: 503, instance: '', errors: [] }) }))
    await page.locator('#contactKana').fill('タマガワ マナブ')
    await page.getByText('この端末に保存しました').waitFor()
    await page.unroute('**/form?**')
    await page.getByRole('button', { name: 'もう一度試す' }).click()
    await page.getByText(/に保存済み/).waitFor()
    await page.context().close()
  })

  it('pastes the cells of a spreadsheet into a table', async () => {
    const page = await open()
    await page.goto(`${office.service.url}/my/${office.draft}/forms/application/budget`)
    await settled(page)
    await page.locator('#costs').focus()
    await page.locator('#costs-0-content').evaluate((element) => {
      const data = new DataTransfer()
      data.setData('text', '講師の謝金\t180,000\r\n"調査キット\n4校分"\t２８４，５６７\r\n')
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    })
    expect(await page.locator('#costs-1-content').inputValue()).toBe('調査キット 4校分')
    expect(await page.locator('tfoot td').first().innerText()).toBe('464,567円')
    await page.context().close()
  })
})

async function next(page: Page, heading: string): Promise<void> {
  await page.getByRole('button', { name: '保存して次へ進む' }).click()
  await page.getByRole('heading', { level: 1, name: heading }).waitFor()
}

async function date(page: Page, field: string, year: string, month: string, day: string): Promise<void> {
  await page.locator(`#${field}`).fill(year)
  await page.locator(`#${field}-month`).fill(month)
  await page.locator(`#${field}-day`).fill(day)
}
