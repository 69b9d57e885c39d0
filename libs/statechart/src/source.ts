import { LineCounter, isMap, isScalar, isSeq, parseDocument, visit, type Alias, type Document, type Node } from 'yaml'
import type { z } from 'zod'
import { checkForms, formsFile } from '@saitaku/forms'
import { checkRubric, rubricFile } from '@saitaku/review'
import { compileProgramme, type CompiledProgramme, type Finding, type YamlPath } from './compile.js'
import { plainIssues, salvage, type Issue, type Salvaged } from './salvage.js'
import { programmeFile, type Notice, type ProgrammeDefinition } from './definition.js'

/** A finding with its place in a file: lines and columns count from 1. */
export interface Problem {
  file: string
  line: number
  column: number
  severity: 'error' | 'warning'
  code: string
  message: string
}

/** The text of a programme's files by path within its folder: `programme.yaml`, `notices/received.ja.md`, … */
export type ProgrammeFiles = Readonly<Record<string, string>>

export interface LoadedProgramme {
  /** Absent when the files cannot be read as a programme at all. */
  programme?: CompiledProgramme
  problems: Problem[]
  /** Places a finding of the checker in its file. */
  locate(finding: Finding): Problem
  /** Places that were left out, because what stands there cannot be read; those of rubric.yaml begin with `rubric`. */
  removed: readonly YamlPath[]
}

/** The actions that a programme file knows; XState would pass over an unknown one in silence. */
export const EFFECT_NAMES = ['notify', 'issueDocument', 'assignNumber', 'set', 'sendToChildren', 'sendToParent', 'sendToOrganisation']

/**
 * Reads a programme's files: YAML 1.2, shapes, expressions. Every problem at once, each with its place.
 * The result compiles even where problems were found, as far as it can be read, so that later checks may add theirs.
 */
export function loadProgramme(files: ProgrammeFiles): LoadedProgramme {
  const sources = { programme: new YamlSource('programme.yaml', files), form: new YamlSource('form.yaml', files), rubric: new YamlSource('rubric.yaml', files) }
  const problems: Problem[] = []
  if (files['programme.yaml'] === undefined)
    return { problems: [{ file: 'programme.yaml', line: 1, column: 1, severity: 'error', code: 'missing-file', message: 'a programme needs programme.yaml' }], locate: (f) => sources.programme.problem(f), removed: [] }
  const shape = sources.programme.read(programmeFile, problems)
  const forms = files['form.yaml'] === undefined ? { forms: {} } : sources.form.read(formsFile, problems)
  const rubric = files['rubric.yaml'] === undefined ? null : sources.rubric.read(rubricFile, problems)
  if (forms && files['form.yaml'] !== undefined && sources.form.removed.length === 0) for (const found of checkForms(sources.form.value())) problems.push(sources.form.problem(found))
  if (rubric && sources.rubric.removed.length === 0) for (const found of checkRubric(sources.rubric.value())) problems.push(sources.rubric.problem(found))
  const notices = readNotices(files, problems)
  const locate = (finding: Finding): Problem => placeOf(finding, sources, files)
  const removed = [...sources.programme.removed, ...sources.form.removed, ...sources.rubric.removed.map((path) => ['rubric', ...path])]
  if (!shape || !forms || rubric === undefined) return { problems, locate, removed }
  const definition: ProgrammeDefinition = { ...shape, forms: forms.forms, rubric, notices }
  const programme = compileProgramme(definition)
  problems.push(...programme.findings.map(locate))
  return { programme, problems, locate, removed }
}

function placeOf(finding: Finding, sources: { programme: YamlSource; form: YamlSource; rubric: YamlSource }, files: ProgrammeFiles): Problem {
  const [first, ...rest] = finding.path
  if (first === 'notices') {
    const file = rest.length > 1 ? `notices/${String(rest[0])}.${String(rest[1])}.md` : 'programme.yaml'
    if (files[file] !== undefined) return { file, line: 1, column: 1, severity: finding.severity, code: finding.code, message: finding.message }
  }
  if (first === 'forms') return sources.form.problem(finding)
  if (first === 'rubric') return sources.rubric.problem({ ...finding, path: rest })
  return sources.programme.problem(finding)
}

/** One YAML file that remembers where each value stands. */
class YamlSource {
  private readonly lines = new LineCounter()
  private readonly document: Document
  private salvaged: Salvaged<unknown> | undefined
  /** Where the text nests so deep that it is not read at all. */
  private readonly tooDeep: number | undefined

