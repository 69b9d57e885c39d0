import { layout, type Layout, type LayoutBox, type LayoutEdge, type Point, type Rect } from './layout.js'
import { PHASES, type Label, type Phase } from './definition.js'
import { holds, meetInParallel, type DiagramLanguage, type DiagramModel, type DiagramState, type DiagramTransition } from './diagram-model.js'
import { escapeXml, textWidth, wrapped } from './diagram-text.js'

/** An SVG that draws itself everywhere: no script, no style sheet, no font of its own. */
export function svgDiagram(model: DiagramModel, lang: DiagramLanguage): string {
  return new Drawing(model, lang).svg()
}

// ── looks ──────────────────────────────────────────────────────────────────────────────────────────────────

const FONT = "'Noto Sans JP', 'Noto Sans CJK JP', sans-serif"
const INK = '#14181f'
const MUTED = '#4c5564'
const LINE = '#44526b'
const CLOCK = '#8a4b00'
const PAPER = '#ffffff'
/** Every text on these is at least 5.9 : 1 in MUTED. */
const TINTS: Record<Phase | 'none', { fill: string; edge: string }> = {
  preparing: { fill: '#f1f3f6', edge: '#8b95a7' },
  submitted: { fill: '#e8f1fd', edge: '#5c8ed6' },
  screened: { fill: '#e2f5f7', edge: '#3596a5' },
  judged: { fill: '#f1ebfb', edge: '#8f73cb' },
  adopted: { fill: '#e6f6ec', edge: '#47976a' },
  closed: { fill: '#f6f2ec', edge: '#9c8b76' },
  none: { fill: '#ffffff', edge: '#8b95a7' },
}
const PHASE_LABELS: Record<Phase, Label> = {
  preparing: { ja: '準備', en: 'Preparing' }, submitted: { ja: '受付', en: 'Submitted' }, screened: { ja: '形式審査済み', en: 'Screened' },
  judged: { ja: '審査・決定', en: 'Judged' }, adopted: { ja: '採択・登録', en: 'Adopted' }, closed: { ja: '終了', en: 'Closed' },
}
const TURN_COLOURS: Record<string, string> = { applicant: '#d2590a', secretariat: '#1b5cc2', reviewers: '#7a3fc0', approver: '#0a7450', nobody: '#868e9b' }
const OTHER_TURNS = ['#b0246b', '#0f7487', '#6e5a0e', '#8f2d2d']

const TITLE_SIZE = 13
const SMALL = 10.5
const ROW_SIZE = 11
const ROW_HEIGHT = 15
const ICON = 13
const MARGIN = 24
/** A final state that so many lead to is named in their boxes; arrows to it would cover everything else. */
const MANY_SOURCES = 3

const WORDS = {
  turn: { ja: '順番', en: 'Turn' }, phase: { ja: '段階', en: 'Phase' }, ends: { ja: '終わり', en: 'Ends' },
  arrow: { ja: '操作(できる人)', en: 'event (who may)' }, timer: { ja: '期限', en: 'deadline' },
  contents: { ja: '状態と、そこからの操作・期限を示した図です。', en: 'States, with the events and deadlines that lead on from them.' },
} satisfies Record<string, Label>

interface Row {
  clock: boolean
  lines: string[]
}
interface Face {
  state: DiagramState
  label: string[]
  rows: Row[]
  width: number
  height: number
}
interface Arrow extends LayoutEdge {
  transitions: DiagramTransition[]
  rows: Row[]
}

class Drawing {
  private readonly faces = new Map<string, Face>()
  /** Final states that many states lead to. */
  private readonly crowded: DiagramState[]
  /** Final states that no arrow leads to: they stand below. */
  private readonly exits: DiagramState[]
  private readonly arrows: Arrow[]
  private readonly turns: { id: string; label: string; colour: string }[]

  constructor(
    private readonly model: DiagramModel,
    private readonly lang: DiagramLanguage,
  ) {
    this.crowded = model.states.filter((state) => this.isCrowded(state))
    this.turns = this.turnsUsed()
    this.arrows = this.arrowsDrawn()
    this.exits = model.root.children.filter((state) => state.kind === 'final' && !this.arrows.some((arrow) => arrow.to === state.id))
    for (const state of model.states) this.faces.set(state.id, this.face(state))
  }

