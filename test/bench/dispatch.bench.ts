import { alternate, closedLoop, median, type Measured, type Row } from './measure.js'
import type { Settings } from './settings.js'
import { prepareScreening, type Screening } from './screening.js'
import { findPgbench, prepareYardstick, YARDSTICK, type Yardstick } from './yardstick.js'

const CLIENTS: { clients: number; target: number | null }[] = [
  { clients: 1, target: 0.9 },
  { clients: 8, target: 0.9 },
  { clients: 32, target: 1.4 },
  { clients: 64, target: null },
]

/** The command handler without HTTP, `screen` of the subsidy, against pgbench-hot; the bare statements beside it. */
export async function dispatchBench(server: string, { rounds, seconds }: Settings): Promise<Row[]> {
  const pgbench = findPgbench()
  if (!pgbench) throw new Error('pgbench was not found; set PGBENCH to it, or install PostgreSQL’s contributed programs')
  const yardstick = await prepareYardstick(server, pgbench, 100_000)
  const screening = await prepareScreening(server, 100_000)
  const rows: Row[] = []
  try {
    await warmUp(screening)
    for (const { clients, target } of CLIENTS) {
      rows.push(await against('dispatch', clients, target, rounds, run(screening, clients, seconds, screening.once), yardstick, seconds))
      rows.push(await against('bare', clients, null, rounds, run(screening, clients, seconds, screening.bare), yardstick, seconds))
    }
  } finally {
    await screening.close()
  }
  return rows
}

/** How the ratio holds as cases grow, both sides with as many. */
export async function growthBench(server: string, { rounds, seconds }: Settings): Promise<Row[]> {
  const pgbench = findPgbench()
  if (!pgbench) throw new Error('pgbench was not found; set PGBENCH to it, or install PostgreSQL’s contributed programs')
  const rows: Row[] = []
  for (const cases of [1_000, 10_000, 100_000, 1_000_000]) {
    const yardstick = await prepareYardstick(server, pgbench, cases)
    const screening = await prepareScreening(server, cases)
    try {
      await closedLoop(32, WARM_UP_SECONDS / 2, screening.toggle)
      rows.push(await against(`growth-${cases}`, 8, null, rounds, run(screening, 8, seconds, screening.toggle), yardstick, seconds))
    } finally {
      await screening.close()
    }
  }
  return rows
}

/** Node compiles what it runs often; a service that has run for a while is what is measured, as pgbench is compiled already. */
const WARM_UP_SECONDS = 8

async function warmUp(screening: Screening): Promise<void> {
  await closedLoop(32, WARM_UP_SECONDS, screening.once)
  await screening.reset()
  await closedLoop(32, WARM_UP_SECONDS / 2, screening.bare)
}

function run(screening: Screening, clients: number, seconds: number, once: () => Promise<void>): () => Promise<Measured> {
  return async () => {
    await screening.reset()
    return closedLoop(clients, seconds, once)
  }
}

async function against(bench: string, clients: number, target: number | null, rounds: number, ours: () => Promise<Measured>, yardstick: Yardstick, seconds: number): Promise<Row> {
  const result = await alternate(rounds, ours, () => yardstick.run(clients, seconds))
  const ratio = median(result.ratios)
  const row: Row = {
    bench, clients, against: YARDSTICK, ratio, p99Ratio: median(result.p99Ratios), rounds: result.ratios, target, met: target === null ? null : ratio >= target, ours: result.ours, theirs: result.theirs,
  }
  const verdict = row.met === null ? '' : row.met ? 'met' : `short of ${String(target)}`
  console.log(`${bench.padEnd(16)} ${String(clients).padStart(3)} clients  ${ratio.toFixed(2)} × ${YARDSTICK}  (${Math.round(row.ours)}/s against ${Math.round(row.theirs)}/s; rounds ${result.ratios.map((r) => r.toFixed(2)).join(' ')}; p99 ${(row.p99Ratio ?? 0).toFixed(2)} ×) ${verdict}`)
  return row
}
