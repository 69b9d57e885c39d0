// The PostgreSQL that comes with the product: a real server in its own data folder, for one machine.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { withFileLock } from './file-lock.mjs'
import { errorCode, StartProblem } from './start-problem.mjs'
import { usableBinaries } from './postgres/binaries.mjs'
import { ensurePassword, explainFolder, findPlace, initialise, inspectData, makePlace, readIfThere, ROLE } from './postgres/data-folder.mjs'
import { awaitReady, findRunning, runsWith, startServer, stopServer } from './postgres/server.mjs'
import { isUsed, signIn } from './postgres/users.mjs'

export { StartProblem }

const DATABASE = 'saitaku'

/**
 * @typedef {object} Postgres
 * @property {string} url with the password
 * @property {number} port
 * @property {number} pid
 * @property {string} dataDir where the server's files are
 * @property {() => Promise<void>} stop leaves the server, and stops it when nobody else uses it
 */

/**
 * Starts the packaged PostgreSQL on a data folder, or joins the one that runs there. A server that a crashed
 * process left behind is taken over. The folder is made when it is not there; the password lies beside it
 * in DIR.password, the log in DIR.log.
 * @param {{ dataDir: string, port?: number, durable?: boolean }} options port: a free one unless given;
 *   durable: false only for data that may be lost (tests)
 * @returns {Promise<Postgres>}
 * @throws {StartProblem} one sentence on what is wrong with this machine and what to do
 */
export async function startPostgres({ dataDir, port, durable = true }) {
  const place = makePlace(dataDir)
  return underLock(place, async () => {
    const native = usableBinaries(place.user)
    if (inspectData(place) === 'empty') initialise(place, native, freshPassword(place, native), durable)
    const password = await joinablePassword(place, native)
    const running = await joinOrStart(place, native, { port, durable })
    const user = signIn(place.users)
    try {
      await ensureDatabase(running.port, password, place)
    } catch (error) {
      await leave(place, native, user)
      throw error
    }
    return {
      url: address(running.port, password), port: running.port, pid: running.pid, dataDir: place.data,
      stop: once(() => underLock(place, () => leave(place, native, user))),
    }
  })
}

/**
 * @param {string} dataDir
 * @returns {{ url: string, port: number, pid: number } | undefined} the server that runs on this folder now
 */
export function runningPostgres(dataDir) {
  const place = findPlace(dataDir)
  const running = findRunning(place), password = readIfThere(place.password)?.trim()
  if (!running?.ready || !password) return undefined
  return { url: address(running.port, password), port: running.port, pid: running.pid }
}

/**
 * A server on a new folder that is deleted when it stops.
 * @param {{ durable?: boolean, under?: string, name?: string, onFolder?: (folder: string) => void }} [options]
 *   onFolder: told before the server starts, for whoever must delete it if we cannot
 * @returns {Promise<Postgres & { folder: string }>} folder: holds the data folder and what lies beside it
 */
export async function startTemporaryPostgres({ durable = true, under = os.tmpdir(), name = 'saitaku', onFolder } = {}) {
  const folder = fs.mkdtempSync(path.join(under, `${name}-`))
  fs.chmodSync(folder, 0o711) // another user runs the server when we are root
  onFolder?.(folder)
  const remove = () => removeTemporary(folder)
  try {
    const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), durable })
    return { ...postgres, folder, stop: once(async () => { await postgres.stop(); remove() }) }
  } catch (error) {
    remove()
    throw error
  }
}

/**
 * Ends the server on a data folder whose users have all died, as the guard does for a killed parent.
 * @param {string} dataDir
 */
export async function stopAbandonedPostgres(dataDir) {
  const place = findPlace(dataDir)
  if (!fs.existsSync(place.asked)) return
  await underLock(place, async () => {
    const running = findRunning(place)
    if (running && !isUsed(place.users)) await stopServer(place, usableBinaries(place.user), running)
  })
}

/** @param {string} folder as startTemporaryPostgres made it */
export function removeTemporary(folder) {
  const { data, asked } = findPlace(path.join(folder, 'postgres'))
  if (data !== asked) fs.rmSync(data, { recursive: true, force: true })
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

/**
 * @template T
 * @param {import('./postgres/data-folder.mjs').Place} place
 * @param {() => Promise<T>} work
 */
async function underLock(place, work) {
  try {
    return await withFileLock(place.lock, work)
  } catch (error) {
    throw explainFolder(place.asked, error)
  }
}

/**
 * @param {import('./postgres/data-folder.mjs').Place} place
 * @param {string} native
 */
function freshPassword(place, native) {
  fs.rmSync(place.password, { force: true }) // of a database that was deleted
  return ensurePassword(place, native)
}

/**
 * A lost password can be set anew only while no server runs.
 * @param {import('./postgres/data-folder.mjs').Place} place
 * @param {string} native
 */
async function joinablePassword(place, native) {
  const running = findRunning(place)
  if (running && !readIfThere(place.password)?.trim()) await stopServer(place, native, running)
  return ensurePassword(place, native)
}

/**
 * @param {import('./postgres/data-folder.mjs').Place} place
 * @param {string} native
 * @param {{ port?: number, durable: boolean }} options
 */
async function joinOrStart(place, native, { port, durable }) {
  const running = await awaitReady(place)
  if (!running) return startServer(place, native, { port, durable })
  const asWished = runsWith(place, durable) && (port === undefined || port === running.port)
  if (asWished) return running
  if (isUsed(place.users))
    throw new StartProblem(`PostgreSQL already runs on ${place.asked} at port ${running.port} for another command: wait for that to end, or choose another folder with DATA_DIR.`)
  await stopServer(place, native, running)
  return startServer(place, native, { port, durable })
}

/**
 * @param {import('./postgres/data-folder.mjs').Place} place
 * @param {string} native
 * @param {string} user
 */
async function leave(place, native, user) {
  fs.rmSync(user, { force: true })
  const running = findRunning(place)
  if (running && !isUsed(place.users)) await stopServer(place, native, running)
}

/**
 * @param {number} port
 * @param {string} password
 * @param {import('./postgres/data-folder.mjs').Place} place
 */
async function ensureDatabase(port, password, place) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: address(port, password, 'postgres') })
  try {
    await client.connect()
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } catch (error) {
    throw explainSession(place, error)
  } finally {
    await client.end().catch(() => undefined) // the connection may never have been made
  }
}

/**
 * @param {import('./postgres/data-folder.mjs').Place} place
 * @param {unknown} error
 */
function explainSession(place, error) {
  switch (errorCode(error)) {
    case '28P01': return new StartProblem(`${place.password} does not hold the password of the database in ${place.asked}: delete that file, and a new password is set at the next start.`, { cause: error })
    case '53100': return new StartProblem(`The disk is full: the database in ${place.asked} could not be written.`, { cause: error })
    default: return error
  }
}

/**
 * @param {number} port
 * @param {string} password
 * @param {string} [database]
 */
function address(port, password, database = DATABASE) {
  return `postgres://${ROLE}:${password}@127.0.0.1:${port}/${database}`
}

/**
 * @param {() => Promise<void>} work
 * @returns {() => Promise<void>}
 */
function once(work) {
  /** @type {Promise<void> | undefined} */
  let done
  return () => done ??= work()
}
