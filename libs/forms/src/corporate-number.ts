/**
 * Whether a 13-digit corporate number (法人番号) carries the right check digit: the first digit is
 * 9 − (Σ Pₙ·Qₙ mod 9) over the other twelve counted from the right, Q = 1 for odd n and 2 for even.
 *
 * @param number thirteen ASCII digits; anything else is not a corporate number
 * @example
 * isCorporateNumber('7123456789012') // → true
 */
export function isCorporateNumber(number: string): boolean {
  if (!/^\d{13}$/.test(number)) return false
  const fromRight = [...number.slice(1)].reverse()
  const sum = fromRight.reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 2), 0)
  return Number(number[0]) === 9 - (sum % 9)
}
