#!/usr/bin/env node
// npm test: every check there is, each in its own stage, and one line with the sum at the end.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { atEnd, closeAll, runAsCommand } from './command.mjs'
import { ensureDependencies, ensureNode, ROOT } from './ensure.mjs'
import { postGuard } from './guard.mjs'
import { findOrInstallChromium, findOrInstallClamd } from './programs.mjs'

const HELP = `npm test [-- [--long] [FILTER…]]
  types, lint, boundaries, unused code, and all specs on a real PostgreSQL and Redis.
  --long    the counts that the issues state, instead of small fixed ones
  FILTER…   only the specs whose path matches; other options go to jest (-t NAME)`

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */
/** @typedef {ReturnType<typeof postGuard>} Guard */

await runAsCommand(async () => {
  const { long, rest, help } = parse(process.argv.slice(2))
  if (help) return console.log(HELP), 0
  ensureNode()
  await ensureDependencies()
  const guard = postGuard()
  if (rest.length === 0) await (await import('./build.mjs')).ensureApiTypes() // the pages' types are made from the API's
  const counts = []
  for (const check of rest.length > 0 ? [] : checks()) counts.push(await runCheck(check, guard))
  counts.push(await runSpecs(rest, long, guard))
  const sum = counts.reduce(add)
  await closeAll()
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`)
  return sum.failed > 0 || sum.passed === 0 ? 1 : 0
})

/** @param {string[]} args */
function parse(args) {
  return {
    long: args.includes('--long'), help: args.includes('--help') || args.includes('-h'),
    rest: args.filter((arg) => arg !== '--long'),
  }
}

/** @typedef {{ name: string, program: string, args: string[] }} Check */

/**
 * Each counts as one test.
 * @returns {Check[]}
 */
function checks() {
  const folders = ['apps', 'libs', 'workflows', 'test', 'scripts'].filter((folder) => fs.existsSync(path.join(ROOT, folder)))
  return [
    { name: 'types', program: 'typescript7/bin/tsc', args: ['--noEmit', '-p', 'tsconfig.json'] },
    { name: 'types of the pages', program: 'typescript7/bin/tsc', args: ['--noEmit', '-p', 'apps/web/tsconfig.json'] },
    { name: 'lint', program: 'eslint/bin/eslint.js', args: ['.', '--max-warnings=0'] },
    { name: 'boundaries', program: 'dependency-cruiser/bin/dependency-cruise.mjs', args: ['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', ...folders] },
    { name: 'unused code', program: 'knip/bin/knip.js', args: ['--no-config-hints', '--no-progress'] },
  ]
}

/**
 * @param {Check} check
 * @param {Guard} guard
 * @returns {Promise<Count>}
 */
async function runCheck({ name, program, args }, guard) {
  const began = performance.now()
  const code = await run([bin(program), ...args], guard)
  report(name, code === 0 ? 'passed' : 'failed', began)
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
}

/**
 * @param {string[]} args filters and options for jest
 * @param {boolean} long
 * @param {Guard} guard
 * @returns {Promise<Count>}
 */
async function runSpecs(args, long, guard) {
  const began = performance.now()
  const services = await startServices(guard)
  const chromium = findOrInstallChromium()
  const clamd = findOrInstallClamd()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saitaku-specs-'))
  guard.folder(folder)
  atEnd(async () => fs.rmSync(folder, { recursive: true, force: true }))
  const results = path.join(folder, 'results.json')
  const code = await run(['--experimental-vm-modules', '--no-warnings', bin('jest/bin/jest.js'), '--json', `--outputFile=${results}`, ...args],
    guard, { ...process.env, ...services, ...(chromium ? { CHROMIUM: chromium } : {}), ...(clamd ? { CLAMD: clamd } : {}), ...(long ? { SAITAKU_LONG: '1' } : {}) }, ['ignore', 'ignore', 'inherit'])
  const count = [readResults(results, code), neededBy('Redis', services.TEST_REDIS_URL), neededBy('Chromium', chromium), neededBy('ClamAV', clamd)].reduce(add)
  report('specs', count.failed > 0 ? 'failed' : 'passed', began)
  return count
}

/**
 * Where a program is missing, the specs that need it skip themselves; that alone would look like a pass.
 * @param {string} name
 * @param {string | undefined} found
 * @returns {Count}
 */
function neededBy(name, found) {
  if (found) return { passed: 0, failed: 0, skipped: 0 }
  console.log(`The tests that need ${name} were skipped: it is not on the PATH, and could not be installed.${process.env.CI ? ' With CI set that is a failure.' : ''}`)
  return process.env.CI ? { passed: 0, failed: 1, skipped: 0 } : { passed: 0, failed: 0, skipped: 1 }
}

/**
 * @param {Guard} guard
 * @returns {Promise<{ TEST_DATABASE_URL: string, TEST_REDIS_URL?: string }>}
 */
async function startServices(guard) {
  const { startTemporaryPostgres } = await import('./postgres.mjs')
  const { startRedis } = await import('./redis.mjs')
  const postgres = await startTemporaryPostgres({ durable: false, name: 'saitaku-test', onFolder: guard.temporary })
  atEnd(postgres.stop)
  const redis = await startRedis()
  if (!redis) return { TEST_DATABASE_URL: postgres.url }
  atEnd(redis.stop)
  guard.folder(redis.folder)
  guard.process(redis.pid)
  return { TEST_DATABASE_URL: postgres.url, TEST_REDIS_URL: redis.url }
}

/**
 * @param {string} file as jest wrote it
 * @param {number | null} code jest's
 * @returns {Count}
 */
function readResults(file, code) {
  if (!fs.existsSync(file)) return { passed: 0, failed: 1, skipped: 0 } // jest itself did not run
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = JSON.parse(fs.readFileSync(file, 'utf8'))
  const failed = numFailedTests + numRuntimeErrorTestSuites
  // jest also fails for what is no test: no spec found, an error after the last one.
  return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed, skipped: numPendingTests + numTodoTests }
}

/** @param {string} file within node_modules */
function bin(file) {
  return path.join(ROOT, 'node_modules', file)
}

/**
 * @param {string[]} args for Node
 * @param {Guard} guard
 * @param {NodeJS.ProcessEnv} [env]
 * @param {import('node:child_process').StdioOptions} [stdio]
 * @returns {Promise<number | null>}
 */
async function run(args, guard, env = process.env, stdio = ['ignore', 'inherit', 'inherit']) {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio })
  guard.process(child.pid)
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  atEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  })
  return ended
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
