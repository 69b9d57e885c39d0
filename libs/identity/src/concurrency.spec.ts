import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { aVisit, codeOf, must, PASSWORD, Stage, verdict } from '../test/stage.js'

/** Everything that changes a way in, and every way in, of one account at the same time. */
describe('one account under many hands', () => {
  let server: TestDatabase
  let stage: Stage

  beforeAll(async () => {
    server = await createTestDatabase()
    stage = await Stage.open(server.url, { limits: { pair: 10_000, account: 10_000, address: 10_000, stop: 100_000, mailsToAccount: 10_000 } })
  })
  afterAll(async () => {
    await stage.close()
    await server.close()
  })

  it('is never waited for in a circle, and never let in half way', async () => {
    const who = await stage.somebody()
    const admin = await stage.somebody({ roles: [['*', 'administrator']] })
    const { session: administrator } = await stage.signIn(admin)
    const { secret, session } = await stage.withTotp(who)
    const { identity } = stage
    const enter = async (): Promise<string> => {
      const half = await identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit())
      if (!half.ok || half.outcome !== 'secondFactor') return verdict(half)
      return verdict(await identity.signIn.withTotp({ flow: half.flow, code: await codeOf(secret) }, aVisit()))
    }
    const acts: (() => Promise<unknown>)[] = [
      enter, enter,
      () => identity.recoveryCodes.renew(session),
      () => identity.passkeys.beginRegistration(session),
      () => identity.sessions.endOthers(session),
      () => identity.signIn.requestCode({ email: who.email }, aVisit()),
      () => identity.passwords.requestReset({ email: who.email }, aVisit()),
      () => identity.emailChange.begin(session, { email: 'elsewhere@example.jp' }, aVisit()),
      () => identity.administration.endSessions(administrator, who.personId),
      () => identity.administration.unlock(administrator, who.personId),
      () => identity.totp.begin(session),
      () => identity.sessions.list(session),
    ]
    const settled = await Promise.allSettled(Array.from({ length: 8 }, () => acts).flat().map((act) => act()))
    expect(settled.filter((each) => each.status === 'rejected').map((each) => String(each.reason))).toEqual([])
    const open = await stage.database.query<{ second_factor: boolean }>('SELECT second_factor FROM session WHERE person_id = $1', [who.personId])
    expect(open.filter((row) => !row.second_factor)).toEqual([])
  })

  it('whose factor is removed while somebody signs in is left in one of the two orders', async () => {
    for (let round = 0; round < 5; round++) {
      const who = await stage.somebody()
      const { secret, session } = await stage.withTotp(who)
      const { identity } = stage
      const half = must(await identity.signIn.withPassword({ email: who.email, password: PASSWORD }, aVisit()))
      const flow = half.outcome === 'secondFactor' ? half.flow : ''
      const code = await codeOf(secret)
      const [removed, ...entered] = await Promise.all([identity.totp.remove(session), ...Array.from({ length: 4 }, () => identity.signIn.withTotp({ flow, code }, aVisit()))])
      expect(removed.ok).toBe(true)
      expect(entered.filter(({ ok }) => ok).length).toBeLessThanOrEqual(1)
    }
  })
})
