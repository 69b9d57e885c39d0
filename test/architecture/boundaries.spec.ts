import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')
const rules = createRequire(import.meta.url)(path.join(ROOT, '.dependency-cruiser.cjs')) as { forbidden: { name: string }[] }

/** A rule, the file that breaks it, what it imports, and what the cruiser must name as the end of the edge. */
interface Planted {
  rule: string
  file: string
  imports: string
  reported: string
}

const planted: Planted[] = [
  { rule: 'no-circular', file: 'libs/forms/src/one.ts', imports: './two.js', reported: 'libs/forms/src/two.ts' },
  { rule: 'statechart-imports-only-its-packages', file: 'libs/statechart/src/reads.ts', imports: 'node:fs', reported: 'fs' },
  { rule: 'review-imports-only-its-packages', file: 'libs/review/src/dates.ts', imports: 'luxon', reported: 'luxon' },
  { rule: 'forms-imports-only-its-packages', file: 'libs/forms/src/machine.ts', imports: 'xstate', reported: 'xstate' },
  { rule: 'calendar-imports-only-its-packages', file: 'libs/calendar/src/shapes.ts', imports: 'zod', reported: 'zod' },
  { rule: 'contracts-imports-only-its-packages', file: 'libs/contracts/src/yaml.ts', imports: 'yaml', reported: 'yaml' },
  { rule: 'money-imports-only-its-packages', file: 'libs/money/src/shapes.ts', imports: 'zod', reported: 'zod' },
  { rule: 'access-imports-only-its-packages', file: 'libs/access/src/shapes.ts', imports: 'zod', reported: 'zod' },
  { rule: 'statechart-imports-only-its-libs', file: 'libs/statechart/src/tells.ts', imports: '@saitaku/notices', reported: 'libs/notices/src/index.ts' },
  { rule: 'review-imports-only-its-libs', file: 'libs/review/src/chart.ts', imports: '@saitaku/statechart', reported: 'libs/statechart/src/index.ts' },
  { rule: 'forms-imports-only-its-libs', file: 'libs/forms/src/rubric.ts', imports: '@saitaku/review', reported: 'libs/review/src/index.ts' },
  { rule: 'calendar-imports-only-its-libs', file: 'libs/calendar/src/amount.ts', imports: '@saitaku/money', reported: 'libs/money/src/index.ts' },
  { rule: 'money-imports-only-its-libs', file: 'libs/money/src/days.ts', imports: '@saitaku/calendar', reported: 'libs/calendar/src/index.ts' },
  { rule: 'access-imports-only-its-libs', file: 'libs/access/src/days.ts', imports: '@saitaku/calendar', reported: 'libs/calendar/src/index.ts' },
  { rule: 'contracts-imports-only-its-libs', file: 'libs/contracts/src/days.ts', imports: '@saitaku/calendar', reported: 'libs/calendar/src/index.ts' },
  { rule: 'pure-stays-pure', file: 'libs/statechart/src/tells.ts', imports: '@saitaku/notices', reported: 'libs/database/src/index.ts' },
  { rule: 'engine-knows-no-programme', file: 'libs/engine/src/award.ts', imports: '../../../workflows/award/rules.js', reported: 'workflows/award/rules.ts' },
  { rule: 'records-stand-alone', file: 'libs/ledger/src/who.ts', imports: '@saitaku/identity', reported: 'libs/identity/src/index.ts' },
  { rule: 'typeorm-lives-with-records', file: 'apps/cli/src/table.ts', imports: 'typeorm', reported: 'typeorm' },
  { rule: 'bullmq-lives-in-queue', file: 'apps/worker/src/redis.ts', imports: 'ioredis', reported: 'ioredis' },
  { rule: 'mail-lives-with-the-worker', file: 'libs/engine/src/mail.ts', imports: 'nodemailer', reported: 'nodemailer' },
  { rule: 'api-enqueues-through-the-outbox', file: 'apps/api/src/hurry.ts', imports: '@saitaku/letters', reported: 'libs/queue/src/index.ts' },
  { rule: 'apps-do-not-share', file: 'apps/cli/src/borrow.ts', imports: '../../worker/src/main.js', reported: 'apps/worker/src/main.ts' },
  { rule: 'libs-know-no-app', file: 'libs/letters/src/app.ts', imports: '../../../apps/worker/src/main.js', reported: 'apps/worker/src/main.ts' },
  { rule: 'web-is-a-browser', file: 'apps/web/src/page.ts', imports: '@saitaku/notices', reported: 'libs/database/src/index.ts' },
  { rule: 'audiences-stand-alone', file: 'apps/web/src/applicant/list.tsx', imports: '../office/table.js', reported: 'apps/web/src/office/table.tsx' },
  { rule: 'parts-know-no-audience', file: 'apps/web/src/ui/list.tsx', imports: '../office/table.js', reported: 'apps/web/src/office/table.tsx' },
  { rule: 'react-lives-in-the-web', file: 'libs/letters/src/letter.ts', imports: 'react-dom', reported: 'react-dom' },
  { rule: 'testkit-is-for-tests', file: 'libs/queue/src/clock.ts', imports: '@saitaku/testkit', reported: 'libs/testkit/src/index.ts' },
  { rule: 'enter-by-the-front-door', file: 'libs/queue/src/inside.ts', imports: '../../engine/src/inner.js', reported: 'libs/engine/src/inner.ts' },
  { rule: 'scripts-start-without-packages', file: 'scripts/ensure.mjs', imports: 'yaml', reported: 'yaml' },
]

