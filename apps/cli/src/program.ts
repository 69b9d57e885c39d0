import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { FINE, INPUT_WRONG, InputProblem, SYSTEM_FAILED, SystemProblem, USAGE, UsageProblem, type Console } from './command-line.js'

/** A command's own module is loaded when it is called: checking a programme loads no database and no framework. */
type Run<Arguments extends unknown[]> = (console: Console, ...args: Arguments) => Promise<number>

/**
 * Runs one command line to its exit code: 0 fine, 1 the input is wrong, 2 usage, 3 the system failed.
 * `args` are without node and the script.
 */
export async function runProgram(args: readonly string[], console: Console): Promise<number> {
  let code = FINE
  const runs = <Arguments extends unknown[]>(load: () => Promise<Run<Arguments>>) => async (...given: [...Arguments, Command]) => {
    code = await (await load())(console, ...(given.slice(0, -1) as Arguments))
  }
  try {
    await programOf(console, runs).parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    return explain(error, console)
  }
}

function explain(error: unknown, { err }: Console): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? FINE : USAGE // it has said why itself
  if (error instanceof UsageProblem) return said(err, `error: ${error.message}`, USAGE)
  if (error instanceof InputProblem) return said(err, error.message, INPUT_WRONG)
  if (error instanceof SystemProblem) return said(err, error.message, SYSTEM_FAILED)
  return said(err, error instanceof Error ? (error.stack ?? error.message) : String(error), SYSTEM_FAILED)
}

function said(err: Console['err'], text: string, code: number): number {
  err(`${text}\n`)
  return code
}

type Runs = <Arguments extends unknown[]>(load: () => Promise<Run<Arguments>>) => (...given: [...Arguments, Command]) => Promise<void>

function programOf({ out, err }: Console, runs: Runs): Command {
  const program = new Command('saitaku').description('Workflow engine for subsidies, awards and registrations of cities').version('0.1.0')
  program.configureOutput({ writeOut: out, writeErr: err }).exitOverride().showHelpAfterError('(--help says more)')
  const json = (command: Command): Command => command.option('--json', 'print one JSON value on stdout')

  const programme = program.command('programme').description('programmes as data')
  json(programme.command('check <dir>').description("every problem of a programme's files, as file:line:col severity code message"))
    .action(runs(async () => (await import('./programme-check.js')).checkCommand))
  programme.command('diagram <dir>').description("a chart's picture")
    .addOption(new Option('--format <format>').choices(['mermaid', 'svg']).default('mermaid'))
    .option('--chart <chart>', 'which chart; the one that applicants use unless told')
    .addOption(new Option('--lang <lang>').choices(['ja', 'en']).default('ja'))
    .action(runs(async () => (await import('./programme-diagram.js')).diagramCommand))
  json(programme.command('simulate <dir>').description('synthetic cases on a virtual clock: where they end, and which are stuck'))
    .option('--cases <n>', 'how many', wholeNumber(1), 1000)
    .option('--seed <s>', 'the same seed gives the same answer', wholeNumber(0), 1)
    .action(runs(async () => (await import('./programme-simulate.js')).simulateCommand))
  json(programme.command('publish <dir>').description('check, and publish as the next version'))
    .action(runs(async () => (await import('./programme-publish.js')).publishCommand))
  programme.command('export <name> <dir>').description('write the files of a published version')
    // not --version: that is the whole command's
    .option('--number <n>', 'which version; the newest unless told', wholeNumber(1))
    .option('--force', 'write into a folder that holds files')
    .action(runs(async () => (await import('./programme-export.js')).exportCommand))

  program.command('score <file>').description("the ranking that follows from a panel's scores (JSON)")
    .action(runs(async () => (await import('./review-commands.js')).scoreCommand))
  program.command('allocate <file>').description('a budget over a ranking (JSON)')
    .action(runs(async () => (await import('./review-commands.js')).allocateCommand))
  program.command('assign <file>').description('reviewers to applications (JSON); exit 1 with the reasons where it cannot be done')
    .action(runs(async () => (await import('./review-commands.js')).assignCommand))
  json(program.command('amount').description("a subsidy's amount in yen"))
    .requiredOption('--cost <yen>', 'eligible cost')
    .requiredOption('--rate <fraction>', 'such as 2/3')
    .option('--cap <yen>', 'the most that the programme gives')
    .option('--decided <yen>', 'the amount of the grant decision')
    .option('--income <yen>', 'other income for the same cost')
    .option('--floor <yen>', 'rounded down to a multiple of this; 1000 unless told')
    .action(runs(async () => (await import('./review-commands.js')).amountCommand))

  const audit = program.command('audit').description('the record')
  json(audit.command('verify').description('replay every case from its events and compare; exit 1 names the first row that was tampered with'))
    .option('--case <id>', 'only this case')
    .option('--since <date>', 'only cases that changed since')
    .action(runs(async () => (await import('./audit-verify.js')).auditCommand))
  json(program.command('import <kind> <file>').description('organisations, applications or reviewers from CSV (UTF-8 or Windows-31J) or XLSX: all rows or none'))
    .option('--dry-run', 'judge every row and write nothing')
    .option('--programme <name>', 'whose reviewers')
    .option('--call <id>', 'which call the applications are for')
    .option('--chart <chart>', 'which of its charts, where it has several')
    .option('--by <person>', 'who enters the applications')
    .action(runs(async () => (await import('./import.js')).importCommand))
  json(program.command('invariants').description('what must hold of a live database; exit 1 with each violation'))
    .action(runs(async () => (await import('./invariants.js')).invariantsCommand))
  json(program.command('demo').description('a fiscal year of all programmes on a virtual clock, and what came of it'))
    .option('--load', 'into the system that runs, once; nothing is counted')
    .option('--programme <name...>', 'only these')
    .option('--workflows <dir>', "another folder of programmes' folders")
    .option('--worker-process', 'work on the queue in a process of its own')
    .addOption(new Option('--lang <lang>').choices(['ja', 'en']).default('ja'))
    .action(runs(async () => (await import('./demo/demo-command.js')).demoCommand))
  json(program.command('migrate').description('bring the database up to date'))
    .action(runs(async () => (await import('./migrate.js')).migrateCommand))
  json(program.command('setup').description('migrate, and publish the programmes of workflows/ that are new or changed'))
    .option('--workflows <dir>', "another folder of programmes' folders")
    .action(runs(async () => (await import('./setup.js')).setupCommand))
  json(program.command('accounts').description('how to come in: the one-time link of the first administrator, while there is none'))
    .option('--demo <file>', "accounts for the demo year's people, with passwords that the file keeps")
    .action(runs(async () => (await import('./accounts.js')).accountsCommand))
  program.command('mail').description('mails that went out').command('bounce [file]').description('take a report of a failed delivery, from a file or as a mail server pipes it')
    .action(runs(async () => (await import('./mail-bounce.js')).bounceCommand))
  return program
}

function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`)
    return value
  }
}
