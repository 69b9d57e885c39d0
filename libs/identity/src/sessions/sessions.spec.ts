import { jest } from '@jest/globals'
import { createTestDatabase, type TestDatabase } from '@saitaku/testkit'
import { aVisit, must, PASSWORD, Stage, verdict, type Somebody } from '../../test/stage.js'

describe('a session', () => {
  let server: TestDatabase
  let stage: Stage
  let other: Stage
  let hanako: Somebody

  beforeAll(async () => {
    server = await createTestDatabase()
    stage = await Stage.open(server.url)
    other = await Stage.open(server.url)
    hanako = await stage.somebody()
  })
  afterAll(async () => {
    await stage.close()
    await other.close()
    await server.close()
  })

  const tripsOf = async (work: () => Promise<unknown>, on = stage): Promise<number> => {
    const query = jest.spyOn(on.database.pool, 'query')
    try {
      await work()
      return query.mock.calls.length
    } finally {
      query.mockRestore()
    }
  }
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

  it('is known by its token alone, of which the record keeps the hash', async () => {
    const { token, session } = await stage.signIn(hanako)
    expect(await stage.identity.sessions.authenticate(token)).toEqual(session)
    const rows = await stage.database.query<{ row: string }>('SELECT s::text AS row FROM session s WHERE id = $1', [session.sessionId])
    expect(rows.map(({ row }) => row.includes(token) || row.includes(Buffer.from(token, 'base64url').toString('hex')))).toEqual([false])
  })

  it('costs one trip to the database at first and none from memory', async () => {
    const { token } = await stage.signIn(hanako)
    await stage.identity.sessions.authenticate(token) // a process's first look is not kept
    await settled()
    const trips: number[] = []
    for (let request = 0; request < 5; request++) trips.push(await tripsOf(() => stage.identity.sessions.authenticate(token)))
    expect([trips.every((trip) => trip <= 1), trips.slice(1)]).toEqual([true, [0, 0, 0, 0]])
  })

  it.each(['', 'x', 'a'.repeat(44), '../../etc/passwd', null, undefined, 42])('costs no trip for %p, which is no token', async (token) => {
    expect(await tripsOf(async () => expect(await stage.identity.sessions.authenticate(token)).toBeNull())).toBe(0)
  })

  it('that was signed out is unknown at once in this process, remembered or not', async () => {
    const { token } = await stage.signIn(hanako)
    for (let request = 0; request < 3; request++) await stage.identity.sessions.authenticate(token)
    await stage.identity.sessions.signOut(token)
    expect(await stage.identity.sessions.authenticate(token)).toBeNull()
  })

  it('that ended in another process, or by hand in the record, is unknown here within a second', async () => {
    const hot = async (token: string): Promise<void> => {
      for (let request = 0; request < 3; request++) expect(await other.identity.sessions.authenticate(token)).not.toBeNull()
    }
    const within = async (token: string): Promise<number> => {
      const began = performance.now()
      while ((await other.identity.sessions.authenticate(token)) !== null) await new Promise((resolve) => setTimeout(resolve, 5))
      return performance.now() - began
    }
    const first = await stage.signIn(hanako)
    const second = await stage.signIn(hanako)
    await hot(first.token)
    await hot(second.token)
    await stage.identity.sessions.signOut(first.token)
    expect(await within(first.token)).toBeLessThan(1000)
    await stage.database.query('DELETE FROM session WHERE id = $1', [second.session.sessionId])
    expect(await within(second.token)).toBeLessThan(1000)
  })

  it('ends, for every session of an account, when the account is disabled by hand in the record', async () => {
    const taro = await stage.somebody()
    const { token } = await stage.signIn(taro)
    await stage.database.query('UPDATE account SET disabled_at = now() WHERE person_id = $1', [taro.personId])
    expect(await stage.identity.sessions.authenticate(token)).toBeNull()
  })

  it('ends after an hour without use, and a day after its beginning', async () => {
    const quick = await Stage.open(server.url, { session: { recheck: 0 } })
    const idle = await quick.signIn(hanako)
    await quick.pass(3590)
    expect(await quick.identity.sessions.authenticate(idle.token)).not.toBeNull()
    await quick.pass(3590)
    expect(await quick.identity.sessions.authenticate(idle.token)).not.toBeNull()
    await quick.pass(3610)
    expect(await quick.identity.sessions.authenticate(idle.token)).toBeNull()
    const old = await quick.signIn(hanako)
    await quick.database.query(`UPDATE session SET expires_at = now() WHERE id = $1`, [old.session.sessionId])
    expect(await quick.identity.sessions.authenticate(old.token)).toBeNull()
    await quick.close()
  })

  it('is not taken from memory past its own end', async () => {
    const { token, session } = await stage.signIn(hanako)
    await stage.database.query(`UPDATE session SET expires_at = clock_timestamp() + interval '300 ms' WHERE id = $1`, [session.sessionId])
    for (let request = 0; request < 3; request++) await stage.identity.sessions.authenticate(token)
    await new Promise((resolve) => setTimeout(resolve, 320))
    expect(await stage.identity.sessions.authenticate(token)).toBeNull()
  })

  it('is never one that the browser brought along: signing in gives a new token and ends what was there', async () => {
    const attacker = await stage.somebody()
    const planted = await stage.signIn(attacker)
    const answer = await stage.signIn(hanako, aVisit({ token: planted.token }))
    expect(answer.token).not.toBe(planted.token)
    expect(await stage.identity.sessions.authenticate(planted.token)).toBeNull()
    const invented = 'A'.repeat(43)
    expect((await stage.signIn(hanako, aVisit({ token: invented }))).token).not.toBe(invented)
    expect(await stage.identity.sessions.authenticate(invented)).toBeNull()
  })

  it('goes on under a new token when the same person proves again who they are', async () => {
    const before = await stage.signIn(hanako)
    await stage.pass(700)
    const after = await stage.signIn(hanako, aVisit({ token: before.token }))
    expect(after.session.sessionId).toBe(before.session.sessionId)
    expect(after.session.authenticatedAt.getTime() - before.session.authenticatedAt.getTime()).toBeGreaterThan(0)
    expect(await stage.identity.sessions.authenticate(before.token)).toBeNull()
    expect(await other.identity.sessions.authenticate(before.token)).toBeNull()
    expect(await stage.identity.sessions.authenticate(after.token)).toEqual(after.session)
    expect((await stage.kinds(hanako.personId)).at(-1)).toBe('steppedUp')
  })

  it('that is too old for it has to be proven again before anything delicate', async () => {
    const { session } = await stage.signIn(hanako)
    await stage.pass(601)
    expect(verdict(await stage.identity.totp.begin(session))).toBe('stepUpNeeded')
    const again = await stage.signIn(hanako)
    expect(verdict(await stage.identity.passkeys.beginRegistration(again.session))).toBe('ok')
    await stage.identity.sessions.signOut(again.token)
    expect(verdict(await stage.identity.passkeys.beginRegistration(again.session))).toBe('signedOut')
  })

  it('is listed with its device, and ended one by one or all but this one', async () => {
    const taro = await stage.somebody()
    const phone = await stage.signIn(taro, aVisit({ address: '192.0.2.1', userAgent: 'Mozilla/5.0 (iPhone) Version/18.0 Safari/604.1' }))
    const desk = await stage.signIn(taro)
    const home = await stage.signIn(taro)
    expect((await stage.identity.sessions.list(desk.session)).map(({ id, device, current }) => [id, device, current])).toEqual([
      [home.session.sessionId, 'Chrome, Windows', false], [desk.session.sessionId, 'Chrome, Windows', true], [phone.session.sessionId, 'Safari, iPhone', false],
    ])
    const mine = await stage.signIn(hanako)
    expect(verdict(await stage.identity.sessions.end(mine.session, phone.session.sessionId))).toBe('unknownEntry')
    expect(verdict(await stage.identity.sessions.end(desk.session, phone.session.sessionId))).toBe('ok')
    expect(await stage.identity.sessions.endOthers(desk.session)).toBe(1)
    expect(await Promise.all([phone, home, desk].map(async ({ token }) => (await stage.identity.sessions.authenticate(token)) !== null))).toEqual([false, false, true])
  })

  it('ends the oldest where there are too many', async () => {
    const few = await Stage.open(server.url, { session: { atMost: 2 } })
    const taro = await few.somebody()
    const opened = [await few.signIn(taro), await few.signIn(taro), await few.signIn(taro)]
    expect(await Promise.all(opened.map(async ({ token }) => (await few.identity.sessions.authenticate(token)) !== null))).toEqual([false, true, true])
    await few.close()
  })

  it('has a value against forged requests that belongs to its token alone', async () => {
    const [one, two] = [await stage.signIn(hanako), await stage.signIn(hanako)]
    const { sessions } = stage.identity
    expect(one.csrfToken).toBe(sessions.csrfToken(one.token))
    expect([sessions.csrfFits(one.token, one.csrfToken), sessions.csrfFits(two.token, one.csrfToken), sessions.csrfFits(one.token, one.token), sessions.csrfFits(one.token, undefined)]).toEqual([true, false, false, false])
  })

  it('ends everywhere else when the password changes, and goes on here under a new token', async () => {
    const taro = await stage.somebody()
    const [here, there] = [await stage.signIn(taro), await stage.signIn(taro)]
    const changed = must(await stage.identity.passwords.change(here.session, { current: PASSWORD, next: 'quite another phrase 7' }, aVisit()))
    expect(await Promise.all([here.token, there.token, changed.token].map(async (token) => (await stage.identity.sessions.authenticate(token)) !== null))).toEqual([false, false, true])
    expect(verdict(await stage.identity.signIn.withPassword({ email: taro.email, password: PASSWORD }, aVisit()))).toBe('wrongCredentials')
    expect((await stage.mail('passwordChanged', taro.email)).lang).toBe('ja')
  })
})
