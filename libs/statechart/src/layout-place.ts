/** A node in a row: how wide it is, and where it would like its centre to be, and how much. */
export interface Wish {
  width: number
  at: number
  weight: number
}

/**
 * Centres for a row whose order is fixed, as near to the wishes as the widths and the gaps allow: least squares
 * under order constraints, solved exactly by pooling neighbours that would overlap (isotonic regression).
 */
export function placeRow(row: readonly Wish[], gap: number): number[] {
  const offsets: number[] = []
  let offset = 0
  for (const [i, wish] of row.entries()) {
    const before = row[i - 1]
    offset += before ? before.width / 2 + gap + wish.width / 2 : 0
    offsets.push(offset)
  }
  const pools: { sum: number; weight: number; count: number }[] = []
  for (const [i, wish] of row.entries()) {
    let pool = { sum: (wish.at - (offsets[i] as number)) * wish.weight, weight: wish.weight, count: 1 }
    for (let last = pools.at(-1); last && last.sum / last.weight >= pool.sum / pool.weight; last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, weight: pool.weight + last.weight, count: pool.count + last.count }
      pools.pop()
    }
    pools.push(pool)
  }
  const bases = pools.flatMap(({ sum, weight, count }) => Array<number>(count).fill(sum / weight))
  return bases.map((base, i) => base + (offsets[i] as number))
}
