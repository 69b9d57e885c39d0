#!/usr/bin/env node
// The command line, from any folder and through a link.
import { runCommandLine } from './cli.mjs'
import { runAsCommand } from './command.mjs'
import { callersFolder } from './settings.mjs'

await runAsCommand(() => runCommandLine(process.argv.slice(2), callersFolder(['saitaku'])))
