#!/usr/bin/env node
// npm start: the whole product on this machine, until Ctrl-C.
import { ensureDependencies, ensureNode } from './ensure.mjs'
import { atEnd, closeAll, runAsCommand } from './command.mjs'
import { callersFolder, readSettings, refuseDemoByMail, USAGE, UsageProblem } from './settings.mjs'

const USAGE_CODE = 2, SYSTEM_FAILED = 3

await runAsCommand(async () => {
  ensureNode()
  const settings = settingsOrUndefined()
  if (!settings) return USAGE_CODE
  if (settings.help) return console.log(USAGE), 0
  await ensureDependencies()
  const { ensureBuild } = await import('./build.mjs')
  await ensureBuild()
  const { serve } = await import('./serve.mjs')
  console.error(await serve(settings, atEnd))
  await closeAll()
  return SYSTEM_FAILED
})

function settingsOrUndefined() {
  try {
    const settings = readSettings(process.argv.slice(2), process.env, callersFolder(['start']))
    refuseDemoByMail(settings)
    return settings
  } catch (error) {
    if (!(error instanceof UsageProblem)) throw error
    console.error(error.message)
  }
}
