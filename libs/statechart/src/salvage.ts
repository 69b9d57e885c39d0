import type { z } from 'zod'
import type { YamlPath } from './compile.js'

export type Issue = Exclude<z.core.$ZodIssue, z.core.$ZodIssueInvalidUnion> | UnreadableUnion
/** A place that fits none of the shapes it may have, and is near to none. */
export interface UnreadableUnion {
  code: 'unreadable'
  path: PropertyKey[]
  message: string
}

/** Each place that does not fit, once: of the shapes that a place allows, judged by the one its author came nearest to. */
export function plainIssues(issues: readonly z.core.$ZodIssue[], prefix: readonly PropertyKey[] = []): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...prefix, ...issue.path]
    if (issue.code !== 'invalid_union') return [{ ...issue, path }]
    const depth = (branch: z.core.$ZodIssue[]): number => Math.max(0, ...branch.map((inner) => inner.path.length + (inner.code === 'unrecognized_keys' ? 0.5 : 0)))
    const [best] = issue.errors.filter((branch) => branch.length > 0).sort((a, b) => depth(b) - depth(a) || a.length - b.length)
    return best ? plainIssues(best, path) : [{ code: 'unreadable', path, message: issue.message }]
  })
}

/** What could be read of a value once what does not fit has been taken out, and how its places were called before. */
export interface Salvaged<T> {
  data: T
  removed: YamlPath[]
  original(path: YamlPath): YamlPath
}

const MAX_ROUNDS = 20

/**
 * Takes out of a value what its schema refuses, piece by piece, so that one mistake does not hide those
 * elsewhere. Undefined where too much would have to go: what is required cannot be taken out.
 */
export function salvage<T extends z.ZodType>(schema: T, value: unknown): Salvaged<z.output<T>> | undefined {
  const rest = structuredClone(value)
  const remover = new Remover(rest)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const parsed = schema.safeParse(rest)
    if (parsed.success) return { data: parsed.data, removed: remover.removed, original: (path) => remover.original(path) }
    const faults = plainIssues(parsed.error.issues).flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]))
    if (!remover.remove(faults as YamlPath[])) return undefined
  }
  return undefined
}

class Remover {
  readonly removed: YamlPath[] = []
  /** Of each list that has lost items: at which positions the others stood. */
  private readonly positions = new Map<unknown[], number[]>()

  constructor(private readonly root: unknown) {}

  /** False where nothing is left to take out. The last item of a list goes first, so that positions stay true. */
  remove(paths: readonly YamlPath[]): boolean {
    const existing = new Map(paths.map((path) => this.existing(path)).map((path) => [JSON.stringify(path), path]))
    const descending = [...existing.values()].filter((path) => path.length > 0).sort((a, b) => compare(b, a))
    for (const path of descending) this.take(path)
    return descending.length > 0
  }

  private take(path: YamlPath): void {
    const key = path.at(-1) as string | number
    const holder = path.slice(0, -1).reduce<unknown>(childOf, this.root)
    this.removed.push(this.original(path))
    if (!Array.isArray(holder)) Reflect.deleteProperty(holder as object, key)
    else {
      const items = holder as unknown[]
      const positions = this.positions.get(items) ?? items.map((_, position) => position)
      positions.splice(Number(key), 1)
      this.positions.set(items, positions)
      items.splice(Number(key), 1)
    }
  }

  /** The path itself, or what is there of it where the fault is that something is missing. */
  private existing(path: YamlPath): YamlPath {
    let here: unknown = this.root
    for (const [depth, key] of path.entries()) {
      if (here === null || typeof here !== 'object' || !Object.hasOwn(here, key)) return path.slice(0, depth)
      here = childOf(here, key)
    }
    return path
  }

  original(path: YamlPath): YamlPath {
    let here: unknown = this.root
    return path.map((key) => {
      const positions = Array.isArray(here) ? this.positions.get(here as unknown[]) : undefined
      here = childOf(here, key)
      return typeof key === 'number' ? (positions?.[key] ?? key) : key
    })
  }
}

function childOf(value: unknown, key: string | number): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined
}

function compare(a: YamlPath, b: YamlPath): number {
  for (let depth = 0; depth < Math.min(a.length, b.length); depth++) {
    const [one, other] = [a[depth] as string | number, b[depth] as string | number]
    if (one === other) continue
    if (typeof one === 'number' && typeof other === 'number') return one - other
    return String(one) < String(other) ? -1 : 1
  }
  return a.length - b.length
}
