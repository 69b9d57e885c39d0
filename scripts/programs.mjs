// Programs that the tests need beside Node: found on the path, or installed where that is possible without asking.
import fs from 'node:fs'
import path from 'node:path'
import { spawnSync } from 'node:child_process'

/**
 * @param {string[]} names what the program may be called, best first
 * @returns {string | undefined} its file
 */
export function onPath(names) {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => fs.existsSync(file))
}

/**
 * As root on Debian; does nothing elsewhere.
 * @param {string} what for the person who waits
 * @param {string[]} packages
 */
export function installForTests(what, packages) {
  if (process.getuid?.() !== 0 || !fs.existsSync('/etc/debian_version')) return
  process.stderr.write(`Installing ${what} for the tests …\n`)
  const options = { stdio: /** @type {const} */ ('ignore'), env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 300_000 }
  const install = () => spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], options).status === 0
  if (install()) return
  spawnSync('apt-get', ['update', '-q'], options)
  install()
}

/** @returns {string | undefined} Chromium, for the tests of pages and passkeys; with fonts that have Japanese */
export function findOrInstallChromium() {
  const found = () => process.env.CHROMIUM || onPath(['chromium'])
  if (!found()) installForTests('Chromium', ['chromium', 'fonts-noto-cjk'])
  return found()
}

/** @returns {string | undefined} clamd, for the tests of the virus check; they bring a signature of their own */
export function findOrInstallClamd() {
  const found = () => process.env.CLAMD || onPath(['clamd']) || ['/usr/sbin/clamd'].find((file) => fs.existsSync(file))
  if (!found()) installForTests('ClamAV', ['clamav-daemon'])
  return found()
}
