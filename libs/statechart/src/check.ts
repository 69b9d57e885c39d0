import { compileProgramme, type CompiledProgramme, type Finding, type YamlPath } from './compile.js'
import type { StateNode } from './definition.js'
import { chartTrees, type ChartTree } from './check/chart-tree.js'
import { checkAutomatic } from './check/automatic.js'
import { isConsequence } from './check/consequences.js'
import { checkDeadlines, checkPassed } from './check/deadlines.js'
import { explore, type Exploration } from './check/exploration.js'
import { checkLabels, checkNames, checkPhases } from './check/names.js'
import { checkNotices } from './check/notices.js'
import { checkPaths } from './check/paths.js'
import { checkReferences } from './check/references.js'
import { Report } from './check/report.js'
import { checkSecrecy } from './check/secrecy.js'
import { checkSends } from './check/sends.js'
import { checkStages } from './check/stages.js'
import { checkStructure, type Damage } from './check/structure.js'
import { unreadableFiles } from './check/text.js'
import { checkTexts } from './check/texts.js'
import { checkUnused } from './check/unused.js'
import { loadProgramme, type Problem, type ProgrammeFiles } from './source.js'

export interface CheckedProgramme {
  /** Absent when the files cannot be read as a programme at all. Fit to be published only without errors. */
  programme?: CompiledProgramme
  /** Sorted by file, line and column. */
  problems: Problem[]
}

/**
 * Proves a programme before it is published: every problem at once, each with file, line, column and what to
 * do. Errors forbid publication, warnings do not. Anything may be given; nothing makes it throw.
 *
 * @param others programmes that this one sends events to, or that send it some; without them such events are taken on trust.
 * @example checkProgramme({ 'programme.yaml': text }).problems // [{ file: 'programme.yaml', line: 12, column: 9, code: 'unknown-target', … }]
 */
export function checkProgramme(files: ProgrammeFiles, others: readonly CompiledProgramme[] = []): CheckedProgramme {
  const unreadable = unreadableFiles(files)
  if (unreadable.length > 0) return { problems: sorted(unreadable) }
  const loaded = loadProgramme(files)
  const { programme, problems, removed } = loaded
  if (!programme) return { problems: sorted(problems) }
  const locate = (finding: Finding): Problem => loaded.locate(finding)
  const report = new Report()
  const broken = new Checker(programme, new Set(Object.keys(files)), others, report).check()
  // XState's own complaint, of the first thing it could not read, where the checker has said all of them
  const isSaid = ({ code, path }: Finding): boolean => code === 'chart-unreadable' && broken.has(String(path[1]))
  const dropped = new Set(programme.findings.filter((finding) => isSaid(finding) || isConsequence(finding, removed)).map((finding) => keyOf(locate(finding))))
  const found = report.findings.filter((finding) => !isConsequence(finding, removed)).map(locate)
  return { programme, problems: sorted([...problems.filter((problem) => !dropped.has(keyOf(problem))), ...found]) }
}

const keyOf = ({ file, line, column, code }: Problem): string => [file, line, column, code].join(':')

class Checker {
  private readonly trees: Map<string, ChartTree>

  constructor(
    private readonly programme: CompiledProgramme,
    private readonly files: ReadonlySet<string>,
    private readonly others: readonly CompiledProgramme[],
    private readonly report: Report,
  ) {
    this.trees = chartTrees(programme.definition)
  }

  /** Names the charts whose structure is broken. */
  check(): Set<string> {
    const { definition } = this.programme
    const { trees, report } = this
    const damages = new Map<string, Damage>()
    const broken = new Set<string>()
    for (const tree of trees.values()) {
      const before = report.findings.length
      damages.set(tree.name, checkStructure(tree, definition, report))
      if (report.findings.length > before) broken.add(tree.name)
    }
    const explorations = this.walk(damages)
    checkReferences(trees, definition, new Set(this.others.flatMap((one) => [...one.charts.keys()])), report)
    checkSends(trees, explorations, definition, this.others, report)
    checkDeadlines(trees, definition, report)
    checkNotices(trees, definition, this.files, report)
    checkNames(trees, definition, report)
    checkLabels(trees, definition, report)
    checkTexts(definition, report)
    checkStages(trees, definition, report)
    checkUnused(trees, definition, report)
    return broken
  }

  /** Walks every chart, the broken ones with what is broken taken out, so that one mistake does not hide the rest. */
  private walk(damages: ReadonlyMap<string, Damage>): Map<string, Exploration> {
    const { report } = this
    const repairs = [...damages.values()].flatMap((damage) => damage.repairs)
    for (const tree of this.trees.values())
      for (const place of checkAutomatic(tree, report)) {
        damages.get(tree.name)?.openEnds.add(place.place)
        repairs.push((definition) => dropAutomatic(definition, place.path))
      }
    const readable = repairs.length === 0 ? this.programme : this.repaired(repairs)
    const explorations = new Map<string, Exploration>()
    for (const tree of chartTrees(readable.definition).values()) {
      const chart = readable.charts.get(tree.name)
      const exploration = chart && tree.root.children.size > 0 ? explore(chart) : undefined
      const damage = damages.get(tree.name) as Damage
      checkPhases(tree, exploration, damage, report)
      if (!exploration) continue
      explorations.set(tree.name, damage.uncertain ? { ...exploration, complete: false } : exploration)
      checkPaths(tree, exploration, damage, report)
      checkSecrecy(tree, exploration, report)
      checkPassed(exploration, report)
    }
    return explorations
  }

  private repaired(repairs: readonly ((definition: CompiledProgramme['definition']) => void)[]): CompiledProgramme {
    const definition = structuredClone(this.programme.definition)
    for (const repair of repairs) repair(definition)
    return compileProgramme(definition)
  }
}

function dropAutomatic(definition: CompiledProgramme['definition'], path: YamlPath): void {
  const node = path.reduce<unknown>((here, key) => (here as Record<string, unknown> | undefined)?.[key], definition) as StateNode | undefined
  delete node?.always
  delete node?.onDone
}

function sorted(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)))
}
