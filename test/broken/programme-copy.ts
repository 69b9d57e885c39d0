import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isPair, isScalar, isSeq, parseDocument, type Document, type Node, type Pair } from 'yaml'
import type { Problem, ProgrammeFiles } from '@saitaku/statechart'
import { takeMarks } from '@saitaku/testkit'

const WORKFLOWS = join(import.meta.dirname, '../../workflows')

export type Path = readonly (string | number)[]
export type Place = Pick<Problem, 'file' | 'line' | 'column'>

/** The files of a real programme, as they would be published. */
export function readProgramme(name: string): ProgrammeFiles {
  const folder = join(WORKFLOWS, name)
  const listed = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isFile() && entry.name.endsWith('.yaml')) return [entry.name]
    return entry.name === 'notices' ? readdirSync(join(folder, 'notices')).map((notice) => `notices/${notice}`) : []
  })
  return Object.fromEntries(listed.map((file) => [file, readFileSync(join(folder, file), 'utf8')]))
}

/**
 * A copy of a real programme to be broken. What is changed is found by its place in the YAML and replaced in
 * the text, so that everything else stays as its authors wrote it; `«` in a new text marks where a finding is expected.
 */
export class ProgrammeCopy {
  private readonly files: Record<string, string>
  private readonly edits: { file: string; start: number; end: number; put: string }[] = []
  private readonly documents = new Map<string, Document>()

  constructor(name: string) {
    this.files = { ...readProgramme(name) }
  }

  /** Puts another text where the value at a path stands. */
  put(path: Path, text: string, file = 'programme.yaml'): this {
    const [start, end] = rangeOf(this.node(path, file))
    return this.edit(file, start, end, text)
  }

  /** Gives the key at the end of a path another name. */
  rename(path: Path, text: string, file = 'programme.yaml'): this {
    const [start, end] = rangeOf(this.pair(path, file).key as Node)
    return this.edit(file, start, end, text)
  }

  /** Adds `key: value` as the first of a map, in the style in which the map is written. */
  add(path: Path, text: string, file = 'programme.yaml'): this {
    const map = this.node(path, file)
    if (!isMap(map)) throw new Error(`${path.join('.')} is no map`)
    const [start] = rangeOf(map)
    if (map.flow) return this.edit(file, start + 1, start + 1, ` ${text},`)
    const source = this.files[file] as string
    return this.edit(file, start, start, `${text}\n${' '.repeat(start - (source.lastIndexOf('\n', start - 1) + 1))}`)
  }

  /** Adds an item as the first of a list. */
  addItem(path: Path, text: string, file = 'programme.yaml'): this {
    const list = this.node(path, file)
    if (!isSeq(list)) throw new Error(`${path.join('.')} is no list`)
    const [start] = rangeOf(list)
    if (list.flow) return this.edit(file, start + 1, start + 1, `${text}, `)
    const source = this.files[file] as string
    return this.edit(file, start, start, `- ${text}\n${' '.repeat(start - (source.lastIndexOf('\n', start - 1) + 1))}`)
  }

  /** Takes a key and its value out. */
  drop(path: Path, file = 'programme.yaml'): this {
    const pair = this.pair(path, file)
    const [start] = rangeOf(pair.key as Node)
    const source = this.files[file] as string
    const [, end] = rangeOf(pair.value as Node)
    const holder = this.node(path.slice(0, -1), file)
    if (isMap(holder) && holder.flow) {
      const comma = /^\s*,\s*/.exec(source.slice(end))?.[0].length
      const before = comma === undefined ? (/,\s*$/.exec(source.slice(0, start))?.[0].length ?? 0) : 0
      return this.edit(file, start - before, end + (comma ?? 0), '')
    }
    const next = source.indexOf('\n', Math.max(start, end - 1))
    return this.edit(file, source.lastIndexOf('\n', start) + 1, next < 0 ? source.length : next + 1, '')
  }

  /** Expects a finding at the key at the end of a path. */
  markKey(path: Path, file = 'programme.yaml'): this {
    const [start] = rangeOf(this.pair(path, file).key as Node)
    return this.edit(file, start, start, '«')
  }

  /** Expects a finding at the value at a path. */
  markValue(path: Path, file = 'programme.yaml'): this {
    const [start] = rangeOf(this.node(path, file))
    return this.edit(file, start, start, '«')
  }

  without(file: string): this {
    if (this.files[file] === undefined) throw new Error(`there is no ${file}`)
    delete this.files[file]
    return this
  }

  broken(): { files: ProgrammeFiles; marks: Place[] } {
    const files = { ...this.files }
    for (const { file, start, end, put } of [...this.edits].sort((a, b) => b.start - a.start || b.end - a.end)) files[file] = (files[file] as string).slice(0, start) + put + (files[file] as string).slice(end)
    const marks = Object.keys(files).sort().flatMap((file) => {
      const { plain, marks: places } = takeMarks(files[file] as string)
      files[file] = plain
      return places.map((place) => ({ file, ...place }))
    })
    return { files, marks }
  }

  private edit(file: string, start: number, end: number, put: string): this {
    this.edits.push({ file, start, end, put })
    return this
  }

  private document(file: string): Document {
    let document = this.documents.get(file)
    if (!document) {
      document = parseDocument(this.files[file] as string)
      this.documents.set(file, document)
    }
    return document
  }

  private node(path: Path, file: string): Node {
    const node = path.length === 0 ? this.document(file).contents : this.document(file).getIn(path, true)
    if (node === undefined || node === null) throw new Error(`${file} has nothing at ${path.join('.')}`)
    return node as Node
  }

  private pair(path: Path, file: string): Pair {
    const holder = this.node(path.slice(0, -1), file)
    const pair = isMap(holder) ? holder.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1)) : undefined
    if (!isPair(pair)) throw new Error(`${file} has no key at ${path.join('.')}`)
    return pair
  }
}

function rangeOf(node: Node): [start: number, end: number] {
  if (!node.range) throw new Error('a node that was not read from the text')
  return [node.range[0], node.range[1]]
}
