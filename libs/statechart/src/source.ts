import { LineCounter, isMap, isScalar, isSeq, parseDocument, type Document, type Node } from 'yaml'
import type { z } from 'zod'
import { checkForms, formsFile } from '@saitaku/forms'
import { checkRubric, rubricFile } from '@saitaku/review'
import { compileProgramme, type CompiledProgramme, type Finding, type YamlPath } from './compile.js'
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
    return { problems: [{ file: 'programme.yaml', line: 1, column: 1, severity: 'error', code: 'missing-file', message: 'a programme needs programme.yaml' }], locate: (f) => sources.programme.problem(f) }
  const shape = sources.programme.read(programmeFile, problems)
  const forms = files['form.yaml'] === undefined ? { forms: {} } : sources.form.read(formsFile, problems)
  const rubric = files['rubric.yaml'] === undefined ? null : sources.rubric.read(rubricFile, problems)
  if (forms && files['form.yaml'] !== undefined) for (const found of checkForms(sources.form.value())) problems.push(sources.form.problem(found))
  if (rubric) for (const found of checkRubric(sources.rubric.value())) problems.push(sources.rubric.problem(found))
  const notices = readNotices(files, problems)
  const locate = (finding: Finding): Problem => placeOf(finding, sources, files)
  if (!shape || !forms || rubric === undefined) return { problems, locate }
  const definition: ProgrammeDefinition = { ...shape, forms: forms.forms, rubric, notices }
  const programme = compileProgramme(definition)
  problems.push(...programme.findings.map(locate))
  return { programme, problems, locate }
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

  constructor(
    private readonly file: string,
    files: ProgrammeFiles,
  ) {
    this.document = parseDocument(files[file] ?? '', { version: '1.2', lineCounter: this.lines, prettyErrors: false, uniqueKeys: true, keepSourceTokens: false })
  }

  value(): unknown {
    return this.document.toJS({ maxAliasCount: 100 }) as unknown
  }

  read<T extends z.ZodType>(schema: T, problems: Problem[]): z.output<T> | undefined {
    for (const error of this.document.errors) problems.push(this.at(error.pos[0], 'yaml-syntax', error.message, 'error'))
    for (const warning of this.document.warnings) problems.push(this.at(warning.pos[0], 'yaml-warning', warning.message, 'warning'))
    if (this.document.errors.length > 0) return undefined
    let value: unknown
    try {
      value = this.value()
    } catch (error) {
      problems.push(this.at(0, 'yaml-syntax', error instanceof Error ? error.message : String(error), 'error'))
      return undefined
    }
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues) problems.push(...this.issue(issue, value))
    return undefined
  }

  problem(finding: Finding): Problem {
    const key = finding.path.at(-1)
    const offset = finding.at === 'key' && typeof key === 'string' ? this.keyOffset(finding.path.slice(0, -1), key) : this.offsetOf(this.nodeAt(finding.path), finding.offset)
    return this.at(offset, finding.code, finding.message, finding.severity)
  }

  private issue(issue: z.core.$ZodIssue, value: unknown): Problem[] {
    const path = issue.path as (string | number)[]
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => this.at(this.keyOffset(path, key), 'unknown-key', `"${key}" is not a word of the grammar here`, 'error'))
    if (issue.code === 'invalid_union') return this.unionIssue(issue, value, path)
    const offset = issue.code === 'invalid_key' ? this.keyOffset(path.slice(0, -1), String(path.at(-1))) : this.offsetOf(this.nodeAt(path))
    const message = issue.code === 'invalid_key' ? issue.issues.map((inner) => inner.message).join('; ') : issue.message
    return [this.at(offset, issue.code === 'invalid_key' ? 'bad-id' : 'bad-shape', `${path.join('.') || this.file}: ${message}`, 'error')]
  }

  /** Of the shapes that a place allows, reports against the one that the author came nearest to. */
  private unionIssue(issue: z.core.$ZodIssueInvalidUnion, root: unknown, path: (string | number)[]): Problem[] {
    const value = path.reduce<unknown>((here, key) => (here as Record<string | number, unknown> | undefined)?.[key], root)
    const isEffect = ['do', 'entry', 'exit'].includes(String(path.at(-2)))
    const name = value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.keys(value)[0] : undefined
    if (isEffect && (name === undefined || !EFFECT_NAMES.includes(name)))
      return [this.at(this.offsetOf(this.nodeAt(path)), 'unknown-action', `there is no action "${name ?? String(value)}"; there are ${EFFECT_NAMES.join(', ')}`, 'error')]
    const depth = (branch: z.core.$ZodIssue[]): number => Math.max(0, ...branch.map((inner) => inner.path.length + (inner.code === 'unrecognized_keys' ? 0.5 : 0)))
    const branches = issue.errors.filter((branch) => branch.length > 0)
    const best = [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0]
    if (!best) return [this.at(this.offsetOf(this.nodeAt(path)), 'bad-shape', `${path.join('.')}: ${issue.message}`, 'error')]
    return best.flatMap((inner) => this.issue({ ...inner, path: [...path, ...inner.path] } as z.core.$ZodIssue, root))
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
    let here = this.document.contents as Node | null
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
  const head = match ? (parseDocument(match[1] as string, { version: '1.2' }).toJS() as { subject?: unknown } | null) : undefined
  if (!match || typeof head?.subject !== 'string' || head.subject.trim() === '') {
    problems.push({ file, line: 1, column: 1, severity: 'error', code: 'notice-without-subject', message: 'a notice begins with --- subject: … ---' })
    return undefined
  }
  const body = text.slice(match[0].length).trim()
  if (body === '') problems.push({ file, line: 1, column: 1, severity: 'error', code: 'empty-notice', message: 'this notice says nothing' })
  return { subject: head.subject, body }
}
