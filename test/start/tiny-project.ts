import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** A project of three tiny processes around the real scripts, so that what they do is seen apart from the product. */
const SOURCES: Record<string, string> = {
  'libs/words/src/index.ts': `export const health = (): string => JSON.stringify({ status: 'ok' })\n`,
  'libs/words/src/sentence.txt': 'an asset beside a source\n',
  'apps/api/src/main.ts': `
import fs from 'node:fs'
import http from 'node:http'
import { health } from '@saitaku/words'
const note = (line: string): void => fs.appendFileSync(process.env.DATA_DIR + '/notes', line + '\\n')
if (process.env.API_DIES) { console.error('the api cannot go on'); process.exit(5) }
http.createServer((request, response) => {
  if (request.url === '/exit') process.exit(6)
  response.end(request.url === '/health' ? health() : JSON.stringify(process.env))
}).listen(Number(process.env.PORT), process.env.HOST, () => note('api serves'))
process.on('SIGTERM', () => { note('api stops'); process.exit(0) })
`,
  'apps/worker/src/main.ts': `
import fs from 'node:fs'
const note = (line: string): void => fs.appendFileSync(process.env.DATA_DIR + '/notes', line + '\\n')
process.on('SIGTERM', () => { note('worker stops'); process.exit(0) })
note('worker runs')
setInterval(() => undefined, 1000)
`,
  'apps/cli/src/main.ts': `
import fs from 'node:fs'
import pg from 'pg'
const note = (line: string): void => fs.appendFileSync(process.env.DATA_DIR + '/notes', line + '\\n')
const args = process.argv.slice(2)
if (args[0] === 'setup') {
  note('setup')
  if (process.env.SETUP_REFUSES) { console.error(process.env.SETUP_REFUSES); process.exit(3) }
} else if (args[0] === 'demo' && args[1] === '--load') {
  note('demo'); console.log('the demo year is loaded')
} else if (args[0] === 'accounts') {
  note('accounts'); console.log('come in by ' + args.slice(1).join(' '))
} else if (args[0] === 'ask') {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
  await client.connect()
  const { rows } = await client.query('SELECT pg_backend_pid() > 0 AS answers')
  await client.end()
  console.log(JSON.stringify({ rows, cwd: process.cwd() }))
} else {
  console.log(JSON.stringify({ args, cwd: process.cwd(), database: process.env.DATABASE_URL ?? null }))
  process.exitCode = Number(args.at(-1)) || 0
}
`,
  'test/bench/main.ts': `console.log(JSON.stringify({ bench: process.argv.slice(2), database: Boolean(process.env.DATABASE_URL) }))\n`,
}

export interface TinyProject {
  root: string
  data: string
  /** Runs one of the scripts to its end. */
  run(script: string, args?: string[], options?: RunOptions): Promise<Ended>
  /** Starts one of the scripts. */
  begin(script: string, args?: string[], options?: RunOptions): Begun
  notes(): string[]
  remove(): void
}

export interface RunOptions {
  env?: NodeJS.ProcessEnv
  cwd?: string
}

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

export interface Begun {
  child: ChildProcess
  ended: Promise<Ended>
  /** Waits until stdout has the text; fails when the script ends before. */
  says(text: string): Promise<void>
}

export function makeTinyProject(): TinyProject {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'saitaku-tiny-')))
  fs.chmodSync(root, 0o755) // another user runs PostgreSQL when we are root
  for (const [file, text] of Object.entries(SOURCES)) write(root, file, text)
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'])
    fs.copyFileSync(path.join(ROOT, file), path.join(root, file))
  fs.cpSync(path.join(ROOT, 'scripts'), path.join(root, 'scripts'), { recursive: true })
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'))
  const data = path.join(root, '.data')
  const begin: TinyProject['begin'] = (script, args = [], options = {}) => start(root, script, args, options)
  return {
    root, data, begin,
    run: (script, args, options) => begin(script, args, options).ended,
    notes: () => fs.readFileSync(path.join(data, 'notes'), 'utf8').trim().split('\n'),
    remove: () => fs.rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  }
}

export function write(root: string, file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  fs.writeFileSync(path.join(root, file), text)
}

function start(root: string, script: string, args: string[], { env = {}, cwd = root }: RunOptions): Begun {
  const child = spawn(process.execPath, [path.join(root, 'scripts', script), ...args],
    { cwd, env: { ...withoutSettings(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended: Ended = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => { ended.stdout += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { ended.stderr += chunk.toString() })
  const closed = new Promise<Ended>((resolve) => { child.once('close', (code) => resolve({ ...ended, code })) })
  return {
    child, ended: closed,
    says: async (text) => {
      while (!ended.stdout.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${script} ended: ${ended.stdout}${ended.stderr}`)
        await sleep(20)
      }
    },
  }
}

/** The tests' own environment must not decide what a script does. */
function withoutSettings(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|DATABASE_URL|REDIS_URL|PORT$|HOST$|BASE_URL|DATA_DIR|SMTP_URL|SESSION_SECRET|LOG_LEVEL|CI$|JEST)/.test(name))
  return Object.fromEntries(kept)
}
