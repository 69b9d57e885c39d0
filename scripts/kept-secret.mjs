// What must stay the same from one start to the next and nobody else may read, in the data folder.
import fs from 'node:fs'
import path from 'node:path'
import { randomBytes } from 'node:crypto'
import { errorCode, StartProblem } from './start-problem.mjs'

const OWNER_ALONE = 0o600

/**
 * The SESSION_SECRET of this data folder, made when it is first needed: what it sealed opens only with it.
 * @param {string} dataDir
 * @returns {string}
 */
export function keptSecret(dataDir) {
  const file = path.join(dataDir, 'session-secret')
  fs.mkdirSync(dataDir, { recursive: true })
  makeOnce(file)
  const secret = fs.readFileSync(file, 'utf8').trim()
  if (secret.length < 32) throw new StartProblem(`${file} does not hold a secret of 32 characters or more: restore it from a backup, or delete it, which ends all sessions and second factors.`)
  return secret
}

/**
 * Whole or not at all, and by one of two who start at once.
 * @param {string} file
 */
function makeOnce(file) {
  if (fs.existsSync(file)) return
  const draft = `${file}.${process.pid}`
  fs.writeFileSync(draft, `${randomBytes(48).toString('base64url')}\n`, { mode: OWNER_ALONE, flush: true })
  try {
    fs.linkSync(draft, file)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  } finally {
    fs.rmSync(draft, { force: true })
  }
}
