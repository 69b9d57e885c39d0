// The server's process: whether one runs already on the data folder, starting and stopping it.
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { spawn, spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandLine, isAlive } from '../process-identity.mjs'
import { StartProblem } from '../start-problem.mjs'
import { program } from './binaries.mjs'
import { complaint, explainFolder, readIfThere, serverEnvironment } from './data-folder.mjs'

const POLL_MS = 10
const STOP_MS = 60_000 // a fast shutdown ends sessions at once; what remains is its last checkpoint
const ORPHANS_MS = 20_000 // sessions of a killed server notice its death at their next wait
const LOG_BYTES = 10_000_000

/** @typedef {import('./data-folder.mjs').Place} Place */
/** @typedef {{ pid: number, port: number, ready: boolean }} Running */

/**
 * @param {Place} place
 * @returns {Running | undefined} the server that runs on this data folder
 */
export function findRunning({ data }) {
  const lines = readIfThere(path.join(data, 'postmaster.pid'))?.split('\n')
  const pid = Number(lines?.[0])
  if (!lines || !Number.isInteger(pid) || pid <= 1 || !isServer(pid, data)) return undefined
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}

/**
 * @param {number} pid
 * @param {string} data
 */
function isServer(pid, data) {
  if (!isAlive(pid)) return false
  const command = commandLine(pid)
  // Windows tells a program's name only.
  return process.platform === 'win32' ? /postgres/.test(command) : /postgres/.test(command) && command.includes(` -D ${data} `)
}

/**
 * @param {boolean} durable
 * @returns {string[]}
 */
export function serverSettings(durable) {
  const settings = [
    'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'shared_buffers=128MB',
    'timezone=UTC', 'log_timezone=UTC', 'log_checkpoints=off',
    ...(durable ? ['fsync=on', 'synchronous_commit=on', 'full_page_writes=on']
      : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ]
  return settings.flatMap((setting) => ['-c', setting])
}

/**
 * @param {Place} place
 * @param {boolean} durable
 * @returns {boolean} whether the running server was started with these settings
 */
export function runsWith({ data }, durable) {
  const options = readIfThere(path.join(data, 'postmaster.opts')) ?? ''
  return serverSettings(durable).every((setting) => options.includes(`"${setting}"`))
}

/**
 * @param {Place} place
 * @param {string} native
 * @param {{ port?: number, durable: boolean }} options
 * @returns {Promise<Running>}
 */
export async function startServer(place, native, { port, durable }) {
  const deadline = performance.now() + ORPHANS_MS
  for (let attempt = 1; ; attempt++) {
    const chosen = port ?? await freePort()
    if (port !== undefined) await refuseTakenPort(port)
    disarmStalePid(place)
    const said = await launch(place, native, chosen, durable)
    if (typeof said !== 'string') return said
    const lostTheRace = port === undefined && /Address already in use/i.test(said) && attempt < 5
    const orphansRemain = /shared memory block .*still in use/i.test(said) && performance.now() < deadline
    if (!lostTheRace && !orphansRemain) throw explainServer(place, chosen, said)
    await sleep(orphansRemain ? 200 : 0)
  }
}

/**
 * PostgreSQL takes any process that bears the id in a left-over postmaster.pid for its server and refuses
 * to start, be it another program or a zombie that no one reaps. Our own id is what it never believes (it is its parent's); the rest of the file stays,
 * for from it PostgreSQL sees whether sessions of the dead server still use its memory.
 * @param {Place} place
 */
function disarmStalePid({ data }) {
  const file = path.join(data, 'postmaster.pid')
  const lines = readIfThere(file)?.split('\n')
  if (!lines) return
  fs.writeFileSync(file, [String(process.pid), ...lines.slice(1)].join('\n'))
}

/**
 * @param {Place} place
 * @param {string} native
 * @param {number} port
 * @param {boolean} durable
 * @returns {Promise<Running | string>} the server once it answers, or what it said before it ended
 */
async function launch(place, native, port, durable) {
  const { log, start } = openLog(place)
  try {
    // Detached: Ctrl-C in a terminal reaches a whole process group, and the database must outlive its users.
    const server = spawn(program(native, 'postgres'), ['-D', place.data, '-p', String(port), ...serverSettings(durable)],
      { ...place.user, cwd: '/', env: serverEnvironment(), stdio: ['ignore', log, log], detached: true, windowsHide: true })
    let ended = false
    server.once('error', () => { ended = true })
    server.once('exit', () => { ended = true })
    server.unref()
    while (!ended) {
      const running = findRunning(place)
      if (running && running.pid === server.pid && running.ready) return running
      await sleep(POLL_MS)
    }
  } finally {
    fs.closeSync(log)
  }
  return fs.readFileSync(place.log).subarray(start).toString('utf8')
}

/** @param {Place} place */
function openLog(place) {
  try {
    const size = fs.statSync(place.log, { throwIfNoEntry: false })?.size ?? 0
    if (size > LOG_BYTES) fs.renameSync(place.log, `${place.log}.1`)
    return { log: fs.openSync(place.log, 'a', 0o600), start: size > LOG_BYTES ? 0 : size }
  } catch (error) {
    throw explainFolder(place.asked, error)
  }
}

/**
 * @param {Place} place
 * @param {number} port
 * @param {string} said
 */
function explainServer(place, port, said) {
  if (/No space left on device/i.test(said)) return new StartProblem(`The disk is full: PostgreSQL could not start on ${place.asked}.`)
  if (/Address already in use/i.test(said)) return takenPort(port)
  if (/lock file "postmaster\.pid" already exists/i.test(said))
    return new StartProblem(`Another PostgreSQL server already runs on the data folder ${place.asked}: stop it first.`)
  if (/Permission denied|has wrong ownership|invalid permissions/i.test(said))
    return new StartProblem(`The data folder ${place.data} is not this user's to run a database on (${complaint(said)}): mend its rights, or choose another folder with DATA_DIR.`)
  return new StartProblem(`PostgreSQL did not start on ${place.asked} (${complaint(said)}); its log is ${place.log}.`)
}

/** @param {number} port */
function takenPort(port) {
  return new StartProblem(`Port ${port} is taken by another program: give PostgreSQL another port, or none to let a free one be found.`)
}

/** @param {number} port */
async function refuseTakenPort(port) {
  if (!await canListen(port)) throw takenPort(port)
}

/**
 * @param {number} port
 * @param {string} [host]
 * @returns {Promise<boolean>}
 */
export async function canListen(port, host = '127.0.0.1') {
  const probe = net.createServer()
  const listening = await new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen({ port, host, exclusive: true }, () => resolve(true))
  })
  if (listening) await new Promise((resolve) => { probe.close(resolve) })
  return listening
}

