#!/usr/bin/env node
// npm run build: the processes and libs into dist/, when a source is newer than what is there.
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { ensureDependencies, ensureNode, ROOT } from './ensure.mjs'
import { runAsCommand } from './command.mjs'
import { withFileLock } from './file-lock.mjs'
import { StartProblem } from './start-problem.mjs'

const COMPILED = /(?<!\.d)\.ts$/
const LEFT_OUT = /\.(spec|e2e-spec)\.ts$|\.d\.ts$|\.md$/
const SETTINGS = ['nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', 'package.json', 'package-lock.json', 'scripts/build.mjs']

/**
 * Builds when a source, an asset beside the sources, a setting or the lock file has changed.
 * @param {{ root?: string }} [options]
 * @returns {Promise<boolean>} whether it had to
 */
export async function ensureBuild({ root = ROOT } = {}) {
  if (isBuilt(root)) return false
  return withFileLock(path.join(root, '.build.lock'), async () => {
    if (isBuilt(root)) return false // another command did it meanwhile
    process.stderr.write('Building …\n')
    const mark = fingerprint(root) // before compiling: what is edited meanwhile is built next time
    fs.rmSync(stampFile(root), { force: true })
    await compile(root)
    copyAssets(root)
    removeOrphans(root)
    fs.mkdirSync(path.join(root, 'dist'), { recursive: true })
    fs.writeFileSync(stampFile(root), mark)
    return true
  }, { waitMs: 10 * 60_000 })
}

/** @param {string} root */
function isBuilt(root) {
  const stamp = stampFile(root)
  return fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === fingerprint(root)
}

/** @param {string} root */
function stampFile(root) {
  return path.join(root, 'dist', '.build-stamp')
}

/** @param {string} root */
function fingerprint(root) {
  const hash = crypto.createHash('sha256')
  for (const file of sources(root)) {
    const stat = fs.statSync(path.join(root, file), { throwIfNoEntry: false })
    if (stat) hash.update(`${file} ${stat.mtimeMs} ${stat.size}\n`)
  }
  for (const file of SETTINGS) hash.update(readIfThere(path.join(root, file)))
  return hash.digest('hex')
}

/**
 * @param {string} root
 * @returns {string[]} sources and assets, relative to the root
 */
function sources(root) {
  const apps = ['api', 'worker', 'cli'].map((app) => `apps/${app}/src`)
  const libs = list(path.join(root, 'libs')).map((lib) => `libs/${lib}/src`)
  return [...apps, ...libs, 'test/bench'].flatMap((folder) =>
    list(path.join(root, folder), true)
      .filter((file) => !LEFT_OUT.test(file) && fs.statSync(path.join(root, folder, file), { throwIfNoEntry: false })?.isFile())
      .map((file) => path.posix.join(folder, ...file.split(path.sep)))).sort()
}

/**
 * @param {string} folder
 * @param {boolean} [recursive]
 */
function list(folder, recursive = false) {
  return fs.existsSync(folder) ? fs.readdirSync(folder, { encoding: 'utf8', recursive }) : []
}

/** @param {string} root */
async function compile(root) {
  const nest = spawn(process.execPath, [path.join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build', 'api'],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, RUST_BACKTRACE: '0' } })
  let said = ''
  nest.stdout.on('data', (chunk) => { said += chunk })
  nest.stderr.on('data', (chunk) => { said += chunk })
  const code = await new Promise((resolve, reject) => {
    nest.once('error', reject)
    nest.once('close', resolve)
  })
  if (code === 0) return
  process.stderr.write(said)
  throw new StartProblem(/ENOSPC|No space left/i.test(said) ? 'The disk is full: the build could not be written.' : 'The sources do not compile, as reported above.')
}

/** @param {string} root */
function copyAssets(root) {
  for (const file of sources(root).filter((each) => !COMPILED.test(each))) {
    const to = path.join(root, 'dist', file)
    fs.mkdirSync(path.dirname(to), { recursive: true })
    fs.copyFileSync(path.join(root, file), to)
  }
}

/**
 * What was built from a source that is no longer there would still be found by an import.
 * @param {string} root
 */
function removeOrphans(root) {
  const wanted = new Set(sources(root).flatMap((file) =>
    COMPILED.test(file) ? [file.replace(COMPILED, '.js'), file.replace(COMPILED, '.js.map')] : [file]))
  for (const folder of ['apps', 'libs', 'test'])
    for (const file of list(path.join(root, 'dist', folder), true)) {
      const built = path.posix.join(folder, ...file.split(path.sep))
      const full = path.join(root, 'dist', built)
      if (built.startsWith('apps/web/') || wanted.has(built) || !fs.statSync(full).isFile()) continue
      fs.rmSync(full)
    }
}

/** @param {string} file */
function readIfThere(file) {
  return fs.existsSync(file) ? fs.readFileSync(file) : ''
}

if (process.argv[1] && import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1])).href)
  await runAsCommand(async () => {
    ensureNode()
    await ensureDependencies()
    console.log(await ensureBuild() ? 'Built.' : 'Nothing to build.')
    return 0
  })
