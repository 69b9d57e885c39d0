/**
 * Chance for the simulation, and nothing but its seed: the same seed gives the same numbers on every machine.
 * A Weyl sequence whose steps are mixed (32 bits; period 2^32, which no simulation exhausts).
 */
export class Chance {
  private state: number

  constructor(seed: number) {
    this.state = Math.imul(Math.trunc(seed) ^ Math.trunc(seed / 0x1_0000_0000), 0x85eb_ca6b) ^ 0x5aa7_4a4b
  }

  /** At least 0, below 1. */
  next(): number {
    this.state = (this.state + 0x9e37_79b9) | 0
    let z = this.state
    z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a_2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 0x1_0000_0000
  }

  happens(probability: number): boolean {
    return this.next() < probability
  }

  /** A whole number, both ends included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.next() * list.length)]
  }

  /** Positive, of the given mean: how long until something that may happen at any time. */
  exponential(mean: number): number {
    return -Math.log(1 - this.next()) * mean
  }

  /** A whole number whose logarithm is evenly spread: amounts of money. */
  spread(least: number, most: number): number {
    const from = Math.max(1, least)
    return Math.min(most, Math.max(least, Math.round(from * (Math.max(from, most) / from) ** this.next())))
  }

  /** The position of one of the weights, with a probability as heavy as it is; -1 where all are 0. */
  weighted(weights: readonly number[]): number {
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    if (total <= 0) return -1
    let rest = this.next() * total
    let last = -1
    for (const [i, weight] of weights.entries()) {
      if (weight <= 0) continue
      last = i
      rest -= weight
      if (rest < 0) return i
    }
    return last
  }
}
