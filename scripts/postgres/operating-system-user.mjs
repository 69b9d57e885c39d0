// PostgreSQL refuses to run as root, so root runs it as somebody else.
import fs from 'node:fs'
import { spawnSync } from 'node:child_process'
import { StartProblem } from '../start-problem.mjs'

/** @typedef {{ uid?: number, gid?: number }} RunAs options for spawn: empty for an ordinary user */

export const isRoot = process.getuid?.() === 0

/** Root's own folder, where nobody else can plant a program. */
export const SYSTEM_FOLDER = '/var/lib/saitaku'

/**
 * @param {string} folder the data folder, if it exists: whoever owns it goes on running it
 * @returns {RunAs}
 */
export function userFor(folder) {
  if (!isRoot) return {}
  const owner = fs.statSync(folder, { throwIfNoEntry: false })
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  for (const name of ['postgres', 'nobody']) {
    const uid = spawnSync('id', ['-u', name], { encoding: 'utf8' })
    const gid = spawnSync('id', ['-g', name], { encoding: 'utf8' })
    if (uid.status === 0 && gid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new StartProblem('PostgreSQL may not run as root, and this system has neither a user "postgres" nor "nobody": start as an ordinary user.')
}

/**
 * @param {string} folder
 * @param {RunAs} user
 */
export function canWrite(folder, user) {
  if (!isRoot) return true // whether we can is seen when we do
  return spawnSync('test', ['-w', folder], { ...user, cwd: '/' }).status === 0
}

export function ensureSystemFolder() {
  fs.mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o755 })
  const { uid, mode } = fs.statSync(SYSTEM_FOLDER)
  if (uid !== 0 || (mode & 0o022) !== 0)
    throw new StartProblem(`${SYSTEM_FOLDER} must belong to root and be writable by root alone.`)
}
