import type { CompiledChart } from './compile.js'
import { mermaidDiagram } from './diagram-mermaid.js'
import { diagramModel, type DiagramLanguage } from './diagram-model.js'
import { svgDiagram } from './diagram-svg.js'

export type DiagramFormat = 'mermaid' | 'svg'

/**
 * Draws a chart: its states as nested boxes with whose turn it is, its transitions as arrows with the event, who
 * may send it, and the deadlines. `mermaid` gives the text of a stateDiagram-v2, `svg` a drawing of its own that
 * needs nothing but a font. The same chart gives the same text.
 *
 * @example diagram(programme.charts.get('application')!, 'svg', { lang: 'ja' })
 */
export function diagram(chart: CompiledChart, format: DiagramFormat, options: { lang: DiagramLanguage }): string {
  const model = diagramModel(chart, options.lang)
  return format === 'mermaid' ? mermaidDiagram(model) : svgDiagram(model, options.lang)
}
