// A process id alone names no process: ids are reused, quickly so in containers. Together with the
// moment it started, it does.
import fs from 'node:fs'
import { spawnSync } from 'node:child_process'

/**
 * @param {number} pid
 * @returns {boolean} true for a running process, also another user's; false for a zombie
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
  return processState(pid) !== 'Z'
}

/**
 * @param {number} pid
 * @returns {string} opaque; equal for the same process only; '' when the system does not tell
 */
export function startedAt(pid) {
  if (process.platform === 'linux') return statFields(pid)?.[19] ?? ''
  if (process.platform === 'win32') return ''
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? ''
}

/**
 * @param {number} pid
 * @returns {string} the program and its arguments, '' when it cannot be read
 */
export function commandLine(pid) {
  if (process.platform === 'linux') {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    } catch {
      return '' // gone meanwhile
    }
  }
  if (process.platform === 'win32')
    return spawnSync('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], { encoding: 'utf8' }).stdout ?? ''
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? ''
}

/** @typedef {{ pid: number, started: string }} Identity */

/** @returns {Identity} */
export function ownIdentity() {
  return { pid: process.pid, started: startedAt(process.pid) }
}

/**
 * @param {Identity} identity
 * @returns {boolean} whether that very process still runs
 */
export function stillRuns({ pid, started }) {
  return isAlive(pid) && (started === '' || startedAt(pid) === started)
}

/** @param {number} pid */
function processState(pid) {
  return process.platform === 'linux' ? statFields(pid)?.[0] : undefined
}

/**
 * The fields of /proc/PID/stat after the command's name, which may itself hold spaces and brackets.
 * @param {number} pid
 */
function statFields(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined // gone meanwhile
  }
}
