// A Redis for tests: found on the path, or installed where that is possible without asking.
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './postgres/server.mjs'
import { installForTests, onPath } from './programs.mjs'

const START_MS = 10_000

/**
 * @returns {Promise<{ url: string, pid: number | undefined, folder: string, stop: () => Promise<void> } | undefined>}
 *   undefined where there is no Redis
 */
export async function startRedis() {
  const program = findRedis() ?? installRedis()
  if (!program) return undefined
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saitaku-redis-'))
  const port = await freePort()
  const server = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '',
    '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'], { argv0: 'redis-server', stdio: 'ignore', detached: true })
  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null) {
      server.ref()
      const ended = new Promise((resolve) => { server.once('exit', resolve) })
      server.kill('SIGTERM')
      await ended
    }
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const deadline = performance.now() + START_MS
  while (!await answers(port)) {
    if (server.exitCode !== null || performance.now() > deadline) {
      await stop()
      throw new Error(`${program} did not start`)
    }
    await sleep(20)
  }
  server.unref()
  return { url: `redis://127.0.0.1:${port}/0`, pid: server.pid, folder, stop }
}

/** Debian keeps the server in redis-tools as redis-check-rdb: one program, told apart by the name it is called by. */
function findRedis() {
  return onPath(['redis-server', 'redis-check-rdb'])
}

/** redis-tools rather than redis-server: that would also start a service of the system on port 6379. */
function installRedis() {
  installForTests('Redis', ['redis-tools'])
  return findRedis()
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.once('data', (reply) => { socket.destroy(); resolve(reply.toString().startsWith('+PONG')) })
    socket.once('error', () => resolve(false))
  })
}
