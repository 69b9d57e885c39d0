import { holds, meetInParallel, type DiagramModel, type DiagramState, type DiagramTransition } from './diagram-model.js'

/**
 * A Mermaid stateDiagram-v2. Mermaid does not join states inside different composites: such a transition is
 * drawn between the composites, and its label names the state it comes from or leads to.
 */
export function mermaidDiagram(model: DiagramModel): string {
  const lines = ['---', `title: ${JSON.stringify(`${model.programme} — ${model.title}`)}`, '---', 'stateDiagram-v2', '    direction TB']
  const notes = notesOf(model)
  writeChildren(model, model.root, notes, 1, lines)
  return `${lines.join('\n')}\n`
}

/** Words that Mermaid keeps, as ids. */
const KEPT = new Set(['state', 'note', 'end', 'direction', 'class', 'classdef', 'style', 'as', 'fork', 'join', 'choice', 'default', 'hide', 'scale', 'click', 'href', 'title', 'accTitle', 'accDescr'].map((word) => word.toLowerCase()))

function idOf(state: DiagramState): string {
  const id = state.place.replaceAll('.', '_')
  return KEPT.has(id.toLowerCase()) ? `${id}_` : id
}

/** Mermaid reads entities before anything else, so that no label can end a string, a line or a tag. */
function text(label: string): string {
  return label.replace(/\s+/g, ' ').trim().replace(/["<>&#:;{}\\]/g, (char) => `#${char.codePointAt(0)};`)
}

function writeChildren(model: DiagramModel, state: DiagramState, notes: Map<string, string[]>, depth: number, lines: string[]): void {
  const indent = '    '.repeat(depth)
  const regions = state.kind === 'parallel'
  for (const [i, child] of state.children.entries()) {
    if (regions && i > 0) lines.push(`${indent}--`)
    writeState(model, child, notes, depth, lines)
  }
  const initial = state.children.find((child) => child.id === state.initial)
  if (initial) lines.push(`${indent}[*] --> ${idOf(initial)}`)
  for (const { from, to, label } of arrowsWithin(model, state)) lines.push(`${indent}${idOf(from)} --> ${idOf(to)} : ${label}`)
  for (const child of state.children) {
    if (child.kind === 'final') lines.push(`${indent}${idOf(child)} --> [*]`)
    const rows = notes.get(child.id) ?? []
    if (rows.length > 0 && child.children.length > 0) lines.push(`${indent}note right of ${idOf(child)}`, ...rows.map((row) => `${indent}    ${row}`), `${indent}end note`)
  }
}

function writeState(model: DiagramModel, state: DiagramState, notes: Map<string, string[]>, depth: number, lines: string[]): void {
  const indent = '    '.repeat(depth)
  const label = state.kind === 'history' ? (state.deep ? 'H*' : 'H') : text(state.label)
  if (state.children.length === 0) lines.push(`${indent}state "${label}" as ${idOf(state)}`, ...(notes.get(state.id) ?? []).map((row) => `${indent}${idOf(state)} : ${row}`))
  else {
    lines.push(`${indent}state "${label}" as ${idOf(state)} {`)
    writeChildren(model, state, notes, depth + 1, lines)
    lines.push(`${indent}}`)
  }
}

// ── arrows ─────────────────────────────────────────────────────────────────────────────────────────────────

interface Arrow {
  from: DiagramState
  to: DiagramState
  label: string
}

function words(transition: DiagramTransition): string {
  const clock = transition.kind === 'after' ? '⏱ ' : ''
  const who = transition.who.length > 0 ? ` (${transition.who.map(text).join(', ')})` : ''
  return `${clock}${text(transition.label)}${who}`
}

/** The transitions whose ends meet in this state, drawn between its children; each arrow once. */
function arrowsWithin(model: DiagramModel, state: DiagramState): Arrow[] {
  const seen = new Set<string>()
  return model.transitions.flatMap((transition) => {
    const { from, to } = transition
    if (!to || holds(from, to) || holds(to, from)) return []
    const [begin, end] = [childHolding(state, from), childHolding(state, to)]
    if (!begin || !end || begin === end || state.kind === 'parallel') return []
    const origin = begin === from ? '' : `${text(from.label)} → `
    const goal = end === to ? '' : ` → ${to.kind === 'history' ? (to.deep ? 'H*' : 'H') : text(to.label)}`
    const arrow = { from: begin, to: end, label: `${origin}${words(transition)}${goal}` }
    const key = `${begin.id} ${end.id} ${arrow.label}`
    if (seen.has(key)) return []
    seen.add(key)
    return [arrow]
  })
}

/** What happens within a state: events that change nothing, ways between a composite and what it holds, and between regions. A leaf describes it, a composite has a note. */
function notesOf(model: DiagramModel): Map<string, string[]> {
  const notes = new Map<string, string[]>()
  for (const transition of model.transitions) {
    const { from, to } = transition
    if (from === model.root || (to && !holds(from, to) && !holds(to, from) && !meetInParallel(from, to))) continue
    const row = to && to !== from ? `${words(transition)} → ${text(to.label)}` : words(transition)
    notes.set(from.id, [...(notes.get(from.id) ?? []), row])
  }
  return notes
}

function childHolding(state: DiagramState, inner: DiagramState): DiagramState | undefined {
  for (let here: DiagramState | undefined = inner; here; here = here.parent) if (here.parent === state) return here
  return undefined
}
