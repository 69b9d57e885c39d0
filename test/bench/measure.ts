/** One run: how many a second, and latencies in milliseconds. */
export interface Measured {
  perSecond: number
  p50: number
  p99: number
}

/** What a bench prints: ours ÷ theirs, the median of the rounds. */
export interface Row {
  bench: string
  clients: number
  against: string
  ratio: number
  p99Ratio: number | null
  rounds: number[]
  target: number | null
  met: boolean | null
  /** Medians, to read the ratio by. */
  ours: number
  theirs: number
}

/** A closed loop: each client sends its next command when the last is answered. */
export async function closedLoop(clients: number, seconds: number, once: () => Promise<void>): Promise<Measured> {
  const latencies: number[] = []
  const warm = performance.now() + 500
  const end = warm + seconds * 1000
  const client = async (): Promise<void> => {
    for (;;) {
      const began = performance.now()
      if (began >= end) return
      await once()
      if (began >= warm) latencies.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const elapsed = (performance.now() - warm) / 1000
  latencies.sort((a, b) => a - b)
  const at = (quantile: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * quantile))] ?? Number.NaN
  return { perSecond: latencies.length / elapsed, p50: at(0.5), p99: at(0.99) }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Rounds in which the two run one after the other, who is first changing every round, so that drift hits both. */
export async function alternate(rounds: number, ours: () => Promise<Measured>, theirs: () => Promise<Measured>): Promise<{ ratios: number[]; p99Ratios: number[]; ours: number; theirs: number }> {
  const mine: Measured[] = []
  const other: Measured[] = []
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      other.push(await theirs())
      mine.push(await ours())
    } else {
      mine.push(await ours())
      other.push(await theirs())
    }
  }
  return {
    ratios: mine.map((one, i) => one.perSecond / (other[i] as Measured).perSecond),
    p99Ratios: mine.map((one, i) => one.p99 / (other[i] as Measured).p99),
    ours: median(mine.map((one) => one.perSecond)),
    theirs: median(other.map((one) => one.perSecond)),
  }
}
