#!/usr/bin/env node
// npm run demo, npm run bench: on a fresh database of their own.
import { runBench, runCommandLine } from './cli.mjs'
import { runAsCommand } from './command.mjs'
import { callersFolder } from './settings.mjs'

const USAGE_CODE = 2
const [what, ...args] = process.argv.slice(2)

await runAsCommand(async () => {
  const cwd = callersFolder(['demo', 'bench'])
  if (what === 'demo') return runCommandLine(['demo', ...args], cwd)
  if (what === 'bench') return runBench(args, cwd)
  console.error('node scripts/run.mjs demo|bench [OPTIONS]')
  return USAGE_CODE
})
