#!/usr/bin/env node
// npm run build: the processes and libs into dist/, then the pages, each when a source is newer than what is there.
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
const WEB = 'apps/web'
/** What the build itself writes among the sources: the types of the API. */
const API_TYPES = `${WEB}/src/api/schema.d.ts`
const API_DESCRIPTION = 'dist/openapi.json'
/** The libs that pages may hold. */
const WEB_LIBS = ['access', 'calendar', 'contracts', 'forms', 'money', 'review', 'statechart']

/**
 * Builds when a source, an asset beside the sources, a setting or the lock file has changed.
 * @param {{ root?: string }} [options]
 * @returns {Promise<boolean>} whether it had to
 */
export async function ensureBuild({ root = ROOT } = {}) {
  if (isBuilt(root) && webIsBuilt(root)) return false
  return withFileLock(path.join(root, '.build.lock'), async () => {
    const programs = !isBuilt(root)
    if (programs) await buildPrograms(root)
    const pages = !webIsBuilt(root)
    if (pages) await buildPages(root)
    return programs || pages // neither, where another command did it meanwhile
  }, { waitMs: 10 * 60_000 })
}

/** @param {string} root */
async function buildPrograms(root) {
  process.stderr.write('Building …\n')
  const mark = fingerprint(root) // before compiling: what is edited meanwhile is built next time
  fs.rmSync(stampFile(root), { force: true })
  await compile(root)
  copyAssets(root)
  removeOrphans(root)
  fs.mkdirSync(path.join(root, 'dist'), { recursive: true })
  fs.writeFileSync(stampFile(root), mark)
}

/**
 * The description of the API, and from it the types of the pages' client; only rewritten when it has changed. The pages
 * are built without them: they are for whoever checks the types.
 * @param {{ root?: string }} [options]
 */
export async function ensureApiTypes({ root = ROOT } = {}) {
  await ensureBuild({ root })
  const description = path.join(root, API_DESCRIPTION), fresh = `${description}.new`
  await runNode(root, [path.join(root, 'dist/apps/api/src/openapi-main.js'), fresh], 'The description of the API could not be made, as reported above.')
  if (fs.existsSync(path.join(root, API_TYPES)) && readIfThere(description).toString() === readIfThere(fresh).toString()) return fs.rmSync(fresh)
  await runNode(root, [path.join(root, 'node_modules/openapi-typescript/bin/cli.js'), fresh, '-o', path.join(root, API_TYPES)], 'The types of the API could not be made, as reported above.')
  fs.renameSync(fresh, description)
}

/** @param {string} root */
async function buildPages(root) {
  process.stderr.write('Building the pages …\n')
  const mark = webFingerprint(root)
  fs.rmSync(webStampFile(root), { force: true })
  await runNode(root, [path.join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn', path.join(root, WEB)], 'The pages do not compile, as reported above.')
  fs.writeFileSync(webStampFile(root), mark)
}

/** @param {string} root */
function webIsBuilt(root) {
  if (!fs.existsSync(path.join(root, WEB))) return true // a tree without pages
  const stamp = webStampFile(root)
  return fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === webFingerprint(root)
}

/** @param {string} root */
function webStampFile(root) {
  return path.join(root, 'dist', '.web-stamp')
}

/** @param {string} root */
function webFingerprint(root) {
  const hash = crypto.createHash('sha256')
  const files = [`${WEB}/src`, ...WEB_LIBS.map((lib) => `libs/${lib}/src`)].flatMap((folder) => filesOf(root, folder)).filter((file) => !/\.spec\.tsx?$|\.md$/.test(file) && file !== API_TYPES)
  for (const file of files.sort()) {
    const stat = fs.statSync(path.join(root, file), { throwIfNoEntry: false })
    if (stat) hash.update(`${file} ${stat.mtimeMs} ${stat.size}\n`)
  }
  for (const file of [`${WEB}/index.html`, `${WEB}/vite.config.ts`, `${WEB}/tsconfig.json`, 'package-lock.json']) hash.update(readIfThere(path.join(root, file)))
  return hash.digest('hex')
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
  return [...apps, ...libs, 'test/bench'].flatMap((folder) => filesOf(root, folder)).filter((file) => !LEFT_OUT.test(file)).sort()
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]} the files in it, relative to the root
 */
function filesOf(root, folder) {
  return list(path.join(root, folder), true)
    .filter((file) => fs.statSync(path.join(root, folder, file), { throwIfNoEntry: false })?.isFile())
    .map((file) => path.posix.join(folder, ...file.split(path.sep)))
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
  await runNode(root, [path.join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build', 'api'], 'The sources do not compile, as reported above.')
}

/**
 * Runs a program of Node to its end; what it said is shown only when it fails.
 * @param {string} root
 * @param {string[]} args
 * @param {string} failure
 */
async function runNode(root, args, failure) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'production', RUST_BACKTRACE: '0' } }) // also where a test asks for it: what is built is what is served
  let said = ''
  child.stdout.on('data', (chunk) => { said += chunk })
  child.stderr.on('data', (chunk) => { said += chunk })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code === 0) return
  process.stderr.write(said)
  throw new StartProblem(/ENOSPC|No space left/i.test(said) ? 'The disk is full: the build could not be written.' : failure)
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
    const built = await ensureBuild()
    await ensureApiTypes()
    console.log(built ? 'Built.' : 'Nothing to build.')
    return 0
  })