/** What the planted files lead to; innocent by itself. */
const surroundings: Record<string, string> = {
  'libs/forms/src/two.ts': `import './one.js'\n`,
  'libs/notices/src/index.ts': `import '@saitaku/database'\n`, // a lib that no rule names: the leak through a third file
  'libs/letters/src/index.ts': `import '@saitaku/queue'\n`,
  'libs/engine/src/inner.ts': 'export {}\n',
  'workflows/award/rules.ts': 'export {}\n',
  'apps/worker/src/main.ts': 'export {}\n',
  'apps/web/src/office/table.tsx': `import 'react-dom'\n`,
  ...Object.fromEntries(['database', 'queue', 'testkit', 'identity', 'review', 'statechart', 'calendar', 'money', 'engine']
    .map((lib) => [`libs/${lib}/src/index.ts`, 'export {}\n'])),
  'libs/queue/src/queues.spec.ts': `import '@saitaku/testkit'\n`,
  'scripts/postgres.mjs': `import 'node:fs'\nawait import('pg')\n`,
  'libs/queue/src/own.ts': `import 'bullmq'\n`,
  'libs/calendar/src/own.ts': `import 'luxon'\nimport '@holiday-jp/holiday_jp/lib/holidays.js'\n`,
}

interface Violation {
  rule: { name: string }
  from: string
  to: string
}

describe('the boundaries', () => {
  let folder: string
  let violations: Violation[]

  beforeAll(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'saitaku-boundaries-')))
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) fs.copyFileSync(path.join(ROOT, file), path.join(folder, file))
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
    const files: Record<string, string> = { ...surroundings }
    for (const { file, imports } of planted) files[file] = `import '${imports}'\n`
    for (const [file, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      fs.writeFileSync(path.join(folder, file), text)
    }
    const cruised = spawnSync(process.execPath, [path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'apps', 'libs', 'workflows', 'scripts'], { cwd: folder, encoding: 'utf8', maxBuffer: 64e6 })
    violations = (JSON.parse(cruised.stdout) as { summary: { violations: Violation[] } }).summary.violations
  })
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  it('have a planted violation of every rule', () => {
    expect([...new Set(planted.map(({ rule }) => rule))].sort()).toEqual(rules.forbidden.map(({ name }) => name).sort())
  })

  it.each(planted)('report $rule where it is planted, and nowhere else', ({ rule }) => {
    const reported = violations.filter((each) => each.rule.name === rule).map(({ from, to }) => `${from} → ${packageOf(to)}`)
    expect(reported).toEqual(planted.filter((each) => each.rule === rule).map(({ file, reported }) => `${file} → ${reported}`))
  })
})

