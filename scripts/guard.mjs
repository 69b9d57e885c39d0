// What must not outlive a command that is killed, or interrupted in the middle of starting something. A small
// process of its own holds the other end of a pipe; when the pipe breaks, it does what the command could not.
// After a command that tidied up itself it finds nothing to do.
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startedAt, stillRuns } from './process-identity.mjs'

const PATIENCE_MS = 10_000

/**
 * @typedef {{ end: import('./process-identity.mjs').Identity } | { postgres: string } | { temporary: string } | { folder: string }} Duty
 */

/**
 * @returns {{ process: (pid: number | undefined) => void, postgres: (dataDir: string) => void,
 *   temporary: (folder: string) => void, folder: (folder: string) => void }} duties are done last first
 */
export function postGuard() {
  const guard = spawn(process.execPath, [fileURLToPath(import.meta.url)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: path.parse(process.cwd()).root })
  const { stdin } = guard
  guard.unref() // neither the guard nor the pipe keeps the command running
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  stdin.on('error', () => undefined) // a guard that was killed guards no more; nothing else depends on it
  const tell = (/** @type {Duty} */ duty) => { stdin.write(`${JSON.stringify(duty)}\n`) }
  return {
    process: (pid) => { if (pid !== undefined) tell({ end: { pid, started: startedAt(pid) } }) },
    postgres: (dataDir) => tell({ postgres: dataDir }),
    temporary: (folder) => tell({ temporary: folder }),
    folder: (folder) => tell({ folder }),
  }
}

/** @param {Duty} duty */
async function carryOut(duty) {
  if ('end' in duty) return endProcess(duty.end)
  if ('folder' in duty) return fs.rmSync(duty.folder, { recursive: true, force: true })
  const { stopAbandonedPostgres, removeTemporary } = await import('./postgres.mjs')
  if ('postgres' in duty) return stopAbandonedPostgres(duty.postgres)
  await stopAbandonedPostgres(path.join(duty.temporary, 'postgres'))
  removeTemporary(duty.temporary)
}

/** @param {import('./process-identity.mjs').Identity} identity */
async function endProcess(identity) {
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGKILL'])) {
    const deadline = performance.now() + PATIENCE_MS
    if (stillRuns(identity)) process.kill(identity.pid, signal)
    while (stillRuns(identity) && performance.now() < deadline) await sleep(50)
  }
}

async function standGuard() {
  /** @type {Duty[]} */
  const duties = []
  for await (const line of readline.createInterface({ input: process.stdin })) duties.push(JSON.parse(line))
  for (const duty of duties.reverse()) await carryOut(duty).catch(() => undefined) // the next start repairs it
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await standGuard()
