import { readRate, type RateLike } from '@saitaku/money'

interface Rate {
  upTo?: number | undefined
  rate: RateLike
  cap?: number | string | null | undefined
}

/** Whether rates stand by rising number of adopted applications, and neither rate nor cap rises with it. */
export function fall(rates: readonly Rate[]): boolean {
  return rates.every((rate, i) => {
    const before = rates[i - 1]
    if (before === undefined) return true
    const [exact, exactBefore] = [readRate(rate.rate), readRate(before.rate)]
    const lower = typeof exact !== 'string' && typeof exactBefore !== 'string' && exact.lte(exactBefore)
    return lower && before.upTo !== undefined && (rate.upTo ?? Infinity) > before.upTo && (before.cap == null || (rate.cap != null && Number(rate.cap) <= Number(before.cap)))
  })
}