/** @returns {Promise<number>} a port of 127.0.0.1 that nobody listened on a moment ago */
export async function freePort() {
  const probe = net.createServer()
  await new Promise((resolve, reject) => {
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => resolve(undefined))
  })
  const { port } = /** @type {net.AddressInfo} */ (probe.address())
  await new Promise((resolve) => { probe.close(resolve) })
  return port
}

/**
 * Waits for the server that another process is starting just now.
 * @param {Place} place
 * @returns {Promise<Running | undefined>}
 */
export async function awaitReady(place) {
  let running = findRunning(place)
  while (running && !running.ready) {
    await sleep(POLL_MS)
    running = findRunning(place)
  }
  return running
}

/**
 * A fast shutdown: open transactions are rolled back, everything committed is checkpointed. When that
 * takes too long the server is ended at once, and its next start recovers from the log.
 * @param {Place} place
 * @param {string} native
 * @param {Running} running
 */
export async function stopServer(place, native, { pid }) {
  if (process.platform === 'win32') {
    spawnSync(program(native, 'pg_ctl'), ['stop', '-D', place.data, '-m', 'fast', '-w'])
    return
  }
  for (const [signal, patience] of /** @type {const} */ ([['SIGINT', STOP_MS], ['SIGQUIT', 5_000], ['SIGKILL', 5_000]])) {
    if (!signalServer(place, pid, signal)) return
    if (await hasEnded(pid, patience)) return
  }
  throw new StartProblem(`PostgreSQL (process ${pid}) on ${place.asked} does not end.`)
}

/**
 * @param {Place} place
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalServer({ data }, pid, signal) {
  if (!isServer(pid, data)) return false
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false // ended meanwhile
  }
}

/**
 * @param {number} pid
 * @param {number} patienceMs
 */
async function hasEnded(pid, patienceMs) {
  const deadline = performance.now() + patienceMs
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false
    await sleep(POLL_MS)
  }
  return true
}
