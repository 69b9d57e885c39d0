#!/usr/bin/env node
// npm test: every check there is, each in its own stage, and one line with the sum at the end.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { ensureDependencies, ensureNode, ROOT } from './ensure.mjs'
import { postGuard } from './guard.mjs'
import { StartProblem } from './start-problem.mjs'

const HELP = `npm test [-- [--long] [FILTER…]]
  types, lint, boundaries, unused code, and all specs on a real PostgreSQL and Redis.
  --long    the counts that the issues state, instead of small fixed ones
  FILTER…   only the specs whose path matches; other options go to jest (-t NAME)`

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** Reports in the order of running; the last started is stopped first. */
const running = /** @type {(() => Promise<void>)[]} */ ([])
const guard = { current: /** @type {ReturnType<typeof postGuard> | undefined} */ (undefined) }

async function main() {
  const { long, rest, help } = parse(process.argv.slice(2))
  if (help) return void console.log(HELP)
  ensureNode()
  await ensureDependencies()
  const stages = rest.length > 0 ? [] : CHECKS
  const counts = [...await inTurn(stages, runCheck), await runSpecs(rest, long)]
  const sum = counts.reduce(add)
  await tidyUp()
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
  process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0
}

/** @param {string[]} args */
function parse(args) {
  return {
    long: args.includes('--long'), help: args.includes('--help') || args.includes('-h'),
    rest: args.filter((arg) => arg !== '--long'),
  }
}

/** @typedef {{ name: string, program: string, args: string[] }} Check */

/** @param {string} file within node_modules */
const bin = (file) => path.join(ROOT, 'node_modules', file)

/** @type {Check[]} */
const CHECKS = [
  { name: 'types', program: bin('typescript7/bin/tsc'), args: ['--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lint', program: bin('eslint/bin/eslint.js'), args: ['.', '--max-warnings=0'] },
  { name: 'boundaries', program: bin('dependency-cruiser/bin/dependency-cruise.mjs'),
    args: ['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', ...['apps', 'libs', 'test', 'workflows'].filter((folder) => fs.existsSync(path.join(ROOT, folder)))] },
  { name: 'unused code', program: bin('knip/bin/knip.js'), args: ['--no-config-hints', '--no-progress'] },
]

/**
 * @param {Check} check
 * @returns {Promise<Count>}
 */
async function runCheck({ name, program, args }) {
  const began = performance.now()
  const code = await run(process.execPath, [program, ...args])
  report(name, code === 0 ? 'passed' : 'failed', began)
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/**
 * @param {string[]} args filters and options for jest
 * @param {boolean} long
 * @returns {Promise<Count>}
 */
async function runSpecs(args, long) {
  const began = performance.now()
  const services = await startServices()
  const results = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'saitaku-specs-')), 'results.json')
  await run(process.execPath, ['--experimental-vm-modules', '--no-warnings', bin('jest/bin/jest.js'), '--json', `--outputFile=${results}`, ...args],
    { ...process.env, ...services, ...(long ? { SAITAKU_LONG: '1' } : {}) }, ['ignore', 'ignore', 'inherit'])
  const count = readResults(results)
  fs.rmSync(path.dirname(results), { recursive: true, force: true })
  if (!services.TEST_REDIS_URL) console.log('Redis tests were skipped: no redis-server on the PATH, and none could be installed.')
  const noRedis = services.TEST_REDIS_URL ? 0 : 1
  report('specs', count.failed > 0 ? 'failed' : 'passed', began)
  return add(count, process.env.CI ? { passed: 0, failed: noRedis, skipped: 0 } : { passed: 0, failed: 0, skipped: noRedis })
}

/** @returns {Promise<{ TEST_DATABASE_URL: string, TEST_REDIS_URL?: string }>} */
async function startServices() {
  const { startTemporaryPostgres } = await import('./postgres.mjs')
  const { startRedis } = await import('./redis.mjs')
  guard.current = postGuard()
  const postgres = await startTemporaryPostgres({ durable: false, name: 'saitaku-test' })
  running.push(postgres.stop)
  guard.current.temporary(postgres.folder)
  const redis = await startRedis()
  if (!redis) return { TEST_DATABASE_URL: postgres.url }
  running.push(redis.stop)
  guard.current.folder(redis.folder)
  guard.current.process(redis.pid)
  return { TEST_DATABASE_URL: postgres.url, TEST_REDIS_URL: redis.url }
}

/**
 * @param {string} file as jest wrote it
 * @returns {Count}
 */
function readResults(file) {
  if (!fs.existsSync(file)) return { passed: 0, failed: 1, skipped: 0 } // jest itself did not run
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites, success, numTotalTests } = JSON.parse(fs.readFileSync(file, 'utf8'))
  const broken = numRuntimeErrorTestSuites + (!success && numTotalTests === 0 ? 1 : 0)
  return { passed: numPassedTests, failed: numFailedTests + broken, skipped: numPendingTests + numTodoTests }
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @param {import('node:child_process').StdioOptions} [stdio]
 * @returns {Promise<number | null>}
 */
function run(program, args, env = process.env, stdio = ['ignore', 'inherit', 'inherit']) {
  const child = spawn(program, args, { cwd: ROOT, env, stdio })
  current = child
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
}

/** @type {import('node:child_process').ChildProcess | undefined} */
let current

/**
 * @template T, R
 * @param {T[]} items
 * @param {(item: T) => Promise<R>} work
 */
async function inTurn(items, work) {
  const results = /** @type {R[]} */ ([])
  for (const item of items) results.push(await work(item))
  return results
}

/**
 * @param {string} name
 * @param {string} result
 * @param {number} began
 */
function report(name, result, began) {
  console.log(`── ${name}: ${result} (${((performance.now() - began) / 1000).toFixed(1)} s)`)
}

/**
 * @param {Count} a
 * @param {Count} b
 */
function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

async function tidyUp() {
  while (running.length > 0) await running.pop()?.()
  guard.current?.dismiss()
}

for (const [signal, code] of /** @type {const} */ ([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]))
  process.once(signal, () => {
    current?.kill(signal)
    void tidyUp().finally(() => process.exit(code))
  })

try {
  await main()
} catch (error) {
  await tidyUp()
  if (!(error instanceof StartProblem)) throw error
  console.error(error.message)
  process.exitCode = 3
}
