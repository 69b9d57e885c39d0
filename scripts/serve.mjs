// The processes of one machine: database, api, worker, and the demo year once they serve.
import fs from 'node:fs'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from './ensure.mjs'
import { postGuard } from './guard.mjs'
import { keptSecret } from './kept-secret.mjs'
import { startPostgres } from './postgres.mjs'
import { canListen } from './postgres/server.mjs'
import { processEnvironment } from './settings.mjs'
import { StartProblem } from './start-problem.mjs'

const READY_MS = 120_000
const STOP_MS = 20_000 // requests and jobs under way may end; what does not is ended, and recovered from

/** @typedef {import('./settings.mjs').Settings} Settings */
/** @typedef {{ name: string, ended: Promise<string>, stop: () => Promise<void>, runs: () => boolean }} Process */
/** @typedef {(closer: () => Promise<void>) => void} AtEnd */

/**
 * Starts everything and prints the address.
 * @param {Settings} settings
 * @param {AtEnd} atEnd
 * @returns {Promise<string>} only when a process ended by itself: what to tell
 */
export async function serve(settings, atEnd) {
  await refuseTakenPort(settings)
  const guard = postGuard()
  const databaseUrl = settings.databaseUrl ?? await startDatabase(settings, guard, atEnd)
  const env = { ...processEnvironment(settings, databaseUrl), SESSION_SECRET: process.env.SESSION_SECRET?.trim() || keptSecret(settings.dataDir) }
  await setUp(env, guard)
  const waysIn = await provideAccounts(settings, env, guard)
  // Stopped in the order api, worker: the last registered is the first to go.
  const worker = launch('worker', settings, env, guard, atEnd)
  const api = launch('api', settings, env, guard, atEnd)
  const early = await Promise.race([awaitHealth(settings, [api, worker]), api.ended, worker.ended])
  if (early) return early
  console.log(`Saitaku serves at ${settings.baseUrl}\nCtrl-C stops it; logs are in ${logFolder(settings)}`)
  if (waysIn) console.log(waysIn)
  if (settings.loadDemo) loadDemo(env, guard, atEnd)
  return Promise.race([api.ended, worker.ended])
}

/** @param {Settings} settings */
async function refuseTakenPort({ port, host }) {
  if (!await canListen(port, host))
    throw new StartProblem(`Port ${port} is taken by another program: choose another with npm start -- --port N (or PORT).`)
}

/**
 * @param {Settings} settings
 * @param {ReturnType<typeof postGuard>} guard
 * @param {AtEnd} atEnd
 */
async function startDatabase({ dataDir }, guard, atEnd) {
  const folder = databaseFolder(dataDir)
  guard.postgres(folder)
  const postgres = await startPostgres({ dataDir: folder })
  atEnd(postgres.stop)
  return postgres.url
}

/** @param {string} dataDir */
export function databaseFolder(dataDir) {
  return path.join(dataDir, 'postgres')
}

/** @param {string} app */
export function mainOf(app) {
  return path.join(ROOT, 'dist/apps', app, 'src/main.js')
}

/**
 * Migrations, and the programmes published. What it refuses it says itself, in one sentence.
 * @param {NodeJS.ProcessEnv} env
 * @param {ReturnType<typeof postGuard>} [guard]
 */
export async function setUp(env, guard) {
  await runCommandLine(['setup'], env, guard, 'Setting up the database')
}

/**
 * The accounts that one comes in by, before anything serves: as text to print, or nothing where everybody knows theirs.
 * @param {Settings} settings
 * @param {NodeJS.ProcessEnv} env
 * @param {ReturnType<typeof postGuard>} guard
 */
async function provideAccounts({ dataDir, loadDemo }, env, guard) {
  const args = loadDemo ? ['accounts', '--demo', path.join(dataDir, 'demo-accounts.json')] : ['accounts']
  return (await runCommandLine(args, env, guard, 'Providing the accounts')).trimEnd()
}

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {ReturnType<typeof postGuard> | undefined} guard
 * @param {string} what
 * @returns {Promise<string>} what it printed
 */
