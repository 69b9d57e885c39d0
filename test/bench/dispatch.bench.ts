import { against, settle, WARM_UP_SECONDS } from './against.js'
import { closedLoop, type Row } from './measure.js'
import type { Settings } from './settings.js'
import { prepareScreening, type Screening } from './screening.js'
import { findPgbench, prepareYardstick } from './yardstick.js'

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
      rows.push(await against('dispatch', clients, target, rounds, settle(screening, clients, seconds, screening.once), yardstick, seconds))
      rows.push(await against('bare', clients, null, rounds, settle(screening, clients, seconds, screening.bare), yardstick, seconds))
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
      rows.push(await against(`growth-${cases}`, 8, null, rounds, settle(screening, 8, seconds, screening.toggle), yardstick, seconds))
    } finally {
      await screening.close()
    }
  }
  return rows
}

async function warmUp(screening: Screening): Promise<void> {
  await closedLoop(32, WARM_UP_SECONDS, screening.once)
  await screening.reset()
  await closedLoop(32, WARM_UP_SECONDS / 2, screening.bare)
}
