import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseDocument, LineCounter, isMap, isSeq, type Node } from 'yaml'
import { amount } from '@saitaku/money'
import { allocate, assign, score, type Outcome, type Problem } from '@saitaku/review'
import { FINE, INPUT_WRONG, InputProblem, printJson, UsageProblem, type Console } from './command-line.js'

/** `saitaku score FILE`: the ranking of a panel's scores. */
export async function scoreCommand(console: Console, file: string): Promise<number> {
  return answer(console, file, await readJson(console.cwd, file), (input) => Promise.resolve(score(input)))
}

/** `saitaku allocate FILE`: a budget over a ranking. */
export async function allocateCommand(console: Console, file: string): Promise<number> {
  return answer(console, file, await readJson(console.cwd, file), (input) => Promise.resolve(allocate(input)))
}

/** `saitaku assign FILE`: reviewers to applications; exit 1 with `{"infeasible":[…]}` where nothing fulfils it. */
export async function assignCommand(console: Console, file: string): Promise<number> {
  const source = await readJson(console.cwd, file)
  const outcome = await assign(source.value)
  if (outcome.ok) printJson(console, outcome.result)
  else if (outcome.problems.length > 0) throw new InputProblem(outcome.problems.map((problem) => problemLine(file, source, problem)))
  else printJson(console, { infeasible: outcome.infeasible })
  return outcome.ok ? FINE : INPUT_WRONG
}

export interface AmountOptions {
  cost: string
  rate: string
  cap?: string
  decided?: string
  income?: string
  floor?: string
  json?: true
}

/** `saitaku amount --cost 1234567 --rate 2/3 …`: prints the yen. */
export function amountCommand(console: Console, { json, ...terms }: AmountOptions): Promise<number> {
  const outcome = amount(terms)
  if (!outcome.ok) throw new InputProblem(outcome.problems.map(({ field, code, message }) => `--${field} error ${code} ${message.en}`))
  if (json) printJson(console, outcome.result)
  else console.out(`${outcome.result.yen}\n`)
  return Promise.resolve(FINE)
}

interface Source {
  value: unknown
  /** Line and column, from 1, of the value that a JSON pointer leads to, or of the nearest above it. */
  place(pointer: string): { line: number; col: number }
}

async function answer<T>(console: Console, file: string, source: Source, compute: (input: unknown) => Promise<Outcome<T>>): Promise<number> {
  const outcome = await compute(source.value)
  if (!outcome.ok) throw new InputProblem(outcome.problems.map((problem) => problemLine(file, source, problem)))
  printJson(console, outcome.result)
  return FINE
}

/** JSON is YAML, whose reader knows where each value stands. */
async function readJson(cwd: string, file: string): Promise<Source> {
  const text = await readFile(path.resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw new UsageProblem(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  })
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number): { line: number; col: number } => lines.linePos(offset)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const [first] = document.errors
    const { line, col } = first ? place(first.pos[0]) : { line: 1, col: 1 }
    throw new InputProblem([`${file}:${line}:${col} error not-json ${error instanceof Error ? error.message : String(error)}`])
  }
  return { value, place: (pointer) => place(nodeAt(document.contents, pointer)?.range?.[0] ?? 0) }
}

function nodeAt(root: Node | null, pointer: string): Node | null {
  let here = root
  for (const key of pointer.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))) {
    const next: unknown = isMap(here) ? here.get(key, true) : isSeq(here) ? here.get(Number(key), true) : undefined
    if (next === undefined) return here
    here = next as Node
  }
  return here
}

function problemLine(file: string, source: Source, { pointer, code, message }: Problem): string {
  const { line, col } = source.place(pointer)
  return `${file}:${line}:${col} error ${code} ${message.en}`
}
