import { createHash } from 'node:crypto'
import { byteRange, disposition } from './content-headers.js'
import { endingOf, safeFileName } from './file-name.js'
import { bucketAddress } from './vault/bucket-vault.js'
import { brought, HashStates } from './vault/hash-states.js'
import { clamdAddress } from './scan/clamd.js'

describe('the name of a file', () => {
  it.each([
    ['計画書.pdf', '計画書.pdf'], ['C:\\fakepath\\計画書.pdf', '計画書.pdf'], ['../../etc/passwd', 'passwd'], ['か\u3099.txt', 'が.txt'], ['a\u202Efdp.exe', 'afdp.exe'], ['a\0\u200B\n.pdf', 'a.pdf'], ['  a   b .pdf ', 'a b .pdf'],
    ['', undefined], ['..', undefined], ['\u200B', undefined], ['/', undefined], ['\ud800.pdf', undefined],
  ])('%j is kept as %j', (given, kept) => {
    expect(safeFileName(given)).toBe(kept)
  })

  it('keeps its ending when it is too long', () => {
    expect(safeFileName(`${'長'.repeat(300)}.pdf`)).toBe(`${'長'.repeat(196)}.pdf`)
  })

  it('has an ending of letters and digits, or none', () => {
    expect(['a.PDF', 'a.tar.gz', 'a', '.profile', 'a.文書'].map(endingOf)).toEqual(['pdf', 'gz', '', 'profile', ''])
  })

  it('leaves in ASCII for the oldest browsers and whole for all others', () => {
    expect(disposition('attachment', '報告(案)"1" 50%.pdf')).toBe(`attachment; filename="__(_)_1_ 50_.pdf"; filename*=UTF-8''%E5%A0%B1%E5%91%8A%28%E6%A1%88%29%221%22%2050%25.pdf`)
  })
})

describe('a range of bytes', () => {
  it.each([
    [undefined, undefined], ['bytes=0-9', { start: 0, end: 9 }], ['bytes=90-', { start: 90, end: 99 }], ['bytes=-10', { start: 90, end: 99 }], ['bytes=-1000', { start: 0, end: 99 }], ['bytes=50-1000', { start: 50, end: 99 }],
    ['bytes=100-', 'none'], ['bytes=9-5', 'none'], ['bytes=-0', 'none'], ['bytes=-', undefined], ['bytes=0-1,3-4', undefined], ['lines=1-2', undefined],
  ])('%j of 100 is %j', (header, range) => {
    expect(byteRange(header, 100)).toEqual(range)
  })
})

describe('a sum that grows', () => {
  const bytes = Buffer.from('saitaku')

  it('is that of everything, where each part went on where the last one ended', () => {
    const hashes = new HashStates()
    brought(hashes.at('a', 0), bytes.subarray(0, 3))
    brought(hashes.at('a', 3), bytes.subarray(3))
    expect(hashes.finish('a', 7)).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(hashes.count).toBe(0)
  })

  it('is lost where a part goes on elsewhere, and where it is not whole', () => {
    const hashes = new HashStates()
    brought(hashes.at('a', 0), bytes.subarray(0, 3))
    expect(hashes.at('a', 2)).toBeUndefined()
    expect(hashes.finish('a', 3)).toBeUndefined()
    brought(hashes.at('b', 0), bytes.subarray(0, 3))
    expect(hashes.finish('b', 7)).toBeUndefined()
  })

  it('is kept for a thousand uploads at most', () => {
    const hashes = new HashStates()
    for (let i = 0; i < 1_500; i++) hashes.at(`u${i}`, 0)
    expect(hashes.count).toBe(1_000)
    expect([hashes.at('u0', 5), hashes.at('u1499', 0)?.offset]).toEqual([undefined, 0])
  })
})

describe('an address', () => {
  it('of clamd is a host and a port, or a socket', () => {
    expect(['tcp://scan.example.jp', 'tcp://[::1]:3311', 'unix:/run/clamd.ctl', 'unix:///run/clamd.ctl'].map(clamdAddress)).toEqual([{ host: 'scan.example.jp', port: 3310 }, { host: '::1', port: 3311 }, { path: '/run/clamd.ctl' }, { path: '/run/clamd.ctl' }])
    expect(() => clamdAddress('http://x')).toThrow('must be like tcp://host:3310 or unix:/run/clamav/clamd.ctl')
  })

  it('of a bucket names its keys and its place, and is never repeated when it is wrong', () => {
    expect(bucketAddress('https://KEY:SEC%2FRET@s3.example.jp:9000/city-files?region=ap-northeast-1')).toMatchObject({
      bucket: 'city-files', client: { endpoint: 'https://s3.example.jp:9000', region: 'ap-northeast-1', forcePathStyle: true, credentials: { accessKeyId: 'KEY', secretAccessKey: 'SEC/RET' } },
    })
    for (const wrong of ['https://s3.example.jp/city', 'https://KEY:SECRET@host/', 'ftp://KEY:SECRET@host/city', 'SECRET']) expect(() => bucketAddress(wrong)).toThrow(/^must be like https:\/\/KEY:SECRET@host\/bucket\?region=ap-northeast-1$/)
  })
})
