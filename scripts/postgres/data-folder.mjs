// The data folder: where it really lies, whether it is ours to use, and how it is first made.
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { errorCode, StartProblem } from '../start-problem.mjs'
import { MAJOR_VERSION, program } from './binaries.mjs'
import { canWrite, ensureSystemFolder, isRoot, SYSTEM_FOLDER, userFor } from './operating-system-user.mjs'

export const ROLE = 'saitaku'

/**
 * @typedef {object} Place
 * @property {string} asked the folder that the caller named; the files below lie beside it
 * @property {string} data where PostgreSQL's files really are
 * @property {string} password
 * @property {string} log
 * @property {string} lock
 * @property {string} users one file for each process that uses the server
 * @property {import('./operating-system-user.mjs').RunAs} user who runs the server
 */

/**
 * Finds the place without making anything.
 * @param {string} dataDir
 * @returns {Place}
 */
export function findPlace(dataDir) {
  const asked = path.resolve(dataDir)
  const user = userFor(asked)
  const closed = isRoot && fs.existsSync(asked) && !canWrite(asked, user)
  return {
    asked, user,
    data: closed ? path.join(SYSTEM_FOLDER, `data-${crypto.createHash('sha256').update(asked).digest('hex').slice(0, 16)}`) : asked,
    password: `${asked}.password`, log: `${asked}.log`, lock: `${asked}.lock`, users: `${asked}.users`,
  }
}

/**
 * Makes the folders, owned by the user who runs the server.
 * @param {string} dataDir
 * @returns {Place}
 */
export function makePlace(dataDir) {
  const asked = path.resolve(dataDir)
  try {
    fs.mkdirSync(path.dirname(asked), { recursive: true }) // the user who runs the server must get through here
    fs.mkdirSync(asked, { recursive: true, mode: 0o700 })
    giveTo(asked, userFor(asked))
    const place = findPlace(asked)
    fs.mkdirSync(place.users, { recursive: true, mode: 0o700 })
    fs.accessSync(path.dirname(asked), fs.constants.W_OK)
    if (place.data === asked) fs.accessSync(asked, fs.constants.W_OK)
    else moveBehindRootsDoor(place)
    return place
  } catch (error) {
    throw explainFolder(asked, error)
  }
}

/**
 * A parent folder is closed to the user who runs the server: the files go into root's own folder instead.
 * @param {Place} place
 */
function moveBehindRootsDoor(place) {
  ensureSystemFolder()
  fs.mkdirSync(place.data, { mode: 0o700, recursive: true })
  giveTo(place.data, place.user)
  fs.writeFileSync(path.join(place.asked, 'WHERE'), `The user who runs PostgreSQL may not enter this folder; its files are in ${place.data}\n`)
}

/**
 * @param {string} file
 * @param {import('./operating-system-user.mjs').RunAs} user
 */
function giveTo(file, { uid, gid }) {
  if (uid !== undefined && gid !== undefined) fs.chownSync(file, uid, gid)
}

/**
 * @param {string} folder
 * @param {unknown} error
 */
export function explainFolder(folder, error) {
  if (error instanceof StartProblem) return error
  switch (errorCode(error)) {
    case 'ENOSPC': return new StartProblem(`The disk is full: the database in ${folder} could not be written.`, { cause: error })
    case 'EACCES': case 'EPERM': case 'EROFS':
      return new StartProblem(`The data folder ${folder} is not writable by this user: mend its rights, or choose another folder with DATA_DIR.`, { cause: error })
    case 'ENOTDIR': case 'EEXIST':
      return new StartProblem(`The data folder ${folder} cannot be made, for a file of that name is in the way: choose another folder with DATA_DIR.`, { cause: error })
    default: return error
  }
}

/**
 * @param {Place} place
 * @returns {'empty' | 'ready'}
 */
export function inspectData({ data }) {
  const version = readIfThere(path.join(data, 'PG_VERSION'))?.trim()
  if (version === MAJOR_VERSION) return 'ready'
  if (version !== undefined)
    throw new StartProblem(
      `The data folder ${data} was made by PostgreSQL ${version}, but this release runs PostgreSQL ${MAJOR_VERSION}: move it over with pg_dump, or choose another folder with DATA_DIR.`)
  const others = fs.readdirSync(data).filter((name) => name !== 'WHERE' && name !== 'lost+found')
  if (others.length > 0)
    throw new StartProblem(`The data folder ${data} holds other files (${others[0]}), but no database: choose an empty folder with DATA_DIR.`)
  return 'empty'
}