  svg(): string {
    const { model, lang } = this
    const drawn = layout(this.box(model.root), this.arrows)
    const title = `${model.programme} — ${model.title}`
    const parts: string[] = []
    const top = MARGIN + 44
    const strip = this.exitStrip(Math.max(drawn.width, 420))
    const legend = this.legend(Math.max(drawn.width, 420))
    const width = Math.ceil(Math.max(drawn.width, strip.width, legend.width, textWidth(title, 19)) + 2 * MARGIN)
    const left = Math.round((width - drawn.width) / 2)
    parts.push(text(MARGIN, MARGIN + 18, model.title, 19, { weight: 700 }), text(MARGIN, MARGIN + 37, model.programme, 12, { fill: MUTED }))
    parts.push(`<g transform="translate(${left} ${top})">`, ...this.containers(drawn), ...this.lines(drawn), ...this.leaves(drawn), ...this.edgeLabels(drawn), '</g>')
    let y = top + drawn.height + 18
    if (strip.height > 0) parts.push(`<g transform="translate(${MARGIN} ${Math.round(y)})">`, ...strip.parts, '</g>')
    y += strip.height
    parts.push(`<g transform="translate(${MARGIN} ${Math.round(y)})">`, ...legend.parts, '</g>')
    const height = Math.ceil(y + legend.height + MARGIN - 6)
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc" lang="${lang}" font-family="${FONT}">`,
      `<title id="title">${escapeXml(title)}</title>`,
      `<desc id="desc">${escapeXml(this.description())}</desc>`,
      '<defs>', marker('arrow', LINE), marker('clock-arrow', CLOCK), '</defs>',
      `<rect width="${width}" height="${height}" fill="${PAPER}"/>`,
      ...parts,
      '</svg>',
      '',
    ].join('\n')
  }

  // ── what is drawn how ────────────────────────────────────────────────────────────────────────────────

  private isCrowded(state: DiagramState): boolean {
    if (state.kind !== 'final' || state.parent !== this.model.root) return false
    return new Set(this.model.transitions.filter((one) => one.to === state).map((one) => one.from)).size >= MANY_SOURCES
  }

  /** Written in the box of its source: what changes nothing, and ways out of a container to an end. */
  private isRow({ from, to }: DiagramTransition): boolean {
    if (to === undefined || holds(from, to) || holds(to, from) || meetInParallel(from, to)) return true
    return this.crowded.includes(to) || (to.kind === 'final' && from.parent !== to.parent)
  }

  private arrowsDrawn(): Arrow[] {
    const arrows = new Map<string, DiagramTransition[]>()
    for (const one of this.model.transitions) {
      if (!one.to || this.isRow(one)) continue
      const key = `${one.from.id}→${one.to.id}`
      arrows.set(key, [...(arrows.get(key) ?? []), one])
    }
    return [...arrows].map(([id, transitions]) => {
      const { from, to } = transitions[0] as DiagramTransition & { to: DiagramState }
      const rows = unique(transitions.map((one) => this.row(one, 140)))
      return { id, from: from.id, to: to.id, transitions, rows, width: rowsWidth(rows), height: rowsHeight(rows) }
    })
  }

  private row(one: DiagramTransition, width: number, goal = ''): Row {
    const who = one.who.length === 0 ? '' : this.lang === 'ja' ? `〔${one.who.join('・')}〕` : ` (${one.who.join(', ')})`
    const clock = one.kind === 'after'
    return { clock, lines: filled([one.label, who, goal], width - (clock ? ICON : 0)) }
  }

  private face(state: DiagramState): Face {
    const wide = state.children.length > 0 ? 300 : 190
    const rows = unique(
      this.model.transitions
        .filter((one) => one.from === state && this.isRow(one))
        .map((one) => this.row(one, wide + 20, one.to && one.to !== state ? ` → ${one.to.label}` : '')),
    )
    if (state.kind === 'history') return { state, label: [state.deep ? 'H*' : 'H'], rows: [], width: 28, height: 28 }
    const label = wrapped(state.label, TITLE_SIZE, wide - 20)
    const meta = textWidth(state.name, SMALL) + (state.turn ? 22 + textWidth(state.turn.label, SMALL) : 0)
    const width = Math.max(96, ...label.map((line) => textWidth(line, TITLE_SIZE)), meta, rows.length > 0 ? rowsWidth(rows) + 8 : 0) + 30
    return { state, label, rows, width: Math.ceil(width), height: 16 + 17 * label.length + 15 + (rows.length > 0 ? rowsHeight(rows) + 7 : 0) }
  }

  private box(state: DiagramState): LayoutBox {
    const face = this.faces.get(state.id) as Face
    const children = state.children.filter((child) => !this.exits.includes(child)).map((child) => this.box(child))
    const isRoot = state === this.model.root
    return {
      id: state.id,
      width: isRoot ? rowsWidth(face.rows) : face.width,
      height: isRoot ? rowsHeight(face.rows) : face.height,
      ...(children.length > 0 ? { children } : {}),
      ...(state.kind === 'parallel' ? { beside: true } : {}),
      ...(state.initial === undefined ? {} : { initial: state.initial }),
    }
  }

  private turnsUsed(): { id: string; label: string; colour: string }[] {
    const found = new Map<string, string>()
    for (const { turn } of this.model.states) if (turn && !found.has(turn.id)) found.set(turn.id, turn.label)
    let others = 0
    return [...found].map(([id, label]) => ({ id, label, colour: TURN_COLOURS[id] ?? (OTHER_TURNS[others++ % OTHER_TURNS.length] as string) }))
  }

  private description(): string {
    const { ja, en } = WORDS.contents
    const states = this.model.states.filter((state) => state.children.length === 0 && state.kind !== 'history').map((state) => state.label)
    return this.lang === 'ja' ? `${ja}状態: ${unique(states).join('、')}。` : `${en} States: ${unique(states).join(', ')}.`
  }

  // ── boxes ────────────────────────────────────────────────────────────────────────────────────────────

  private containers(drawn: Layout): string[] {
    return this.model.states.flatMap((state) => {
      const rect = drawn.boxes.get(state.id)
      if (!rect || state.children.length === 0) return []
      const face = this.faces.get(state.id) as Face
      if (state === this.model.root) return rowTexts(face.rows, rect.x + 14, rect.y)
      const isRegion = state.parent?.kind === 'parallel'
      const tint = TINTS[state.phase ?? 'none']
      const frame = isRegion
        ? rectangle(rect, 10, { fill: PAPER, opacity: 0.55, stroke: tint.edge, dash: '6 4' })
        : rectangle(rect, 12, { fill: tint.fill, stroke: tint.edge, width: 1.2 })
      return [`<g><title>${escapeXml(this.caption(state))}</title>`, frame, ...this.faceText(face, { ...rect, y: rect.y + 2 }, true), '</g>']
    })
  }

  private leaves(drawn: Layout): string[] {
    return this.model.states.flatMap((state) => {
      const rect = drawn.boxes.get(state.id)
      if (!rect || state.children.length > 0) return []
      return this.leaf(this.faces.get(state.id) as Face, rect)
    })
  }

  private leaf(face: Face, rect: Rect): string[] {
    const { state } = face
    if (state.kind === 'history') {
      const [cx, cy] = [rect.x + rect.width / 2, rect.y + rect.height / 2]
      return [`<circle cx="${n(cx)}" cy="${n(cy)}" r="13" fill="${PAPER}" stroke="${LINE}" stroke-width="1.3"/>`, text(cx, cy + 4, face.label[0] as string, 11, { anchor: 'middle', weight: 600 })]
    }
    const tint = TINTS[state.phase ?? 'none']
    const parentTint = state.parent && state.parent !== this.model.root ? TINTS[state.parent.phase ?? 'none'] : undefined
    const fill = parentTint === tint ? PAPER : tint.fill
    const radius = state.kind === 'final' ? Math.min(22, rect.height / 2) : 9
    const parts = [`<g><title>${escapeXml(this.caption(state))}</title>`, rectangle(rect, radius, { fill, stroke: tint.edge, width: 1.4 })]
    if (state.kind === 'final') parts.push(rectangle({ x: rect.x + 3.5, y: rect.y + 3.5, width: rect.width - 7, height: rect.height - 7 }, Math.max(4, radius - 3.5), { fill: 'none', stroke: tint.edge, width: 1 }))
    const colour = this.colourOf(state)
    if (colour && state.kind !== 'final') parts.push(`<path d="${strip(rect, 9)}" fill="${colour}"/>`)
    parts.push(...this.faceText(face, rect, false), '</g>')
    return parts
  }

  private colourOf(state: DiagramState): string | undefined {
    return this.turns.find(({ id }) => id === state.turn?.id)?.colour
  }

  private faceText(face: Face, rect: Rect, container: boolean): string[] {
    const { state, label, rows } = face
    const x = rect.x + (container ? 16 : 18)
    const parts = label.map((line, i) => text(x, rect.y + 23 + 17 * i, line, TITLE_SIZE, { weight: container ? 700 : 600 }))
    const y = rect.y + 21 + 17 * label.length
    parts.push(text(x, y, state.name, SMALL, { fill: MUTED }))
    const colour = this.colourOf(state)
    if (colour && state.turn) {
      const at = x + textWidth(state.name, SMALL) + 12
      parts.push(`<circle cx="${n(at)}" cy="${n(y - 3.6)}" r="3.6" fill="${colour}"/>`, text(at + 8, y, state.turn.label, SMALL, { fill: MUTED }))
    }
    if (rows.length > 0) {
      parts.push(`<path d="M${n(x)} ${n(y + 7)}h${n(face.width - 36)}" stroke="${TINTS[state.phase ?? 'none'].edge}" stroke-opacity="0.45" stroke-width="1"/>`)
      parts.push(...rowTexts(rows, x, y + 11))
    }
    return parts
  }

  private caption(state: DiagramState): string {
    const turn = state.turn ? (this.lang === 'ja' ? ` — 順番: ${state.turn.label}` : ` — turn: ${state.turn.label}`) : ''
    return `${state.label} (${state.place})${turn}`
  }

  // ── arrows ───────────────────────────────────────────────────────────────────────────────────────────

  private lines(drawn: Layout): string[] {
    const starts = [...drawn.starts].map(([, points]) => {
      const dot = points[0] as Point
      return `<circle cx="${n(dot.x)}" cy="${n(dot.y - 5)}" r="5" fill="${INK}"/><path d="${path(points)}" fill="none" stroke="${LINE}" stroke-width="1.3" marker-end="url(#arrow)"/>`
    })
    const arrows = this.arrows.map((arrow) => {
      const points = drawn.edges.get(arrow.id)?.points ?? []
      const timed = arrow.transitions.every((one) => one.kind === 'after')
      const automatic = arrow.transitions.every((one) => one.kind === 'always' || one.kind === 'onDone')
      const stroke = timed ? CLOCK : LINE
      const dash = timed ? ' stroke-dasharray="5 3.5"' : automatic ? ' stroke-dasharray="1.5 3"' : ''
      const halo = `<path d="${path(points)}" fill="none" stroke="${PAPER}" stroke-opacity="0.8" stroke-width="4"/>`
      return `<g><title>${escapeXml(this.sentence(arrow))}</title>${halo}<path d="${path(points)}" fill="none" stroke="${stroke}" stroke-width="1.3"${dash} marker-end="url(#${timed ? 'clock-arrow' : 'arrow'})"/></g>`
    })
    return [...starts, ...arrows]
  }

  private sentence(arrow: Arrow): string {
    const [first] = arrow.transitions
    const what = arrow.transitions.map((one) => `${one.kind === 'after' ? '⏱ ' : ''}${one.label}${one.who.length > 0 ? ` (${one.who.join(', ')})` : ''}`)
    return `${first?.from.label ?? ''} → ${first?.to?.label ?? ''}: ${unique(what).join(' / ')}`
  }

  private edgeLabels(drawn: Layout): string[] {
    return this.arrows.flatMap((arrow) => {
      const label = drawn.edges.get(arrow.id)?.label
      return label ? rowTexts(arrow.rows, label.x, label.y - 3) : []
    })
  }

  // ── below the drawing ────────────────────────────────────────────────────────────────────────────────

  private exitStrip(width: number): { parts: string[]; width: number; height: number } {
    if (this.exits.length === 0) return { parts: [], width: 0, height: 0 }
    const parts = [text(0, 11, WORDS.ends[this.lang], 11, { fill: MUTED, weight: 600 })]
    let [x, y, widest, tallest] = [0, 22, 0, 0]
    for (const state of this.exits) {
      const face = this.faces.get(state.id) as Face
      if (x > 0 && x + face.width > width) [x, y, tallest] = [0, y + tallest + 12, 0]
      parts.push(...this.leaf(face, { x, y, width: face.width, height: face.height }))
      tallest = Math.max(tallest, face.height)
      x += face.width + 14
      widest = Math.max(widest, x - 14)
    }
    return { parts, width: widest, height: y + tallest + 20 }
  }

  private legend(width: number): { parts: string[]; width: number; height: number } {
    const { lang } = this
    const phases = PHASES.filter((phase) => this.model.states.some((state) => state.phase === phase))
    const items: { width: number; draw: (x: number, y: number) => string }[] = []
    const entry = (label: string, icon: (x: number, y: number) => string, iconWidth = 18): void => {
      items.push({ width: iconWidth + textWidth(label, ROW_SIZE) + 20, draw: (x, y) => icon(x, y) + text(x + iconWidth, y, label, ROW_SIZE, { fill: MUTED }) })
    }
    for (const { label, colour } of this.turns) entry(`${WORDS.turn[lang]}: ${label}`, (x, y) => `<rect x="${n(x)}" y="${n(y - 11)}" width="5" height="13" rx="2" fill="${colour}"/>`, 11)
    for (const phase of phases) entry(PHASE_LABELS[phase][lang], (x, y) => rectangle({ x, y: y - 10, width: 14, height: 12 }, 3, { fill: TINTS[phase].fill, stroke: TINTS[phase].edge, width: 1.2 }), 20)
    entry(WORDS.arrow[lang], (x, y) => `<path d="M${n(x)} ${n(y - 4)}h22" stroke="${LINE}" stroke-width="1.3" marker-end="url(#arrow)"/>`, 32)
    entry(WORDS.timer[lang], (x, y) => `<path d="M${n(x)} ${n(y - 4)}h22" stroke="${CLOCK}" stroke-width="1.3" stroke-dasharray="5 3.5" marker-end="url(#clock-arrow)"/>${clock(x + 30, y)}`, 46)
    const parts = [`<path d="M0 0h${n(width)}" stroke="#d5dae2" stroke-width="1"/>`]
    let [x, y] = [0, 24]
    for (const item of items) {
      if (x > 0 && x + item.width - 20 > width) [x, y] = [0, y + 20]
      parts.push(item.draw(x, y))
      x += item.width
    }
    return { parts, width, height: y + 8 }
  }
}

