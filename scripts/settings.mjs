// What npm start may be told: options before variables, variables before defaults.
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from './ensure.mjs'
import { StartProblem } from './start-problem.mjs'

export const USAGE = `npm start [-- OPTIONS]
  --port N     listen on port N (PORT; 3000 unless told)
  --data DIR   keep the database, files and logs in DIR (DATA_DIR; .data unless told)
  --empty      do not load the demo year
  --demo       load the demo year also into DATABASE_URL
  --help       this text
Variables: DATABASE_URL, REDIS_URL, PORT, HOST, BASE_URL, DATA_DIR, SMTP_URL, SESSION_SECRET, OIDC_*, LOG_LEVEL.`

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** The command was called wrongly; it ends with exit code 2. */
export class UsageProblem extends StartProblem {}

/**
 * @typedef {object} Settings
 * @property {number} port
 * @property {string} host
 * @property {string} baseUrl
 * @property {string} dataDir
 * @property {string | undefined} databaseUrl
 * @property {string | undefined} redisUrl
 * @property {string | undefined} smtpUrl
 * @property {string} logLevel
 * @property {boolean} loadDemo
 * @property {boolean} help
 */

/**
 * @param {string[]} args
 * @param {Record<string, string | undefined>} [variables]
 * @param {string} [from] the folder that a relative --data is meant from
 * @returns {Settings}
 * @throws {StartProblem} naming the option or variable that is wrong
 */
export function readSettings(args, variables = process.env, from = process.cwd()) {
  const options = readOptions(args)
  const given = { ...variables, ...options.values }
  const value = (/** @type {string} */ name) => given[name]?.trim() || undefined // an empty variable is none
  const port = readPort(value('PORT') ?? '3000')
  const host = value('HOST') ?? '127.0.0.1'
  const databaseUrl = readUrl('DATABASE_URL', value('DATABASE_URL'), ['postgres:', 'postgresql:'])
  return {
    port, host, databaseUrl,
    baseUrl: readUrl('BASE_URL', value('BASE_URL'), ['http:', 'https:'])?.replace(/\/+$/, '') ?? `http://${isOwnMachine(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port}`,
    dataDir: dataFolder(options.values.DATA_DIR, value('DATA_DIR'), from),
    redisUrl: readUrl('REDIS_URL', value('REDIS_URL'), ['redis:', 'rediss:']),
    smtpUrl: readUrl('SMTP_URL', value('SMTP_URL'), ['smtp:', 'smtps:']),
    logLevel: readLogLevel(value('LOG_LEVEL') ?? 'info'),
    loadDemo: !options.flags.has('--empty') && (databaseUrl === undefined || options.flags.has('--demo')),
    help: options.flags.has('--help'),
  }
}

/**
 * The demo's people are invented: whoever has one of their addresses must not be written to.
 * @param {Settings} settings
 */
export function refuseDemoByMail({ loadDemo, smtpUrl }) {
  if (loadDemo && smtpUrl !== undefined) throw new UsageProblem('The demo goes without a mail server, which would write to the addresses of its people: leave SMTP_URL out, or start with --empty.')
}

/**
 * Where people reach a service of one's own machine: by name, since passkeys are bound to a name.
 * @param {string} host
 */
function isOwnMachine(host) {
  return ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host)
}

/** @param {string[]} args */
function readOptions(args) {
  /** @type {Record<string, string>} */
  const values = {}
  const flags = new Set()
  const rest = args.flatMap((arg) => /^--\w+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg])
  for (let at = 0; at < rest.length; at++) {
    const arg = rest[at] === '-h' ? '--help' : rest[at] ?? ''
    const variable = { '--port': 'PORT', '--data': 'DATA_DIR' }[arg]
    if (variable) values[variable] = argumentOf(arg, rest[++at])
    else if (['--empty', '--demo', '--help'].includes(arg)) flags.add(arg)
    else throw new UsageProblem(`npm start does not know ${arg}.\n${USAGE}`)
  }
  if (flags.has('--empty') && flags.has('--demo')) throw new UsageProblem('--empty and --demo exclude each other.')
  return { values, flags }
}

/**
 * @param {string} option
 * @param {string | undefined} argument
 */
function argumentOf(option, argument) {
  if (!argument || argument.startsWith('--')) throw new UsageProblem(`${option} needs a value.`)
  return argument
}

/** @param {string} given */
function readPort(given) {
  const port = Number(given)
  if (!/^\d+$/.test(given) || port < 1 || port > 65_535) throw new StartProblem(`PORT must be a number from 1 to 65535, but is "${given}".`)
  return port
}

/**
 * @param {string} name
 * @param {string | undefined} given
 * @param {string[]} schemes
 */
function readUrl(name, given, schemes) {
  if (given === undefined) return undefined
  const url = URL.canParse(given) ? new URL(given) : undefined
  // The value is not repeated: it may hold a password.
  if (!url || !schemes.includes(url.protocol)) throw new StartProblem(`${name} must be an address that begins with ${schemes.map((each) => `${each}//`).join(' or ')}.`)
  return given
}

/** @param {string} given */
function readLogLevel(given) {
  if (!LOG_LEVELS.includes(given)) throw new StartProblem(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}, but is "${given}".`)
  return given
}

/**
 * @param {string | undefined} option
 * @param {string | undefined} given
 * @param {string} from
 */
function dataFolder(option, given, from) {
  if (!given) return path.join(ROOT, '.data')
  const folder = path.resolve(option ? from : ROOT, given)
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) throw new StartProblem(`DATA_DIR must be a folder, but ${folder} is a file.`)
  return folder
}

/**
 * The folder that the person was in: npm run moves to the project's own.
 * @param {string[]} scripts the npm scripts that lead here
 */
export function callersFolder(scripts) {
  return scripts.includes(process.env.npm_lifecycle_event ?? '') ? process.env.INIT_CWD ?? process.cwd() : process.cwd()
}

/**
 * What the processes are told.
 * @param {Settings} settings
 * @param {string} databaseUrl
 * @returns {NodeJS.ProcessEnv}
 */
export function processEnvironment(settings, databaseUrl) {
  const { port, host, baseUrl, dataDir, redisUrl, smtpUrl, logLevel } = settings
  return {
    ...process.env, DATABASE_URL: databaseUrl, PORT: String(port), HOST: host, BASE_URL: baseUrl, DATA_DIR: dataDir, LOG_LEVEL: logLevel, TZ: 'Asia/Tokyo',
    REDIS_URL: redisUrl, SMTP_URL: smtpUrl, // spawn leaves out what is undefined
  }
}
