import { diagram, type CompiledProgramme } from '@saitaku/statechart'
import { checkedProgramme } from './checked-programme.js'
import { FINE, UsageProblem, type Console } from './command-line.js'

interface Options {
  format: 'mermaid' | 'svg'
  chart?: string
  lang: 'ja' | 'en'
}

/** `saitaku programme diagram DIR --format mermaid|svg [--chart NAME] [--lang ja|en]` */
export async function diagramCommand(console: Console, dir: string, { format, chart, lang }: Options): Promise<number> {
  const programme = await checkedProgramme(console.cwd, dir)
  const name = chart ?? chartOfApplicants(programme)
  const compiled = programme.charts.get(name)
  if (!compiled) throw new UsageProblem(`there is no chart ${name}; there are ${[...programme.charts.keys()].join(', ')}`)
  const picture = diagram(compiled, format, { lang })
  console.out(picture.endsWith('\n') ? picture : `${picture}\n`)
  return FINE
}

function chartOfApplicants({ charts }: CompiledProgramme): string {
  if (charts.has('application')) return 'application'
  return [...charts.values()].find(({ chart }) => chart.childOf !== undefined)?.name ?? 'call'
}
