import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { Chromium, findChromium } from '../../test/chromium.js'
import { aVisit, flowOf, must, PASSWORD, signedIn, Stage, verdict } from '../../test/stage.js'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '../index.js'

const file = findChromium()
const inChromium = file === undefined ? describe.skip : describe

inChromium('a passkey of Chromium', () => {
  let server: TestDatabase
  let site: Server
  let stage: Stage
  let browser: Chromium

  beforeAll(async () => {
    server = await createTestDatabase()
    site = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>Passkeys</title>'))
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
    const baseUrl = `http://localhost:${(site.address() as AddressInfo).port}`
    stage = await Stage.open(server.url, { baseUrl })
    browser = await Chromium.open(file ?? '', baseUrl)
    await browser.addAuthenticator()
  })
  afterAll(async () => {
    await browser.close()
    site.closeAllConnections()
    await new Promise((resolve) => site.close(resolve))
    await stage.close()
    await server.close()
  })

  const create = (options: object): Promise<RegistrationResponseJSON> =>
    browser.evaluate(`navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(${JSON.stringify(options)}) }).then((made) => made.toJSON())`)
  const get = (options: object): Promise<AuthenticationResponseJSON> =>
    browser.evaluate(`navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)}) }).then((got) => got.toJSON())`)

  it('is registered, signs in alone without a name being typed, and is the second factor after a password', async () => {
    const who = await stage.somebody()
    const { session } = await stage.signIn(who)
    const asked = must(await stage.identity.passkeys.beginRegistration(session))
    must(await stage.identity.passkeys.finishRegistration(session, { flow: asked.flow, response: await create(asked.options), label: 'Chromium' }))

    const alone = must(await stage.identity.passkeys.begin(aVisit()))
    const { session: entered } = signedIn(await stage.identity.passkeys.finish({ flow: alone.flow, response: await get(alone.options) }, aVisit()))
    expect([entered.personId, entered.methods, entered.secondFactor]).toEqual([who.personId, ['passkey'], true])

    const flow = flowOf(await stage.identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))
    const { options } = must(await stage.identity.passkeys.beginSecondFactor(flow))
    const response = await get(options)
    expect(verdict(await stage.identity.passkeys.finishSecondFactor({ flow, response }, aVisit()))).toBe('signedIn')
    expect(verdict(await stage.identity.passkeys.finishSecondFactor({ flow, response }, aVisit()))).toBe('expired')
  })
})