/** Lines of whole parts where they fit, and of broken ones only where a part is too long by itself. */
function filled(parts: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (part === '') continue
    if (last !== undefined && textWidth(last + part, ROW_SIZE) <= width) lines[lines.length - 1] = last + part
    else lines.push(...wrapped(part.trim(), ROW_SIZE, width))
  }
  return lines
}

function unique<T>(list: readonly T[]): T[] {
  const seen = new Set<string>()
  return list.filter((item) => {
    const key = JSON.stringify(item)
    return seen.has(key) ? false : seen.add(key) !== undefined
  })
}

// ── shapes ─────────────────────────────────────────────────────────────────────────────────────────────────

const n = (value: number): string => String(Math.round(value * 10) / 10)

const rowWidth = (row: Row): number => Math.max(0, ...row.lines.map((line) => textWidth(line, ROW_SIZE))) + (row.clock ? ICON : 0)
const rowsWidth = (rows: readonly Row[]): number => Math.ceil(Math.max(0, ...rows.map(rowWidth)))
const rowsHeight = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + row.lines.length, 0) * ROW_HEIGHT

function rowTexts(rows: readonly Row[], x: number, y: number): string[] {
  let line = 0
  return rows.flatMap((row) => {
    const indent = row.clock ? ICON : 0
    const first = y + 12.5 + line * ROW_HEIGHT
    const parts = row.lines.map((words, i) => text(x + indent, first + i * ROW_HEIGHT, words, ROW_SIZE, { fill: row.clock ? CLOCK : INK }))
    line += row.lines.length
    return row.clock ? [clock(x, first), ...parts] : parts
  })
}