  constructor(
    private readonly file: string,
    files: ProgrammeFiles,
  ) {
    const options = { version: '1.2', lineCounter: this.lines, prettyErrors: false, uniqueKeys: true, keepSourceTokens: false } as const
    const text = files[file] ?? ''
    const deep = nestedTooDeep(text)
    const parsed = deep === undefined ? withinTheStack(() => parseDocument(text, options)) : undefined
    this.document = parsed ?? parseDocument('', options)
    if (parsed) return
    this.tooDeep = deep ?? 0
    this.lines.lineStarts = lineStarts(text)
  }

  get removed(): readonly YamlPath[] {
    return this.salvaged?.removed ?? []
  }

  value(): unknown {
    return this.document.toJS({ maxAliasCount: 100 }) as unknown
  }

  read<T extends z.ZodType>(schema: T, problems: Problem[]): z.output<T> | undefined {
    if (this.tooDeep !== undefined) {
      problems.push(this.at(this.tooDeep, 'yaml-syntax', TOO_DEEP, 'error'))
      return undefined
    }
    for (const error of this.document.errors) problems.push(this.at(error.pos[0], 'yaml-syntax', error.message, 'error'))
    const { explicit, version } = this.document.directives?.yaml ?? {}
    if (explicit && version !== '1.2') problems.push(this.at(0, 'yaml-version', `programmes are YAML 1.2, where on and no are words like others; drop the line %YAML ${String(version)}`, 'error'))
    for (const warning of this.document.warnings) problems.push(this.at(warning.pos[0], 'yaml-warning', warning.message, 'warning'))
    if (this.document.errors.length > 0 || (explicit && version !== '1.2')) return undefined
    let value: unknown
    try {
      value = this.value()
    } catch (error) {
      problems.push(this.at(this.faultyAlias(), 'yaml-syntax', error instanceof Error ? error.message : String(error), 'error'))
      return undefined
    }
    const deep = pathTooDeep(value)
    if (deep) {
      problems.push(this.at(this.offsetOf(this.nodeAt(deep)), 'yaml-syntax', TOO_DEEP, 'error'))
      return undefined
    }
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    const found = plainIssues(parsed.error.issues).flatMap((issue) => this.issue(issue, value))
    problems.push(...new Map(found.map((problem) => [JSON.stringify(problem), problem])).values())
    const salvaged = salvage(schema, value)
    this.salvaged = salvaged
    return salvaged?.data
  }

  /** The alias of nothing, or else the first of too many. */
  private faultyAlias(): number {
    const aliases: Alias[] = []
    visit(this.document, { Alias: (_, node) => void aliases.push(node) })
    const faulty = aliases.find((alias) => !alias.resolve(this.document)) ?? aliases[0]
    return faulty?.range?.[0] ?? 0
  }

  problem(finding: Finding): Problem {
    const path = this.salvaged?.original(finding.path) ?? finding.path
    const key = path.at(-1)
    const offset = finding.at === 'key' && typeof key === 'string' ? this.keyOffset(path.slice(0, -1), key) : this.offsetOf(this.nodeAt(path), finding.offset)
    return this.at(offset, finding.code, finding.message, finding.severity)
  }

  private issue(issue: Issue, root: unknown): Problem[] {
    const path = issue.path as (string | number)[]
    const action = unknownAction(path, root)
    if (action) return [this.at(this.offsetOf(this.nodeAt(action.path)), 'unknown-action', `there is no action "${action.name}"; there are ${EFFECT_NAMES.join(', ')}`, 'error')]
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => this.at(this.keyOffset(path, key), 'unknown-key', `"${key}" is not a word of the grammar here`, 'error'))
    if (issue.code === 'invalid_key') return [this.at(this.keyOffset(path.slice(0, -1), String(path.at(-1))), 'bad-id', `${path.join('.')}: ${issue.issues.map((inner) => inner.message).join('; ')}`, 'error')]
    return [this.at(this.offsetOf(this.nodeAt(path)), 'bad-shape', `${path.join('.') || this.file}: ${issue.message}`, 'error')]
  }

  private at(offset: number, code: string, message: string, severity: 'error' | 'warning'): Problem {
    const { line, col } = this.lines.linePos(offset)
    return { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1), severity, code, message: message.replaceAll(/\s*\n\s*/g, ' ') }
  }

  private offsetOf(node: Node | null, within = 0): number {
    const start = node?.range?.[0] ?? 0
    const quoted = isScalar(node) && (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE')
    return start + within + (quoted && within > 0 ? 1 : 0)
  }

  private keyOffset(path: YamlPath, key: string): number {
    const parent = this.nodeAt(path)
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      if (pair && isScalar(pair.key) && pair.key.range) return pair.key.range[0]
    }
    return this.offsetOf(parent)
  }

  /** The node at a path, or the nearest one above it. A single item may stand without its list, and the other way round. */
  private nodeAt(path: YamlPath): Node | null {
    let here = this.document.contents
    for (const [depth, key] of path.entries()) {
      const next = this.childOf(here, key)
      if (next === 'same') continue
      if (!next) return depth === path.length - 1 && isMap(here) ? (this.keyNode(here, key) ?? here) : here
      here = next
    }
    return here
  }

  private childOf(node: Node | null, key: string | number): Node | 'same' | null {
    if (isMap(node)) {
      const child = node.get(key, true) as Node | undefined
      return child ?? (typeof key === 'number' ? 'same' : null)
    }
    if (isSeq(node)) {
      if (typeof key === 'number') return (node.items[key] as Node | undefined) ?? null
      return node.items.length === 1 ? this.childOf(node.items[0] as Node, key) : null
    }
    return typeof key === 'number' ? 'same' : null
  }

  private keyNode(node: Node, key: string | number): Node | undefined {
    if (!isMap(node)) return undefined
    return node.items.map((item) => item.key).find((one): one is Node & { value: unknown } => isScalar(one) && one.value === key)
  }
}

