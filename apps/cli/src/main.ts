import { runProgram } from './program.js'

const end = (stream: NodeJS.WriteStream): Promise<void> => new Promise((resolve) => stream.write('', () => resolve()))

const code = await runProgram(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  cwd: process.cwd(),
  variables: process.env,
})
// a pipe takes what was written only bit by bit; ending before would cut it off
await Promise.all([end(process.stdout), end(process.stderr)])
process.exit(code)
