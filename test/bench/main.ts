import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dispatchBench, growthBench } from './dispatch.bench.js'
import { httpBench } from './http.bench.js'
import type { Row } from './measure.js'
import type { Settings } from './settings.js'

const BENCHES: Record<string, (server: string, settings: Settings) => Promise<Row[]>> = { dispatch: dispatchBench, http: httpBench, growth: growthBench }

/** npm run bench -- [NAME…] [--json FILE] [--rounds N] [--seconds N] */
async function main(args: string[]): Promise<number> {
  const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined)
  const values = new Set(['--json', '--rounds', '--seconds'].map(option))
  const names = args.filter((arg) => !arg.startsWith('--') && !values.has(arg))
  const unknown = names.find((name) => !BENCHES[name])
  const server = process.env.DATABASE_URL
  if (unknown !== undefined || !server) {
    console.error(unknown === undefined ? 'DATABASE_URL is not set; run: npm run bench' : `There is no bench ${unknown}; there are ${Object.keys(BENCHES).join(', ')}.`)
    return 2
  }
  const settings = { rounds: Number(option('--rounds') ?? 5), seconds: Number(option('--seconds') ?? 4) }
  const rows: Row[] = []
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) rows.push(...(await (BENCHES[name] as (typeof BENCHES)[string])(server, settings)))
  const file = option('--json')
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version, postgresql: process.env.SAITAKU_POSTGRES_VERSION ?? null }
  if (file !== undefined) writeFileSync(file, `${JSON.stringify({ machine, rows }, null, 2)}\n`)
  return 0
}

process.exitCode = await main(process.argv.slice(2))