/** The package of a file in node_modules, wherever that folder lies. */
function packageOf(file: string): string {
  const inside = file.split('node_modules/').at(-1) ?? file
  return file.includes('node_modules/') ? inside.split('/').slice(0, inside.startsWith('@') ? 2 : 1).join('/') : file
}

describe('the purity of the pure libs', () => {
  /** Each ban's example, and the rule that must report it. */
  const impure: [name: string, code: string, rule: string][] = [
    ['Date.now', 'export const now = (): number => Date.now()', 'no-restricted-syntax'],
    ['new Date() of now', 'export const now = (): Date => new Date()', 'no-restricted-syntax'],
    ['Date() of now', 'export const now = (): string => Date()', 'no-restricted-syntax'],
    ["luxon's now", `import { DateTime } from 'luxon'\nexport const now = (): DateTime => DateTime.now()`, 'no-restricted-syntax'],
    ['Math.random', 'export const chance = (): number => Math.random()', 'no-restricted-syntax'],
    ['an import of node:', `import { readFileSync } from 'node:fs'\nexport const text = (): string => readFileSync('x', 'utf8')`, 'no-restricted-syntax'],
    ['a dynamic import of node:', `export const files = async (): Promise<unknown> => await import('node:fs')`, 'no-restricted-syntax'],
    ...['process', 'performance', 'crypto', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'console', 'Buffer', 'navigator', 'globalThis']
      .map((name): [string, string, string] => [name, `export const it = (): unknown => ${name}`, 'no-restricted-globals']),
  ]
  const innocent = `export const later = (instant: Date, ms: number): Date => new Date(instant.getTime() + ms)\n`

  let reports: Map<string, string[]>
  beforeAll(() => {
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'saitaku-purity-')))
    try {
      for (const file of ['eslint.config.mjs', 'tsconfig.json', 'package.json']) fs.copyFileSync(path.join(ROOT, file), path.join(folder, file))
      fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
      impure.forEach(([, code], at) => write(folder, `libs/calendar/src/impure-${at}.ts`, `${code}\n`))
      write(folder, 'libs/calendar/src/innocent.ts', innocent)
      write(folder, 'libs/calendar/src/clock.spec.ts', 'export const now = (): number => Date.now()\n')
      write(folder, 'libs/engine/src/clock.ts', 'export const now = (): number => Date.now()\n')
      write(folder, 'libs/engine/src/sloppy.ts', 'export const go = (work: () => Promise<void>, given: any): void => { work(); void given }\n')
      reports = lint(folder)
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  })

  it.each(impure.map(([name, , rule], at) => ({ name, rule, at })))('bans $name', ({ rule, at }) => {
    expect(reports.get(`libs/calendar/src/impure-${at}.ts`)).toEqual([rule])
  })

  it('leaves the arithmetic of given instants, specs and the other libs alone', () => {
    expect(['libs/calendar/src/innocent.ts', 'libs/calendar/src/clock.spec.ts', 'libs/engine/src/clock.ts'].map((file) => reports.get(file))).toEqual([[], [], []])
  })

  it('everywhere refuses any and a promise that nobody waits for', () => {
    expect(reports.get('libs/engine/src/sloppy.ts')).toEqual(['@typescript-eslint/no-explicit-any', '@typescript-eslint/no-floating-promises'])
  })
})

function write(folder: string, file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  fs.writeFileSync(path.join(folder, file), text)
}

/** The rules that ESLint reports for each file. */
function lint(folder: string): Map<string, string[]> {
  const report = path.join(folder, 'report.json')
  spawnSync(process.execPath, [path.join(ROOT, 'node_modules/eslint/bin/eslint.js'), 'libs', '--format', 'json', '--output-file', report], { cwd: folder })
  const results = JSON.parse(fs.readFileSync(report, 'utf8')) as { filePath: string, messages: { ruleId: string }[] }[]
  return new Map(results.map(({ filePath, messages }) => [path.relative(folder, filePath), messages.map(({ ruleId }) => ruleId).sort()]))
}
