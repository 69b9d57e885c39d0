import { alternate, closedLoop, median, type Measured, type Row } from './measure.js'
import type { Screening } from './screening.js'
import { YARDSTICK, type Yardstick } from './yardstick.js'

/** Node compiles what it runs often; a service that has run for a while is what is measured, as pgbench is compiled already. */
export const WARM_UP_SECONDS = 8

/** One side of a round: everything put back first, then as many clients in a closed loop. */
export function settle(screening: Screening, clients: number, seconds: number, once: () => Promise<void>): () => Promise<Measured> {
  return async () => {
    await screening.reset()
    return closedLoop(clients, seconds, once)
  }
}

export async function against(bench: string, clients: number, target: number | null, rounds: number, ours: () => Promise<Measured>, yardstick: Yardstick, seconds: number): Promise<Row> {
  const result = await alternate(rounds, ours, () => yardstick.run(clients, seconds))
  const ratio = median(result.ratios)
  const row: Row = {
    bench, clients, against: YARDSTICK, ratio, p99Ratio: median(result.p99Ratios), rounds: result.ratios, target, met: target === null ? null : ratio >= target, ours: result.ours, theirs: result.theirs,
  }
  const verdict = row.met === null ? '' : row.met ? 'met' : `short of ${String(target)}`
  console.log(`${bench.padEnd(16)} ${String(clients).padStart(3)} clients  ${ratio.toFixed(2)} × ${YARDSTICK}  (${Math.round(row.ours)}/s against ${Math.round(row.theirs)}/s; rounds ${result.ratios.map((r) => r.toFixed(2)).join(' ')}; p99 ${(row.p99Ratio ?? 0).toFixed(2)} ×) ${verdict}`)
  return row
}