/**
 * The password of the role, from the file beside the data folder; made, and set in an existing
 * database whose password file was lost.
 * @param {Place} place
 * @param {string} native
 */
export function ensurePassword(place, native) {
  const kept = readIfThere(place.password)?.trim()
  if (kept) return kept
  const password = crypto.randomBytes(24).toString('base64url')
  if (inspectData(place) === 'ready') resetPassword(place, native, password)
  fs.writeFileSync(place.password, `${password}\n`, { mode: 0o600 })
  fs.chmodSync(place.password, 0o600)
  return password
}

/**
 * @param {Place} place
 * @param {string} native
 * @param {string} password
 */
function resetPassword({ data, user }, native, password) {
  const done = spawnSync(program(native, 'postgres'), ['--single', '-D', data, 'postgres'],
    { ...user, cwd: '/', env: serverEnvironment(), input: `ALTER ROLE ${ROLE} PASSWORD '${password}'\n`, encoding: 'utf8' })
  if (done.status !== 0) throw new StartProblem(`The password file of ${data} is lost and a new one could not be set (${lastLine(done.stderr)}).`)
}

/**
 * Makes the database in a draft folder that takes its name only when complete, so a crash or a full
 * disk in the middle leaves nothing that looks like a database.
 * @param {Place} place
 * @param {string} native
 * @param {string} password
 * @param {boolean} durable
 */
export function initialise(place, native, password, durable) {
  const draft = `${place.data}.new`, passwordFile = `${place.data}.init`
  try {
    fs.rmSync(draft, { recursive: true, force: true })
    fs.mkdirSync(draft, { mode: 0o700 })
    giveTo(draft, place.user)
    fs.rmSync(passwordFile, { force: true })
    fs.writeFileSync(passwordFile, password, { mode: 0o600 })
    giveTo(passwordFile, place.user)
    runInitdb(place, native, draft, passwordFile, durable)
    if (process.platform === 'win32') fs.rmdirSync(place.data) // rename replaces an empty folder elsewhere
    fs.rmSync(path.join(place.data, 'WHERE'), { force: true })
    fs.renameSync(draft, place.data)
    if (durable) syncFolder(path.dirname(place.data))
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true })
    throw explainFolder(place.asked, error)
  } finally {
    fs.rmSync(passwordFile, { force: true })
  }
}

/**
 * Order and case follow ICU's Japanese; but pg_trgm asks the C library what a letter is, and in its plain C
 * locale no Japanese character is one.
 */
const CHARACTER_TYPES = ['C.UTF-8', 'en_US.UTF-8', 'C']

/**
 * @param {Place} place
 * @param {string} native
 * @param {string} draft
 * @param {string} passwordFile
 * @param {boolean} durable
 */
function runInitdb(place, native, draft, passwordFile, durable) {
  let said = ''
  for (const characters of CHARACTER_TYPES) {
    const made = spawnSync(program(native, 'initdb'), [
      '-D', draft, '-U', ROLE, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8',
      '--locale=C', `--lc-ctype=${characters}`, '--locale-provider=icu', '--icu-locale=ja-JP', ...(durable ? [] : ['--no-sync']),
    ], { ...place.user, cwd: '/', env: serverEnvironment(), encoding: 'utf8' })
    if (made.status === 0) return
    said = `${made.stderr ?? ''}${made.error?.message ?? ''}`
    if (!/invalid locale name/i.test(said)) break // anything else fails with every locale
  }
  if (/No space left on device/i.test(said)) throw new StartProblem(`The disk is full: the database in ${place.asked} could not be made.`)
  throw new StartProblem(`The database in ${place.asked} could not be made (${complaint(said)}).`)
}

/** @param {string} folder */
function syncFolder(folder) {
  if (process.platform === 'win32') return
  const handle = fs.openSync(folder, 'r')
  try {
    fs.fsyncSync(handle)
  } finally {
    fs.closeSync(handle)
  }
}

/** The server's environment: nobody's PG* variables or locale may change what it does. */
export function serverEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name))
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' }
}

/** @param {string} said */
export function complaint(said) {
  const lines = said.split('\n').map((line) => line.trim()).filter(Boolean)
  const line = lines.find((each) => /\b(FATAL|PANIC):/.test(each)) ?? lines.find((each) => /error:/.test(each)) ?? lines.at(-1) ?? 'no reason given'
  return line.replace(/^.*?\b(FATAL|PANIC|error):\s*/, '')
}

/** @param {string} said */
function lastLine(said) {
  return said.trim().split('\n').at(-1) ?? ''
}

/** @param {string} file */
export function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined
    throw error
  }
}
