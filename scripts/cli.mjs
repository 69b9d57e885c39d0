// The command line on whichever database fits the command: none, the given one, the running one, our own.
import fs from 'node:fs'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { ensureDependencies, ensureNode, ROOT } from './ensure.mjs'
import { atEnd } from './command.mjs'
import { readSettings } from './settings.mjs'

const WITHOUT_DATABASE = /^(programme (check|diagram|simulate|diff)|score|allocate|assign|amount|help)\b|^(programme|audit)?$/
const ASKS_ABOUT_ITSELF = ['--help', '-h', '--version', '-V']

/**
 * @param {string[]} args
 * @returns {'none' | 'temporary' | 'lasting'}
 */
export function databaseFor(args) {
  const words = args.filter((arg) => !arg.startsWith('-'))
  if (WITHOUT_DATABASE.test(words.join(' ')) || args.some((arg) => ASKS_ABOUT_ITSELF.includes(arg))) return 'none'
  return words[0] === 'demo' && !args.includes('--load') ? 'temporary' : 'lasting'
}

/**
 * Everything on the way goes to stderr, so that stdout is the command's alone.
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<number>} its exit code
 */
export async function runCommandLine(args, cwd) {
  await ensureAll()
  const { mainOf } = await import('./serve.mjs')
  const env = await databaseEnvironment(databaseFor(args))
  return runNode([mainOf('cli'), ...args], env, cwd)
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<number>}
 */
export async function runBench(args, cwd) {
  await ensureAll()
  return runNode([path.join(ROOT, 'dist/test/bench/main.js'), ...args], await databaseEnvironment('temporary'), cwd)
}

async function ensureAll() {
  ensureNode()
  await ensureDependencies()
  const { ensureBuild } = await import('./build.mjs')
  await ensureBuild()
}

/**
 * @param {'none' | 'temporary' | 'lasting'} kind
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
async function databaseEnvironment(kind) {
  if (kind === 'none') return process.env
  const settings = readSettings([])
  const { processEnvironment } = await import('./settings.mjs')
  if (kind === 'lasting' && settings.databaseUrl) return processEnvironment(settings, settings.databaseUrl)
  const { postgres, dataDir, prepared } = kind === 'temporary' ? await temporary(settings.dataDir) : await lasting(settings.dataDir)
  const env = processEnvironment({ ...settings, dataDir }, postgres.url)
  const { setUp } = await import('./serve.mjs')
  await prepared(() => setUp(env))
  return env
}

/** @typedef {{ postgres: { url: string }, dataDir: string, prepared: (setUp: () => Promise<void>) => Promise<void> }} Prepared */

/**
 * A fresh database, deleted afterwards; on the same disk as the lasting one, so that it is as durable and as fast.
 * @param {string} under
 * @returns {Promise<Prepared>}
 */
async function temporary(under) {
  const [{ startTemporaryPostgres }, { postGuard }] = await Promise.all([import('./postgres.mjs'), import('./guard.mjs')])
  const guard = postGuard()
  fs.mkdirSync(under, { recursive: true })
  const postgres = await startTemporaryPostgres({ durable: true, under, name: 'temporary', onFolder: guard.temporary })
  atEnd(postgres.stop)
  return { postgres, dataDir: postgres.folder, prepared: (setUp) => setUp() }
}

/**
 * The product's own database: the server that npm start runs, or one for as long as the command takes.
 * @param {string} dataDir
 * @returns {Promise<Prepared>}
 */
async function lasting(dataDir) {
  const [{ startPostgres }, { databaseFolder }, { postGuard }] = await Promise.all([import('./postgres.mjs'), import('./serve.mjs'), import('./guard.mjs')])
  const folder = databaseFolder(dataDir)
  const guard = postGuard()
  guard.postgres(folder)
  const postgres = await startPostgres({ dataDir: folder })
  atEnd(postgres.stop)
  return { postgres, dataDir, prepared: (setUp) => oncePerBuild(`${folder}.setup`, postgres.dataDir, setUp) }
}

/**
 * @param {string} stamp
 * @param {string} data
 * @param {() => Promise<void>} setUp
 */
async function oncePerBuild(stamp, data, setUp) {
  const { ino, mtimeMs } = fs.statSync(path.join(data, 'PG_VERSION')) // tells this database from one that was deleted
  const now = `${fs.readFileSync(path.join(ROOT, 'dist/.build-stamp'), 'utf8')} ${ino} ${mtimeMs}`
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === now) return
  await setUp()
  fs.writeFileSync(stamp, now)
}

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cwd
 * @returns {Promise<number>}
 */
async function runNode(args, env, cwd) {
  const child = spawn(process.execPath, ['--enable-source-maps', ...args], { cwd, env, stdio: 'inherit' })
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 3)))
  })
  // The database waits for its command.
  atEnd(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  })
  return ended
}