/** A small clock: fonts of documents have no sign for it. */
function clock(x: number, y: number): string {
  return `<g stroke="${CLOCK}" stroke-width="1.1" fill="none"><circle cx="${n(x + 5)}" cy="${n(y - 3.7)}" r="4.4"/><path d="M${n(x + 5)} ${n(y - 6.4)}v2.8h2.2"/></g>`
}

function text(x: number, y: number, words: string, size: number, { fill = INK, weight = 400, anchor = 'start' }: { fill?: string; weight?: number; anchor?: string } = {}): string {
  return `<text x="${n(x)}" y="${n(y)}" font-size="${size}" fill="${fill}"${weight === 400 ? '' : ` font-weight="${weight}"`}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escapeXml(words)}</text>`
}

function rectangle({ x, y, width, height }: Rect, radius: number, { fill, stroke, width: line = 1, dash, opacity }: { fill: string; stroke: string; width?: number; dash?: string; opacity?: number }): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${n(radius)}" fill="${fill}"${opacity === undefined ? '' : ` fill-opacity="${opacity}"`} stroke="${stroke}" stroke-width="${line}"${dash ? ` stroke-dasharray="${dash}"` : ''}/>`
}

/** A strip along the left edge, within its rounded corners. */
function strip({ x, y, height }: Rect, radius: number): string {
  return `M${n(x + radius)} ${n(y + 0.7)}a${radius} ${radius} 0 0 0 ${-radius + 0.7} ${radius - 0.7}v${n(height - 2 * radius)}a${radius} ${radius} 0 0 0 ${radius - 0.7} ${radius - 0.7}h-2.5v${n(-(height - 1.4))}z`
}

