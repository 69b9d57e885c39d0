import fc from 'fast-check'
import { amount, formatYen, MoneyError, parseYen, readRate, subsidyAmount, yenOf } from './index.js'

const thrown = (run: () => unknown): unknown => {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe('subsidyAmount', () => {
  it('rounds ¥1,234,567 × 2/3 down to ¥823,000', () => expect(subsidyAmount({ cost: 1_234_567, rate: '2/3' })).toBe(823_000))
  it('caps ¥1,800,000 × 2/3 at ¥1,000,000', () => expect(subsidyAmount({ cost: 1_800_000, rate: '2/3', cap: 1_000_000 })).toBe(1_000_000))
  it('never pays more than was decided', () => expect(subsidyAmount({ cost: 1_800_000, rate: '2/3', cap: 1_000_000, decided: 900_000 })).toBe(900_000))
  it('never pays more than the cost that other income leaves', () => expect(subsidyAmount({ cost: 1_000_000, rate: '1/2', income: 700_000 })).toBe(300_000))
  it('pays nothing, and not less, where other income exceeds the cost', () => expect(subsidyAmount({ cost: 1_000, rate: 1, income: 5_000 })).toBe(0))
  it('does not round the balance, only cost × rate', () => expect(subsidyAmount({ cost: 1_000_001, rate: 1, income: 999_500 })).toBe(501))
  it('rounds to the unit it is given', () => {
    expect(subsidyAmount({ cost: 1_234_567, rate: '2/3', floor: 1 })).toBe(823_044)
    expect(subsidyAmount({ cost: 1_234_567, rate: '2/3', floor: 10_000 })).toBe(820_000)
  })
  it('is exact where doubles are not', () => {
    expect(100_000 * 0.29).toBeLessThan(29_000)
    expect(subsidyAmount({ cost: 100_000, rate: 0.29 })).toBe(29_000)
  })
  it('is exact at the largest amount', () => expect(subsidyAmount({ cost: 9_007_199_254_740_991n, rate: 1, floor: 1 })).toBe(Number.MAX_SAFE_INTEGER))
  it('takes no cost, no rate and no cap as amounts of 0', () => {
    expect(subsidyAmount({ cost: 0, rate: '2/3' })).toBe(0)
    expect(subsidyAmount({ cost: 1_000_000, rate: 0 })).toBe(0)
    expect(subsidyAmount({ cost: 1_000_000, rate: 1, cap: 0 })).toBe(0)
  })
  it('throws an error that names the value', () => {
    expect(() => subsidyAmount({ cost: Number.NaN, rate: 1 })).toThrow(new MoneyError({ field: 'cost', code: 'notAnAmount', message: { ja: '', en: 'An amount is written in digits, such as 1,234,567.' } }))
    expect(() => subsidyAmount({ cost: 1, rate: '2' })).toThrow('rate: A rate lies between 0 and 1 (100%).')
  })

  const yen = fc.integer({ min: 0, max: 1e12 })
  const terms = fc.record({ cost: yen, rate: fc.tuple(fc.nat(50), fc.integer({ min: 50, max: 100 })).map(([n, d]) => `${n}/${d}`), cap: fc.option(yen), income: fc.option(yen), decided: fc.option(yen) })
  it('is never above any limit, and rises with the cost', () => {
    fc.assert(fc.property(terms, yen, (given, more) => {
      const before = subsidyAmount(given)
      expect(before).toBeLessThanOrEqual(Math.max(0, Math.min(given.cap ?? Infinity, given.decided ?? Infinity, given.cost - (given.income ?? 0))))
      expect(subsidyAmount({ ...given, cost: given.cost + more })).toBeGreaterThanOrEqual(before)
    }), { numRuns: 200, seed: 1 })
  })
})

describe('amount', () => {
  it('says what limited it', () => {
    expect(amount({ cost: '1,800,000円', rate: '3分の2', cap: '１００００００', income: '¥500,000' })).toEqual({
      ok: true,
      result: { yen: 1_000_000, by: 'cap', limits: [{ by: 'cap', yen: 1_000_000 }, { by: 'rate', yen: 1_200_000 }, { by: 'balance', yen: 1_300_000 }] },
    })
  })
  it('names the first of equal limits', () => expect(amount({ cost: 3000, rate: 1, decided: 3000, cap: 3000 })).toMatchObject({ result: { yen: 3000, by: 'decided' } }))
  it('reports every wrong value, and guesses none', () => {
    const outcome = amount({ cost: '1e309', rate: '３', cap: -1, decided: 1e309, income: '12.5', floor: 0 })
    expect(outcome.ok ? [] : outcome.problems.map((p) => [p.field, p.code])).toEqual([
      ['cost', 'notAnAmount'], ['rate', 'rateOutOfRange'], ['cap', 'negative'], ['decided', 'tooLarge'], ['income', 'fractionOfYen'], ['floor', 'unitBelowOne'],
    ])
  })
  it('needs a cost and a rate', () => {
    expect(amount({})).toEqual({ ok: false, problems: [
      { field: 'cost', code: 'required', message: { ja: '金額または率を入力してください。', en: 'A value is needed here.' } },
      { field: 'rate', code: 'required', message: { ja: '金額または率を入力してください。', en: 'A value is needed here.' } },
    ] })
  })
  it('takes null as not given', () => expect(amount({ cost: 3000, rate: '1/2', cap: null, decided: null, income: null, floor: null })).toMatchObject({ result: { yen: 1000 } }))
})

describe('parseYen', () => {
  it.each([
    ['1234567', 1_234_567], ['１，２３４，５６７円', 1_234_567], ['¥1,000', 1000], ['￥1,000', 1000], [' 0 円 ', 0], ['007', 7],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('reads %j', (text, yen) => expect(parseYen(text)).toEqual({ ok: true, yen }))
  it.each([
    ['', 'required'], ['円', 'required'], ['-1', 'negative'], ['▲1,000', 'negative'], ['△1', 'negative'], ['1.5', 'fractionOfYen'], ['100.0円', 'fractionOfYen'],
    ['9007199254740992', 'tooLarge'], ['1e309', 'notAnAmount'], ['1e3', 'notAnAmount'], ['NaN', 'notAnAmount'], ['Infinity', 'notAnAmount'], ['1,00', 'notAnAmount'],
    ['0x10', 'notAnAmount'], ['100万円', 'notAnAmount'], ['--1', 'notAnAmount'], ['9'.repeat(65), 'notAnAmount'],
  ])('refuses %j', (text, code) => expect(parseYen(text)).toMatchObject({ ok: false, problem: { field: 'amount', code } }))
  it('reads back what formatYen writes', () => {
    fc.assert(fc.property(fc.maxSafeNat(), fc.constantFrom('kanji' as const, 'mark' as const, 'plain' as const), (yen, style) => {
      expect(parseYen(formatYen(yen, style))).toEqual({ ok: true, yen })
    }), { numRuns: 200, seed: 1 })
  })
})

describe('yenOf', () => {
  it.each([[Number.NaN, 'notAnAmount'], [1e309, 'tooLarge'], [-1e309, 'negative'], [-1, 'negative'], [0.5, 'fractionOfYen'], [2 ** 53, 'tooLarge'], [-1n, 'negative'], [2n ** 53n, 'tooLarge']])('throws for %p', (value, code) => {
    expect(thrown(() => yenOf(value, 'cap'))).toMatchObject({ name: 'MoneyError', field: 'cap', code })
  })
  it('gives −0 as 0', () => expect(Object.is(yenOf(-0, 'cap'), 0)).toBe(true))
})

describe('readRate', () => {
  it.each([['2/3', '2/3'], ['4/6', '2/3'], ['２／３', '2/3'], ['3分の2', '2/3'], ['50%', '1/2'], ['５０％', '1/2'], ['66.7%', '667/1000'], ['0.5', '1/2'], [0.1, '1/10'], [1, '1'], ['0', '0']])('reads %j', (value, exact) => {
    const rate = readRate(value)
    expect(typeof rate === 'string' ? rate : rate.toFraction()).toBe(exact)
  })
  it.each([['', 'required'], [null, 'required'], ['1/0', 'notARate'], ['-1/2', 'notARate'], ['1e-1', 'notARate'], [Number.NaN, 'notARate'], [Infinity, 'notARate'], ['2', 'rateOutOfRange'], ['101%', 'rateOutOfRange'], [{}, 'notARate']])('refuses %j', (value, code) => {
    expect(readRate(value)).toBe(code)
  })
})

describe('formatYen', () => {
  it.each([[0, '0円'], [999, '999円'], [1000, '1,000円'], [823_000, '823,000円'], [-1_234_567, '-1,234,567円']])('writes %p as %s', (yen, text) => expect(formatYen(yen)).toBe(text))
  it('writes the mark, or the digits alone', () => expect([formatYen(-1_234_567, 'mark'), formatYen(823_000, 'plain')]).toEqual(['-¥1,234,567', '823,000']))
  it.each([[Number.NaN], [0.5], [1e309]])('refuses %p', (yen) => expect(() => formatYen(yen)).toThrow(MoneyError))
})
