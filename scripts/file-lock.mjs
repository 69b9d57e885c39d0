import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownIdentity, stillRuns } from './process-identity.mjs'
import { errorCode, StartProblem } from './start-problem.mjs'

const WAIT_MS = 120_000
const UNWRITTEN_MS = 5_000 // a lock file still empty after this belongs to a process that died

/**
 * Runs `work` while no other process holds the same lock file. A lock whose holder died is taken over.
 * Two processes that take over the same dead lock at the same instant could both enter: what the lock
 * guards must stay safe then, only less polite (PostgreSQL's own lock file, a rename that fails).
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {{ waitMs?: number }} [options]
 * @returns {Promise<T>}
 */
export async function withFileLock(file, work, { waitMs = WAIT_MS } = {}) {
  const mine = JSON.stringify(ownIdentity())
  const deadline = performance.now() + waitMs
  while (!tryAcquire(file, mine)) {
    clearIfDead(file)
    if (performance.now() > deadline)
      throw new StartProblem(`Process ${holder(file)?.pid ?? 'unknown'} has held ${file} for too long: stop it, or delete that file if it is not ours.`)
    await sleep(20)
  }
  try {
    return await work()
  } finally {
    fs.rmSync(file, { force: true })
  }
}

/**
 * @param {string} file
 * @param {string} mine
 */
function tryAcquire(file, mine) {
  try {
    fs.writeFileSync(file, mine, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** @param {string} file */
function clearIfDead(file) {
  const seen = read(file)
  if (seen === undefined || !isDead(file, seen)) return
  const aside = `${file}.${process.pid}`
  try {
    fs.renameSync(file, aside)
  } catch {
    return // another process was quicker
  }
  if (read(aside) !== seen) fs.renameSync(aside, file) // a new holder came in between: give it back
  else fs.rmSync(aside, { force: true })
}

/**
 * @param {string} file
 * @param {string} content
 */
function isDead(file, content) {
  if (content !== '') {
    const identity = parse(content)
    return identity === undefined || !stillRuns(identity)
  }
  const written = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs
  return written !== undefined && Date.now() - written > UNWRITTEN_MS
}

/** @param {string} file */
function holder(file) {
  return parse(read(file) ?? '')
}

/** @param {string} file */
function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined // released meanwhile
  }
}

/**
 * @param {string} content
 * @returns {import('./process-identity.mjs').Identity | undefined}
 */
function parse(content) {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}