async function runCommandLine(args, env, guard, what) {
  const command = spawn(process.execPath, [mainOf('cli'), ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  guard?.process(command.pid)
  let printed = '', complained = ''
  command.stdout.on('data', (chunk) => { printed += chunk })
  command.stderr.on('data', (chunk) => { complained += chunk })
  const code = await new Promise((resolve, reject) => {
    command.once('error', reject)
    command.once('close', resolve)
  })
  if (code !== 0) throw new StartProblem(complained.trim() || `${what} failed with exit code ${code}.`)
  return printed
}

/** @param {Settings} settings */
function logFolder({ dataDir }) {
  return path.join(dataDir, 'logs')
}

/**
 * @param {'api' | 'worker'} name
 * @param {Settings} settings
 * @param {NodeJS.ProcessEnv} env
 * @param {ReturnType<typeof postGuard>} guard
 * @param {AtEnd} atEnd
 * @returns {Process}
 */
function launch(name, settings, env, guard, atEnd) {
  fs.mkdirSync(logFolder(settings), { recursive: true })
  const file = path.join(logFolder(settings), `${name}.log`)
  const log = fs.openSync(file, 'a', 0o600), from = fs.fstatSync(log).size
  // Detached: Ctrl-C in a terminal reaches the whole process group, but these end in our order.
  const child = spawn(process.execPath, ['--enable-source-maps', mainOf(name)], { cwd: ROOT, env, stdio: ['ignore', log, log], detached: true })
  fs.closeSync(log)
  guard.process(child.pid)
  let stopping = false
  const exited = new Promise((resolve) => { child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`)) })
  const ended = exited.then((how) => stopping ? new Promise(() => undefined) : explainEnd(name, how, file, from))
  const stop = async () => {
    stopping = true
    child.kill('SIGTERM')
    if (await Promise.race([exited, sleep(STOP_MS, 'late', { ref: false })]) === 'late') child.kill('SIGKILL')
    await exited
  }
  atEnd(stop)
  return { name, ended, stop, runs: () => child.exitCode === null && child.signalCode === null }
}

/**
 * @param {string} name
 * @param {string} how
 * @param {string} file
 * @param {number} from
 */
function explainEnd(name, how, file, from) {
  const last = fs.readFileSync(file).subarray(from).toString('utf8').trim().split('\n').at(-1)?.slice(0, 500)
  return `The ${name} ended unexpectedly (${how}), so everything was stopped; its last words: ${last || 'none'} (all of them in ${file}).`
}

/**
 * @param {Settings} settings
 * @param {Process[]} processes
 * @returns {Promise<string | undefined>} nothing once the api answers
 */
async function awaitHealth({ host, port }, processes) {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  const deadline = performance.now() + READY_MS
  while (performance.now() < deadline && processes.every((each) => each.runs())) {
    const answer = await fetch(`http://${name}:${port}/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    if (answer?.ok) return undefined
    await sleep(50)
  }
  return `The api does not answer at http://${name}:${port}/health, so everything was stopped.`
}

/**
 * Runs beside the service; whether the year is already in the database is the command's own to know.
 * @param {NodeJS.ProcessEnv} env
 * @param {ReturnType<typeof postGuard>} guard
 * @param {AtEnd} atEnd
 */
function loadDemo(env, guard, atEnd) {
  const demo = spawn(process.execPath, [mainOf('cli'), 'demo', '--load'], { cwd: ROOT, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  guard.process(demo.pid)
  let stopping = false
  const exited = new Promise((resolve) => { demo.once('exit', resolve) })
  demo.once('exit', (code) => { if (code !== 0 && !stopping) console.error('The demo year could not be loaded; the service goes on without it. It is tried again at the next start.') })
  atEnd(async () => {
    stopping = true
    if (demo.exitCode === null && demo.signalCode === null) demo.kill('SIGTERM')
    await exited
  })
}
