import type { YamlPath } from '../compile.js'
import type { ProgrammeDefinition } from '../definition.js'
import type { ChartTree } from './chart-tree.js'
import type { Report } from './report.js'

interface Named {
  template: string
  path: YamlPath
}

/** Mails and letters: each that is named exists in both languages, each that exists is named, each attached is issued. */
export function checkNotices(trees: ReadonlyMap<string, ChartTree>, definition: ProgrammeDefinition, files: ReadonlySet<string>, report: Report): void {
  const named = [...templatesOf(trees, definition)]
  for (const { template, path } of named) {
    const missing = (['ja', 'en'] as const).filter((lang) => !files.has(fileOf(template, lang)))
    if (missing.length > 0) report.error(path, 'missing-notice', `${template} is not written in ${missing.join(' nor ')}; add ${missing.map((lang) => fileOf(template, lang)).join(' and ')}`)
  }
  const used = new Set(named.map((one) => one.template))
  for (const [template, notice] of Object.entries(definition.notices))
    if (!used.has(template)) for (const lang of Object.keys(notice)) report.warning(['notices', template, lang], 'unused-notice', `nothing sends ${template}; use it or drop the file`)
  for (const tree of trees.values()) checkAttached(tree, report)
}

const fileOf = (template: string, lang: string): string => `notices/${template}.${lang}.md`

function* templatesOf(trees: ReadonlyMap<string, ChartTree>, definition: ProgrammeDefinition): Generator<Named> {
  for (const tree of trees.values())
    for (const { effect, path } of tree.effects) {
      if ('issueDocument' in effect) yield { template: effect.issueDocument.template, path: [...path, 'issueDocument', 'template'] }
      if (!('notify' in effect)) continue
      yield { template: effect.notify.template, path: [...path, 'notify', 'template'] }
      if (effect.notify.attach !== undefined) yield { template: effect.notify.attach, path: [...path, 'notify', 'attach'] }
    }
  for (const [name, chain] of Object.entries(definition.approvals)) if (chain.notify !== undefined) yield { template: chain.notify, path: ['approvals', name, 'notify'] }
  for (const [name, { remind }] of Object.entries(definition.deadlines)) if (remind) yield { template: remind.template, path: ['deadlines', name, 'remind', 'template'] }
}

/** A letter can be attached only once it has been issued for the same case. */
function checkAttached(tree: ChartTree, report: Report): void {
  const issued = new Set(tree.effects.flatMap(({ effect }) => ('issueDocument' in effect ? [effect.issueDocument.template] : [])))
  for (const { effect, path } of tree.effects)
    if ('notify' in effect && effect.notify.attach !== undefined && !issued.has(effect.notify.attach))
      report.error([...path, 'notify', 'attach'], 'attach-not-issued', `chart ${tree.name} never issues the document ${effect.notify.attach} that this notice attaches; add issueDocument before it`)
}
