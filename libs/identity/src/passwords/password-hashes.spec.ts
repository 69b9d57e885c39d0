import { PasswordHashes, TooManyHashes } from './password-hashes.js'

const QUICK = { memoryKiB: 1024, passes: 1, atOnce: 1, waiting: 2 }

describe('the hashes of passwords', () => {
  it('fit the password however its characters are composed', async () => {
    const hashes = new PasswordHashes(QUICK)
    const made = await hashes.make('ガギグゲゴの長い言葉です')
    expect(await hashes.fits(made, 'ガギグゲゴの長い言葉です'.normalize('NFD'))).toBe(true)
    expect(await hashes.fits(made, 'カキクケコの長い言葉です')).toBe(false)
  })

  it('fit nothing where there is none, not even the password that is hashed meanwhile', async () => {
    const hashes = new PasswordHashes(QUICK)
    expect(await hashes.fits(null, 'the password of nobody')).toBe(false)
    expect(await hashes.fits(undefined, '')).toBe(false)
  })

  it('are stale when any parameter differs', async () => {
    const made = await new PasswordHashes(QUICK).make('x')
    const stale = (other: Partial<typeof QUICK>): boolean => new PasswordHashes({ ...QUICK, ...other }).isStale(made)
    expect([stale({}), stale({ passes: 2 }), stale({ memoryKiB: 2048 }), stale({ atOnce: 9 })]).toEqual([false, true, true, false])
  })

  it('wait for each other, and beyond a bound are refused', async () => {
    const hashes = new PasswordHashes(QUICK)
    const settled = await Promise.allSettled(Array.from({ length: 5 }, () => hashes.make('x')))
    expect(settled.map((each) => (each.status === 'fulfilled' ? 'made' : each.reason instanceof TooManyHashes ? 'refused' : 'failed'))).toEqual(['made', 'made', 'made', 'refused', 'refused'])
    expect(await hashes.make('x')).toMatch(/^\$argon2id/)
  })
})
