// Who uses a running server: several commands may share it, and the last to leave stops it.
import fs from 'node:fs'
import path from 'node:path'
import { ownIdentity, stillRuns } from '../process-identity.mjs'
import { readIfThere } from './data-folder.mjs'

let counter = 0

/**
 * @param {string} folder
 * @returns {string} the file that says so
 */
export function signIn(folder) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, `${process.pid}-${++counter}`)
  fs.writeFileSync(file, JSON.stringify(ownIdentity()), { mode: 0o600 })
  return file
}

/**
 * @param {string} folder
 * @returns {boolean} whether a living process uses the server; what dead ones left is cleared away
 */
export function isUsed(folder) {
  if (!fs.existsSync(folder)) return false
  return fs.readdirSync(folder).map((name) => path.join(folder, name)).filter((file) => !clearIfDead(file)).length > 0
}

/** @param {string} file */
function clearIfDead(file) {
  try {
    if (stillRuns(JSON.parse(readIfThere(file) ?? ''))) return false
  } catch {
    // half written by a process that died
  }
  fs.rmSync(file, { force: true })
  return true
}