/** The action that a fault stands in, where there is none of that name: more to the point than what shape it should have. */
function unknownAction(path: readonly (string | number)[], root: unknown): { name: string; path: YamlPath } | undefined {
  let value = root
  for (const [depth, key] of path.entries()) {
    value = value !== null && typeof value === 'object' ? (value as Record<string | number, unknown>)[key] : undefined
    if (typeof key !== 'number' || !['do', 'entry', 'exit'].includes(String(path[depth - 1])) || ['on', 'states'].includes(String(path[depth - 2]))) continue
    const name = value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value)[0] : JSON.stringify(value)
    return name !== undefined && EFFECT_NAMES.includes(name) ? undefined : { name: name ?? '', path: path.slice(0, depth + 1) }
  }
  return undefined
}

const MAX_DEPTH = 80
const MANY_LISTS = /(?:[-?] +){200}/
const TOO_DEEP = `this is nested more than ${MAX_DEPTH} levels deep; no programme is`

/** Where brackets or lists open too deep inside each other, whatever they mean: reading them would exhaust the stack. */
function nestedTooDeep(text: string): number | undefined {
  const lists = text.search(MANY_LISTS)
  if (lists >= 0) return lists
  let depth = 0
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset]
    if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') depth = Math.max(0, depth - 1)
    if (depth > MAX_DEPTH * 10) return offset
  }
  return undefined
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map((match) => match.index + 1)]
}

function withinTheStack<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Block style nests without brackets, and an alias may hold itself. */
function pathTooDeep(value: unknown, path: YamlPath = []): YamlPath | undefined {
  if (value === null || typeof value !== 'object') return undefined
  if (path.length > MAX_DEPTH) return path
  for (const [key, child] of Object.entries(value)) {
    const found = pathTooDeep(child, [...path, Array.isArray(value) ? Number(key) : key])
    if (found) return found
  }
  return undefined
}

const NOTICE_FILE = /^notices\/([a-z][a-z0-9-]*)\.(ja|en)\.md$/
const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/

function readNotices(files: ProgrammeFiles, problems: Problem[]): ProgrammeDefinition['notices'] {
  const notices: ProgrammeDefinition['notices'] = {}
  for (const file of Object.keys(files).sort()) {
    if (!file.startsWith('notices/')) continue
    const [, template, lang] = NOTICE_FILE.exec(file) ?? []
    if (template === undefined || lang === undefined) {
      problems.push({ file, line: 1, column: 1, severity: 'error', code: 'bad-notice-name', message: 'a notice is called notices/<template>.<ja|en>.md' })
      continue
    }
    const notice = readNotice(file, files[file] as string, problems)
    if (notice) notices[template] = { ...notices[template], [lang]: notice }
  }
  return notices
}

function readNotice(file: string, text: string, problems: Problem[]): Notice | undefined {
  const match = FRONT_MATTER.exec(text)
  const head = match ? frontMatter(match[1] as string) : undefined
  if (!match || typeof head?.subject !== 'string' || head.subject.trim() === '') {
    problems.push({ file, line: 1, column: 1, severity: 'error', code: 'notice-without-subject', message: 'a notice begins with --- subject: … ---' })
    return undefined
  }
  const body = text.slice(match[0].length).trim()
  if (body === '') problems.push({ file, line: 1, column: 1, severity: 'error', code: 'empty-notice', message: 'this notice says nothing' })
  return { subject: head.subject, body }
}

/** Undefined where it cannot be read: a syntax error, aliases of what is not there or of too much. */
function frontMatter(text: string): { subject?: unknown } | null | undefined {
  if (nestedTooDeep(text) !== undefined) return undefined
  try {
    return withinTheStack(() => parseDocument(text, { version: '1.2' }).toJS() as { subject?: unknown } | null)
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}
