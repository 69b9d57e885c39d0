import fc from 'fast-check'
import { deviceLabel } from './device.js'
import { readEmail } from './email.js'
import { KeyRing } from './key-ring.js'
import { networkOf } from './network.js'
import { passwordProblem } from './passwords/password-rules.js'
import { isToken, newDigits, newRecoveryCode, newToken, typedDigits, typedRecoveryCode } from './tokens.js'

describe('an e-mail address', () => {
  it.each([
    ['Hanako@Example.JP', 'hanako@example.jp'],
    ['  hanako@example.jp ', 'hanako@example.jp'],
    ['ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ', 'hanako@example.jp'],
    ['hanako@例え.jp', 'hanako@xn--r8jz45g.jp'],
    ['hanako@example。jp', 'hanako@example.jp'],
    ['\u212Aen@example.jp', 'ken@example.jp'], // the sign for kelvin
    ['a.b+c@sub.example.co.jp', 'a.b+c@sub.example.co.jp'],
  ])('%j is found under %s', (typed, key) => {
    expect(readEmail(typed)?.key).toBe(key)
  })

  it('keeps the capitals of its local part where mail goes', () => {
    expect(readEmail('Hanako.K@Example.JP')).toEqual({ address: 'Hanako.K@example.jp', key: 'hanako.k@example.jp' })
  })

  it.each(['', 'hanako', 'a@b', '@example.jp', 'a@@example.jp', 'a b@example.jp', 'a\u200Bb@example.jp', 'a\u0000@example.jp', 'a@example..jp', 'a@-x.jp', '"a"@example.jp', 'a@example.jp\nBcc: x@example.jp', `${'a'.repeat(65)}@example.jp`, `a@${'b'.repeat(400)}.jp`, '\uD800@example.jp'])(
    'is not %j',
    (typed) => {
      expect(readEmail(typed)).toBeUndefined()
    },
  )

  it('has one key however often it is read, and reads no text into an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'binary', maxLength: 40 })), (typed) => {
        const once = readEmail(typed)
        if (once) expect(readEmail(once.key)?.key).toBe(once.key)
      }),
      { numRuns: process.env.SAITAKU_LONG ? 2000 : 40 },
    )
  })
})

describe('a network', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:DB8::1%eth0', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['no address', 'unknown'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})

describe('a device', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0', 'Edge, Windows'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1', 'Safari, iPhone'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0', 'Firefox, Linux'],
    ['<script>alert(1)</script>', '—'],
    [undefined, '—'],
  ])('%s is shown as %s', (userAgent, label) => {
    expect(deviceLabel(userAgent)).toBe(label)
  })
})

describe('a token', () => {
  it('has 256 bits and a shape of its own', () => {
    const token = newToken()
    expect([Buffer.from(token, 'base64url').length, isToken(token), isToken(`${token}x`), isToken(token.slice(1)), isToken(undefined), isToken({ length: 43 })]).toEqual([32, true, false, false, false, false])
  })

  it('of digits keeps its leading zeros', () => {
    expect(Array.from({ length: 200 }, () => newDigits(8)).every((digits) => /^\d{8}$/.test(digits))).toBe(true)
  })

  it('is read however it was typed', () => {
    expect([typedDigits('１２３　４５６'), typedDigits(' 1234-5678 ')]).toEqual(['123456', '12345678'])
    const code = newRecoveryCode()
    expect(typedRecoveryCode(code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(code.replaceAll('-', ''))
  })
})

describe('the keys', () => {
  const old = 'a former secret, which is long enough too'
  const newer = 'a newer secret, which is long enough as well'

  it('open what they sealed, for its owner alone', () => {
    const keys = new KeyRing([newer])
    const sealed = keys.seal('totp', 'hanako', '秘密')
    expect(keys.open('totp', 'hanako', sealed)).toBe('秘密')
    expect(() => keys.open('totp', 'taro', sealed)).toThrow()
    expect(() => keys.open('mail', 'hanako', sealed)).toThrow()
  })

  it('notice every changed bit', () => {
    const keys = new KeyRing([newer])
    const sealed = keys.seal('totp', 'hanako', 'x')
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => keys.open('totp', 'hanako', changed)).toThrow()
    }
  })

  it('still open what a former secret sealed, once it is given behind the new one', () => {
    const sealed = new KeyRing([old]).seal('totp', 'hanako', 'x')
    const hash = new KeyRing([old]).mac('code', 'a', 'b')
    expect(new KeyRing([newer, old]).open('totp', 'hanako', sealed)).toBe('x')
    expect(new KeyRing([newer, old]).matches(hash, 'code', 'a', 'b')).toBe(true)
    expect(() => new KeyRing([newer]).open('totp', 'hanako', sealed)).toThrow('add the former one behind the new one')
    expect(new KeyRing([newer]).matches(hash, 'code', 'a', 'b')).toBe(false)
  })

  it('tell parts apart that read alike when joined', () => {
    const keys = new KeyRing([newer])
    expect(keys.mac('code', 'ab', 'c').equals(keys.mac('code', 'a', 'bc'))).toBe(false)
  })

  it('refuse a secret that is too short', () => {
    expect(() => new KeyRing(['short'])).toThrow('32 characters')
  })
})

describe('a password', () => {
  const about = ['川崎 花子', 'hanako.kawasaki@example.jp', 'Saitaku']

  it.each([
    ['correct horse battery 42', undefined],
    ['ひらがなだけのながいあいことば', undefined],
    ['all lower case words only', undefined],
    ['short', 'passwordTooShort'],
    ['elevenchars', 'passwordTooShort'],
    ['x'.repeat(129), 'passwordTooLong'],
    ['aaaaaaaaaaaaaaaa', 'passwordRepetitive'],
    ['abcabcabcabcabc', 'passwordRepetitive'],
    ['abcdefghijklmnop', 'passwordRepetitive'],
    ['123456789012', 'passwordRepetitive'],
    ['password2024!!', 'passwordCommon'],
    ['P@ssw0rd20245', 'passwordCommon'],
    ['ｐａｓｓｗｏｒｄ２０２４！！', 'passwordCommon'],
    ['baseballbaseball', 'passwordCommon'],
    ['hanakokawasaki1', 'passwordPersonal'],
    ['saitaku-saitaku1', 'passwordPersonal'],
  ])('%s: %s', async (password, problem) => {
    expect(await passwordProblem(password, about)).toBe(problem)
  })
})
