// What every command does first. Until the install is done only Node's own modules may be imported here,
// and in whatever this file imports.
import fs from 'node:fs'
import path from 'node:path'
import crypto from 'node:crypto'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { atEnd } from './command.mjs'
import { withFileLock } from './file-lock.mjs'
import { StartProblem } from './start-problem.mjs'

export const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const OLDEST_NODE = { major: 20, minor: 19 }

/**
 * @param {string} [version]
 */
export function ensureNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < OLDEST_NODE.major || (major === OLDEST_NODE.major && minor < OLDEST_NODE.minor))
    throw new StartProblem(`This is Node ${version}, but Saitaku needs Node ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or newer.`)
}

/**
 * Installs the dependencies when they are missing or no longer those of the lock file.
 * @param {{ root?: string }} [options]
 * @returns {Promise<boolean>} whether it had to
 */
export async function ensureDependencies({ root = ROOT } = {}) {
  if (dependenciesAreFresh(root)) return false
  return withFileLock(path.join(root, '.install.lock'), async () => {
    if (dependenciesAreFresh(root)) return false // another command did it meanwhile
    process.stderr.write('Installing dependencies …\n')
    await install(root)
    writeStamp(root)
    return true
  }, { waitMs: 15 * 60_000 })
}

/** @param {string} root */
function dependenciesAreFresh(root) {
  if (readOr(stampFile(root), '') === lockHash(root)) return true
  if (!installedAsLocked(root)) return false
  writeStamp(root) // installed by hand
  return true
}

/** @param {string} root */
function stampFile(root) {
  return path.join(root, 'node_modules', '.saitaku-stamp')
}

/** @param {string} root */
function writeStamp(root) {
  try {
    fs.writeFileSync(stampFile(root), lockHash(root))
  } catch {
    // A node_modules that is not ours to write: the longer comparison is made again next time.
  }
}

/** @param {string} root */
function lockHash(root) {
  return crypto.createHash('sha256').update(readOr(path.join(root, 'package-lock.json'), '')).digest('hex')
}

/**
 * npm keeps what it installed in node_modules/.package-lock.json.
 * @param {string} root
 */
function installedAsLocked(root) {
  const locked = packagesOf(path.join(root, 'package-lock.json'))
  const installed = packagesOf(path.join(root, 'node_modules', '.package-lock.json'))
  if (!locked || !installed) return false
  return Object.entries(locked).every(([folder, wanted]) => {
    if (folder === '') return true
    const found = installed[folder]
    return found ? found.version === wanted.version && found.integrity === wanted.integrity : wanted.optional === true
  })
}

/**
 * @param {string} file
 * @returns {Record<string, { version: string, integrity?: string, optional?: boolean }> | undefined}
 */
function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

// npm's own waits between retries make an offline machine wait for minutes until it is told.
const PATIENCE = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000']

/** @param {string} root */
async function install(root) {
  const windows = process.platform === 'win32'
  const npm = spawn(windows ? 'npm.cmd' : 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...PATIENCE],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: windows, env: { ...process.env, NODE_ENV: '' } })
  let said = ''
  npm.stdout.on('data', (chunk) => { said += chunk })
  npm.stderr.on('data', (chunk) => { said += chunk })
  atEnd(async () => { npm.kill() })
  const code = await new Promise((resolve) => {
    npm.once('error', (error) => { said += error.message; resolve(-1) })
    npm.once('close', resolve)
  })
  if (code !== 0) throw explainInstall(said)
}

/** @param {string} said */
function explainInstall(said) {
  if (/ENOENT/.test(said) && /spawn/.test(said)) return new StartProblem('npm is not on the PATH: install Node together with npm.')
  if (/ENOSPC/.test(said)) return new StartProblem('The disk is full: the dependencies could not be installed.')
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|network/i.test(said))
    return new StartProblem('The dependencies are missing or out of date and the npm registry cannot be reached: connect to the network (or set a proxy or a mirror for npm) and start again.')
  if (/EACCES|EPERM|EROFS/.test(said)) return new StartProblem('The dependencies could not be installed, for node_modules is not writable by this user.')
  const reason = said.split('\n').map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim()).find((line) => line && !line.startsWith('code '))
  return new StartProblem(`The dependencies could not be installed (npm: ${reason ?? 'no reason given'}).`)
}

/**
 * @param {string} file
 * @param {string} otherwise
 */
function readOr(file, otherwise) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}
