/** An exact fraction in expressions, always reduced, its denominator positive. */
export class Rational {
  readonly numerator: bigint
  readonly denominator: bigint

  constructor(numerator: bigint, denominator = 1n) {
    if (denominator === 0n) throw new RangeError('A fraction needs a denominator other than 0')
    const sign = denominator < 0n ? -1n : 1n
    const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator * sign)
    this.numerator = (numerator * sign) / divisor
    this.denominator = (denominator * sign) / divisor
  }

  /** Reads "2/3", "0.25" or "3". Throws RangeError on anything else. */
  static parse(text: string): Rational {
    const match = /^(-?\d+)(?:\/([1-9]\d*)|\.(\d+))?$/.exec(text.trim())
    if (!match) throw new RangeError(`"${text}" is not a fraction such as 2/3`)
    const [, whole = '0', denominator, decimals] = match
    if (decimals !== undefined) return new Rational(BigInt(whole + decimals), 10n ** BigInt(decimals.length))
    return new Rational(BigInt(whole), BigInt(denominator ?? 1))
  }

  times(other: Rational): Rational {
    return new Rational(this.numerator * other.numerator, this.denominator * other.denominator)
  }

  plus(other: Rational): Rational {
    return new Rational(this.numerator * other.denominator + other.numerator * this.denominator, this.denominator * other.denominator)
  }

  minus(other: Rational): Rational {
    return this.plus(new Rational(-other.numerator, other.denominator))
  }

  /** Negative, zero or positive as this is less than, equal to or greater than the other. */
  compare(other: Rational): number {
    const difference = this.numerator * other.denominator - other.numerator * this.denominator
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  }

  /** The greatest multiple of `unit` that is not greater: floor of ¥823,333⅓ to 1,000 is ¥823,000. */
  floorTo(unit: bigint): bigint {
    const scaled = this.denominator * unit
    const quotient = this.numerator / scaled
    const floored = this.numerator < 0n && quotient * scaled !== this.numerator ? quotient - 1n : quotient
    return floored * unit
  }

  toString(): string {
    return this.denominator === 1n ? `${this.numerator}` : `${this.numerator}/${this.denominator}`
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? 1n : a
}