function marker(id: string, colour: string): string {
  return `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0 1l9.5 4L0 9l2.2-4z" fill="${colour}"/></marker>`
}

const CORNER = 7

/** A way with rounded corners; a small step aside is a bend rather than two corners. */
function path(points: readonly Point[]): string {
  const [first, ...rest] = points
  if (!first) return ''
  let d = `M${n(first.x)} ${n(first.y)}`
  for (let i = 0; i < rest.length; i++) {
    const before = points[i] as Point
    const point = rest[i] as Point
    const after = rest[i + 1]
    const beyond = rest[i + 2]
    if (!after) d += `L${n(point.x)} ${n(point.y)}`
    else if (beyond && Math.abs(point.y - after.y) < 0.2 && Math.abs(point.x - after.x) < 2 * CORNER) {
      const reach = Math.min(2 * CORNER, distance(before, point) / 2, distance(after, beyond) / 2)
      const [into, out] = [toward(point, before, reach), toward(after, beyond, reach)]
      d += `L${n(into.x)} ${n(into.y)}C${n(point.x)} ${n(point.y)} ${n(after.x)} ${n(after.y)} ${n(out.x)} ${n(out.y)}`
      i++
    } else {
      const radius = Math.min(CORNER, distance(before, point) / 2, distance(point, after) / 2)
      const [into, out] = [toward(point, before, radius), toward(point, after, radius)]
      d += `L${n(into.x)} ${n(into.y)}Q${n(point.x)} ${n(point.y)} ${n(out.x)} ${n(out.y)}`
    }
  }
  return d
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)

function toward(from: Point, to: Point, by: number): Point {
  const length = distance(from, to) || 1
  return { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length }
}
