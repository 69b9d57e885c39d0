import { derivedId } from './derived-id.js'
import { matchingTags, revisionOf, versionOf } from './etags.js'
import { contentProblem, MAX_DEPTH } from './request-content.js'

const nested = (levels: number): unknown => {
  let value: unknown = 1
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value }
  return value
}

describe('what a request holds', () => {
  it.each([[{ a: '日本語 😀', b: [1, -0, 1e308, true, null], c: {} }], [undefined], [null], ['x'], [nested(MAX_DEPTH)]])('passes: %j', (content) => {
    expect(contentProblem(content)).toBeUndefined()
  })

  it.each([['\u0000'], [{ a: ['\ud800'] }], [{ '\udc00': 1 }], ['\udc00\ud800'], [{ a: JSON.parse('1e999') as number }], [nested(MAX_DEPTH + 1)], [nested(200_000)]])('is refused where it could not be kept or read', (content) => {
    expect(contentProblem(content)).toMatchObject({ status: 400, code: 'badInput' })
  })
})

describe('a tag', () => {
  it('is read strictly: weak ones and what is no tag match nothing', () => {
    expect([undefined, '*', '"1", "r2"', 'W/"1"', '1', '', '"a b"'].map(matchingTags)).toEqual([undefined, '*', ['"1"', '"r2"'], [], [], [], []])
    expect(['"12"', '"r12"', '"1.5"', '"-1"', '"1234567890"'].map(versionOf)).toEqual([12, undefined, undefined, undefined, undefined])
    expect(['"12"', '"r12"', '"r"'].map(revisionOf)).toEqual([undefined, 12, undefined])
  })
})

describe('a derived id', () => {
  it('is the same for the same person, thing and key, and another for any other', () => {
    const id = derivedId('k', 'application', 'p', 'c')
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(derivedId('k', 'application', 'p', 'c')).toBe(id)
    expect(new Set([id, derivedId('l', 'application', 'p', 'c'), derivedId('k', 'organisation', 'p', 'c'), derivedId('k', 'application', 'q', 'c'), derivedId('k', 'application', 'pc', ''), derivedId(undefined, 'a'), derivedId(undefined, 'a')]).size).toBe(7)
  })
})
